/** How far something long has come, in words. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { durationText, openProgress, paceText } from '../../src/cli/progress-bar.js';

function watched(isTTY: boolean) {
  let written = '';
  let nowMs = 0;
  const output = Object.assign(new PassThrough(), { isTTY, columns: 200 });
  output.on('data', (bytes: Buffer) => {
    written += bytes.toString();
  });
  const clock = { wallMs: () => nowMs, tickMs: () => nowMs };
  return {
    bar: openProgress('reading', 1_000, { output, clock }),
    passes: (ms: number) => (nowMs += ms),
    written: () => written,
  };
}

describe('a progress bar', () => {
  it('says how fast and how long still', () => {
    expect(paceText(550, 90)).toBe('90/s  7 s left');
    expect(paceText(10, 0)).toBe('0/s  no estimate yet');
    expect(paceText(-2, 1_234)).toBe('1,234/s  0 s left');
    expect([59.2, 200, 7_500].map(durationText)).toEqual(['1 min 0 s', '3 min 20 s', '2 h 5 min']);
  });

  it('rewrites one line on a terminal and takes it away', () => {
    const { bar, passes, written } = watched(true);
    bar.update(0);
    expect(written()).toBe('');
    passes(1_000);
    bar.update(400);
    bar.end();
    expect(written()).toContain('reading  [##########..............]  40 %  400 of 1,000  400/s  2 s left');
    expect(written()).not.toContain('\n');
    expect(written().endsWith('\u001b[2K')).toBe(true);
  });

  it('writes a line now and then elsewhere, with the rate of this run alone', () => {
    const { bar, passes, written } = watched(false);
    bar.update(500);
    passes(9_000);
    bar.update(600);
    expect(written()).toBe('');
    passes(1_000);
    bar.update(700, 2_000);
    bar.update(710);
    bar.end();
    const lines = written().trim().split('\n');
    expect(new Set(lines)).toEqual(
      new Set(['reading  [########................]  35 %  700 of 2,000  20/s  1 min 5 s left']),
    );
  });

  it('says nothing of what is over at once', () => {
    const { bar, written } = watched(false);
    bar.update(500);
    bar.end();
    expect(written()).toBe('');
  });
});
