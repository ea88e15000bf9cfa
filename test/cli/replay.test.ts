/** `claimgate replay` as a person runs it. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { nativeObject } from '../../bench/claims/render-native.js';
import { dayOf, formatDay } from '../../src/base/calendar.js';
import { settle, startJetstream } from '../nats/jetstream-fixture.js';
import { claimgate, endAll } from './command-line.js';
import { bodyOf, hospital, settlement } from './settled-history.js';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-cli-replay-'));
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: 5,
    tablesDir: 'rules/tables',
    violationShare: 0.5,
  });
  const lines = Array.from({ length: 40 }, (_, i) =>
    JSON.stringify({
      ...nativeObject(generator.claim(i).claim),
      sentAt: `2026-10-${10 + (i % 4)}T10:00:00+08:00`,
    }),
  );
  await writeFile(
    at('claims.ndjson'),
    `${lines.slice(0, 20).join('\n')}\n{"broken\n${lines.slice(20).join('\n')}\n`,
  );
});
afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true, force: true });
});

const october = ['--from', '2026-10-10', '--to', '2026-10-12'];

describe('claimgate replay', () => {
  it('writes a page and a document, and says what it saw', async () => {
    const { code, out } = await claimgate(['replay', at('claims.ndjson'), ...october, '--out', at('out')]);
    expect(code).toBe(0);
    expect(out).toContain('30 claims judged, 2026-10-10 to 2026-10-12');
    expect(out).toContain('1 messages could not be used, the first: claims.ndjson:21 (unreadable: ');
    const text = await readFile(at('out/replay.json'), 'utf8');
    const report = JSON.parse(text);
    expect(report.claims).toBe(30);
    expect(report.totals[0].seen).toBeGreaterThan(0);
    expect(out).toContain(`digest ${createHash('sha256').update(text).digest('hex')}`);
    expect(await readFile(at('out/replay.html'), 'utf8')).toContain('医保规则回放报告');
  });

  it('ends with 1 where the period is empty, and says so', async () => {
    const words = [
      'replay',
      at('claims.ndjson'),
      '--from',
      '2026-11-01',
      '--to',
      '2026-11-02',
      '--out',
      at('none'),
    ];
    const { code, err } = await claimgate(words);
    expect([code, err]).toEqual([1, 'no claim was judged in this period\n']);
  });

  it.each([
    [['--ruleset', 'no-such-rules'], 1, /no-such-rules/],
    [['--against', 'v12'], 1, /CLAIMGATE_RELEASE_KEYS is not set/],
    [['--known', 'later'], 1, /now, then/],
    [['--to', '2026-02-30'], 2, /'2026-02-30' is no day/],
  ])('refuses %j', async (words, expected, said) => {
    const { code, err } = await claimgate([
      'replay',
      at('claims.ndjson'),
      ...october,
      ...words,
      '--out',
      at('refused'),
    ]);
    expect(code).toBe(expected);
    expect(err).toMatch(said);
  });

  it('reads the stream CLAIMS where no file is named', async () => {
    const js = await startJetstream();
    try {
      const institution = hospital().code;
      for (const event of ['E1', 'E2', 'E2']) {
        await settle(js.link, bodyOf(settlement(event, '350102195411200001')), institution);
      }
      await settle(js.link, Buffer.from('{"eventId": '), institution);
      const day = (shift: number) => formatDay(dayOf(Date.now()) + shift);
      const words = ['replay', '--from', day(-1), '--to', day(1), '--out', at('stream'), '--threads', '2'];
      const { code, out, err } = await claimgate(words, { NATS_URL: js.broker.url });
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('2 claims judged');
      const report = JSON.parse(await readFile(at('stream/replay.json'), 'utf8'));
      expect(report).toMatchObject({ source: 'CLAIMS', claims: 2, messages: { duplicate: 1, unusable: 1 } });
      expect(report.unusable[0].place).toBe('CLAIMS 4');
    } finally {
      await js.stop();
    }
  });

  it('of a file that is missing says which', async () => {
    const { code, err } = await claimgate(['replay', at('missing.ndjson'), ...october]);
    expect([code, err]).toEqual([1, `there is no file ${at('missing.ndjson')}\n`]);
  });
});
