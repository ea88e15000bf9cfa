/** Whole replays with threads. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { encode } from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BatchMaker } from '../../src/replay/batch-maker.js';
import { CrewFailure } from '../../src/replay/crew.js';
import { makeReport, type Report } from '../../src/replay/report.js';
import { type ReplayOptions, runReplay, SourceChanged } from '../../src/replay/run-replay.js';
import { sharedBy } from '../../src/replay/shared-records.js';
import type { ReplaySource, SourceItem } from '../../src/replay/source.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { replayInParts } from './in-process.js';
import { artifactWith, firstDay, itemsOf, log } from './world.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const day = Date.parse(firstDay) / 86_400_000;
const period = { from: day + 5, to: day + 18 };
const artifacts = [artifactWith(3), artifactWith(4)];

let scratchFolder = '';
beforeAll(async () => {
  scratchFolder = await mkdtemp(join(tmpdir(), 'claimgate-replay-run-'));
});
afterAll(() => rm(scratchFolder, { recursive: true, force: true }));

function optionsWith(changes: Partial<ReplayOptions>): ReplayOptions {
  return {
    threads: 1,
    period,
    sides: artifacts.map((artifact) => [{ from: period.from, packed: packArtifact(artifact) }]),
    shared: sharedBy(artifacts),
    scratchFolder,
    memoryBytes: 64 * 1024 * 1024,
    maxOldGenerationSizeMb: 256,
    workerFile: new URL('workers/replay.worker.js', dist),
    ...changes,
  };
}

function sourceOf(items: readonly SourceItem[], perPiece = 50): ReplaySource {
  async function* open() {
    for (let i = 0; i < items.length; i += perPiece) yield items.slice(i, i + perPiece);
  }
  return { name: 'log', total: items.length, unit: 'messages', open };
}

function reportOf(tally: Parameters<typeof makeReport>[0]['tally']): Report {
  const sides = artifacts.map((artifact) => [{ from: period.from, artifact }]);
  return makeReport({ source: 'log', period, known: 'now', sides, tally });
}

/** Some logs after each other, each with ids of its own. */
const longLog = fc
  .sample(log, { numRuns: 12, seed: 20_261_122 })
  .flatMap((texts, n) =>
    texts.map((text) => text.replaceAll(/"(E|V)(\d)/g, `"$1${n}x$2`).replaceAll('/V', `/V${n}x`)),
  );

const sentAt = (text: string) => /"sentAt":"([^"]+)"/.exec(text)?.[1] ?? '';
const bySentAt = (a: string, b: string) => Date.parse(sentAt(a)) - Date.parse(sentAt(b));
const leavesNothing = (text: string) => text.includes('"kind":"screening"') || text.endsWith('[');

describe('a replay', () => {
  test('says the same with one thread, with several, and without any', async () => {
    const items = itemsOf(longLog);
    const { tally } = await replayInParts(longLog, artifacts, period, { count: 1 });
    const expected = reportOf(tally);
    expect(expected.claims).toBeGreaterThan(50);
    for (const threads of [1, 2, 3]) {
      const progress: string[] = [];
      const onProgress = (phase: string, done: number) => progress.push(`${phase} ${done}`);
      const own = await runReplay(sourceOf(items), optionsWith({ threads, onProgress }));
      expect(reportOf(own)).toEqual(expected);
      expect(progress.at(-1)).toBe(`replaying ${items.length}`);
    }
  });

  test('of nothing but screenings reads them once, and says the same', async () => {
    const texts = Array.from({ length: 3 }, () => longLog.filter(leavesNothing)).flat();
    const { tally } = await replayInParts(texts, artifacts, period, { count: 1 });
    const expected = reportOf(tally);
    expect(expected.claims).toBeGreaterThan(100);
    for (const threads of [1, 2, 3]) {
      let opened = 0;
      const source = sourceOf(itemsOf(texts));
      const open = () => {
        opened += 1;
        return source.open();
      };
      expect(reportOf(await runReplay({ ...source, open }, optionsWith({ threads })))).toEqual(expected);
      expect(opened).toBe(1);
    }
  });

  test('of screenings for long, and then of what they ask for, says the same', async () => {
    const before = Array.from({ length: 12 }, () => longLog.filter(leavesNothing)).flat();
    const texts = [...before, ...longLog];
    const { tally } = await replayInParts(texts, artifacts, period, { count: 1 });
    const expected = reportOf(tally);
    for (const threads of [2, 3]) {
      expect(reportOf(await runReplay(sourceOf(itemsOf(texts)), optionsWith({ threads })))).toEqual(expected);
    }
  });

  test('counts a claim for its own day, in whatever order a file has them', async () => {
    const texts = Array.from({ length: 2 }, () => longLog.filter(leavesNothing)).flat();
    const daysOf = async (some: readonly string[]) =>
      reportOf(await runReplay(sourceOf(itemsOf(some)), optionsWith({ threads: 2 }))).days;
    const inOrder = texts.filter((text) => text.includes('"sentAt"')).toSorted(bySentAt);
    const days = await daysOf(inOrder);
    expect(days.length).toBeGreaterThan(3);
    // Of screenings none leaves anything behind, so only the order differs.
    expect(await daysOf(inOrder.toReversed())).toEqual(days);
  });

  test('screens what a national system sent before a bill, in either coding', async () => {
    const payload = (name: string) => readFile(`test/fixtures/payloads/${name}`, 'utf8');
    const names = ['01_3101_request_outpatient_prealert.json', '05_3102_request_inpatient_presettle.json'];
    const texts = (await Promise.all(names.map(payload))).map((text) => JSON.stringify(JSON.parse(text)));
    const at = Date.parse(firstDay) + 6 * 86_400_000;
    const coded = texts.flatMap((text) => [Buffer.from(text), encode(text, 'gb18030')]);
    const items = itemsOf(coded.map(() => '')).map((item, i) => ({ ...item, at, body: coded[i] as Buffer }));
    const report = reportOf(await runReplay(sourceOf(items), optionsWith({})));
    expect([report.claims, report.messages]).toEqual([coded.length, {}]);
  });

  test('says how many messages do not say when they were sent', async () => {
    const [text = ''] = longLog.filter((one) => leavesNothing(one) && one.includes('"sentAt"'));
    const items = itemsOf([text, text]).map((item) => ({ ...item, at: null }));
    const report = reportOf(await runReplay(sourceOf(items), optionsWith({})));
    expect([report.claims, report.messages]).toEqual([2, { undated: 2 }]);
  });

  test('tells what stands in the source and is no message', async () => {
    const spoilt = { seq: 1, place: 'log:1', reason: 'longer than 8388608 bytes', done: 1 };
    const report = reportOf(await runReplay(sourceOf([spoilt]), optionsWith({})));
    expect([report.claims, report.messages]).toEqual([0, { unusable: 1 }]);
    expect(report.unusable[0]).toMatchObject({ place: 'log:1', reason: 'longer than 8388608 bytes' });
  });

  test('of a source that is another one the second time is refused', async () => {
    const items = itemsOf(longLog);
    let opened = 0;
    const source = sourceOf(items);
    const open = () => sourceOf(items.slice(opened++)).open();
    await expect(runReplay({ ...source, open }, optionsWith({ threads: 2 }))).rejects.toThrow(SourceChanged);
  });

  test('of a source that is another one each time is what it is the last time, with one thread', async () => {
    const items = itemsOf(longLog).slice(0, 300);
    let opened = 0;
    const source = sourceOf(items);
    const open = () => sourceOf(items.slice(opened++)).open();
    const own = await runReplay({ ...source, open }, optionsWith({}));
    expect(opened).toBeGreaterThan(3);
    const last = sourceOf(items.slice(opened - 1));
    expect(reportOf(own)).toEqual(reportOf(await runReplay(last, optionsWith({}))));
  });

  test('with a rule set that cannot be loaded says so', async () => {
    const [first] = artifacts;
    if (first === undefined) throw new Error('there are two');
    const broken = packArtifact({ ...first, regions: { '350000': { sex: { x: 'neither' } } } });
    const run = runReplay(sourceOf([]), optionsWith({ sides: [[{ from: 0, packed: broken }]] }));
    await expect(run).rejects.toThrow(CrewFailure);
    await expect(run).rejects.toThrow(/^dictionaries: /);
  });

  test('reads no further ahead than its threads may hold, and ends when one of them does', async () => {
    const [text] = longLog;
    let read = 0;
    async function* open() {
      for (;;) {
        const [item] = itemsOf([text ?? '']);
        if (item === undefined) return;
        read += 1;
        yield [{ ...item, at: Date.parse(firstDay) + 6 * 86_400_000, seq: read }];
      }
    }
    const source: ReplaySource = { name: 'endless', total: 0, unit: 'messages', open };
    const deaf = new URL('test/replay/fixtures/deaf.worker.js', dist);
    await expect(runReplay(source, optionsWith({ workerFile: deaf }))).rejects.toThrow(
      'a replay thread ended with code 7',
    );
    expect(read).toBeLessThanOrEqual(3 * BatchMaker.most.messages);
  });
});
