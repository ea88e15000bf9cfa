import { describe, expect, it } from 'vitest';
import { Tally } from '../../bench/load/tally.js';
import { liveLine, summaryLines } from '../../src/cli/load-report.js';
import { openScreen } from '../../src/cli/terminal.js';
import { count, milliseconds, yuan } from '../../src/cli/words.js';

const screen = openScreen({ write: () => true });

describe('the report of a load', () => {
  it('gives rate, latency and statuses, the known ones in order of hope', () => {
    const tally = new Tally();
    for (const status of ['alert', 'pass', 'strange', 'pass']) tally.answered(status, 2);
    expect(liveLine(screen, tally.takeRecent())).toMatch(
      /4\/s\s+p50\s+2\.00 ms\s+p99\s+2\.00 ms\s+pass 2 {2}alert 1 {2}strange 1$/,
    );
  });

  it('says how many had no answer', () => {
    const tally = new Tally();
    tally.answered('pass', 1);
    tally.failed();
    expect(liveLine(screen, tally.takeRecent())).toContain('failed 1');
    const lines = summaryLines(screen, { sent: 2, elapsedSeconds: 1, rate: 1 }, tally.whole());
    expect(lines[0]).toBe('2 claims in 1.0 s, 1 answers a second, 1 failed');
    expect(lines[1]).toContain('from the intended send time');
  });
});

describe('numbers in words', () => {
  it('groups thousands and keeps what means something', () => {
    expect([yuan(0), yuan(5), yuan(123_456_789), yuan(-250)]).toEqual([
      '0.00',
      '0.05',
      '1,234,567.89',
      '-2.50',
    ]);
    expect([count(999), count(1_000), count(1_234_567.4)]).toEqual(['999', '1,000', '1,234,567']);
    expect([milliseconds(0.137), milliseconds(12.34), milliseconds(1_234.5)]).toEqual([
      '0.14 ms',
      '12.3 ms',
      '1235 ms',
    ]);
  });
});
