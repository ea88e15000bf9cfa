/** What is read of files, when a message was, and what becomes of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayMs, startOfDay } from '../../src/base/calendar.js';
import { sourceOfFiles } from '../../src/replay/from-files.js';
import { peekSender, peekTime } from '../../src/replay/peek.js';
import { fateOf, readPeriod } from '../../src/replay/period.js';
import { isUsable, type SourceItem } from '../../src/replay/source.js';
import { Timeline } from '../../src/replay/timeline.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-replay-read-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(...texts: readonly (string | Buffer)[]): Promise<readonly SourceItem[]> {
  const paths = texts.map((_, i) => join(folder, `f${i}.ndjson`));
  for (const [i, text] of texts.entries()) await writeFile(paths[i] as string, text);
  const source = await sourceOfFiles(paths);
  if (!source.ok) throw new Error(source.error);
  const items: SourceItem[] = [];
  // Bodies hold until the next items are asked for.
  for await (const some of source.value.open()) {
    for (const item of some) items.push(isUsable(item) ? { ...item, body: Buffer.from(item.body) } : item);
  }
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(source.value.total).toBe(bytes);
  return items;
}

const textsOf = (items: readonly SourceItem[]) =>
  items.map((item) => (isUsable(item) ? Buffer.from(item.body).toString() : item.reason));

describe('lines of files', () => {
  test('are bodies in their order, with or without a last newline, blank ones aside', async () => {
    const items = await read('{"a":1}\n\n  \r\n{"b":2}', '{"c":3}\n');
    expect(textsOf(items)).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
    expect(items.map(({ seq, place }) => [seq, place])).toEqual([
      [1, 'f0.ndjson:1'],
      [2, 'f0.ndjson:4'],
      [3, 'f1.ndjson:1'],
    ]);
  });

  test('may be longer than what is read at once, and all bytes are counted', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(2_700_000) });
    const text = `${long}\n{"b":2}\n`;
    const items = await read(text);
    expect(textsOf(items)).toEqual([long, '{"b":2}']);
    expect(items.at(-1)?.done).toBe(text.length);
  });

  test('are whole wherever what is read at once ends', async () => {
    const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 60_000, max: 300_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(length, { maxLength: 12 }), fc.boolean(), async (lengths, isEnded) => {
        const lines = lengths.map((bytes, i) => String.fromCharCode(97 + i).repeat(bytes));
        const text = lines.join('\n') + (isEnded ? '\n' : '');
        const items = await read(text, text);
        const bodies = lines.filter((line) => line !== '');
        expect(textsOf(items)).toEqual([...bodies, ...bodies]);
        if (bodies.length > 0 && lines.at(-1) !== '') expect(items.at(-1)?.done).toBe(2 * text.length);
      }),
      { numRuns: 15 },
    );
  });

  test('beyond what the broker takes are told and passed over', async () => {
    const items = await read(Buffer.concat([Buffer.alloc(9 * 1024 * 1024, 'x'), Buffer.from('\n{"b":2}\n')]));
    expect(textsOf(items)).toEqual(['longer than 8388608 bytes', '{"b":2}']);
  });

  test('of a file that is missing are a sentence', async () => {
    expect(await sourceOfFiles([join(folder, 'none')])).toEqual({
      ok: false,
      error: `there is no file ${join(folder, 'none')}`,
    });
  });
});

describe('a first look at a body', () => {
  test('finds time and sender of native and national bodies', () => {
    const native = Buffer.from(
      '{"eventId":"E","sentAt" : "2026-03-18T10:21:40+08:00","institution":{"code":"H35010200417"}}',
    );
    const national = Buffer.from(
      '{"infno":"3101","inf_time":"2026-03-18 10:21:40","fixmedins_code":"H35010200417"}',
    );
    const at = Date.parse('2026-03-18T10:21:40+08:00');
    expect([peekTime(native), peekSender(native)]).toEqual([at, 'H35010200417']);
    expect([peekTime(national), peekSender(national)]).toEqual([at, 'H35010200417']);
  });

  test('finds nothing where nothing stands', () => {
    const body = Buffer.from('{"sentAt":"soon","institution":{"code":"本院"}}');
    expect([peekTime(body), peekSender(body)]).toEqual([null, null]);
  });
});

describe('a period', () => {
  test('is of whole days in China, both included', () => {
    const period = readPeriod('2026-03-01', '2026-03-02');
    if (!period.ok) throw new Error(period.error);
    const at = (text: string) => fateOf(period.value, Date.parse(text));
    expect(at('2026-03-01T00:00:00+08:00')).toBe('judged');
    expect(at('2026-02-28T23:59:59+08:00')).toBe('warms');
    expect(at('2026-03-02T23:59:59+08:00')).toBe('judged');
    expect(at('2026-03-03T00:00:00+08:00')).toBe('after');
    expect(fateOf(period.value, startOfDay(period.value.from) - 400 * dayMs - 1)).toBe('too-old');
  });

  test.each([
    ['2026-02-30', '2026-03-01', "'2026-02-30' is no day (YYYY-MM-DD)"],
    ['2026-3-1', '2026-03-01', "'2026-3-1' is no day (YYYY-MM-DD)"],
    ['2026-03-01', '', "'' is no day (YYYY-MM-DD)"],
    ['2026-03-02', '2026-03-01', '2026-03-02 comes after 2026-03-01'],
  ])('from %s to %s is refused', (from, to, error) => {
    expect(readPeriod(from, to)).toEqual({ ok: false, error });
  });
});

describe('time on the way', () => {
  const period = { from: 20_513, to: 20_514 };
  const [first, after] = [startOfDay(period.from), startOfDay(period.to + 1)];

  test('never steps back, and one wrong clock moves no other message', () => {
    const timeline = new Timeline(period);
    const times = [first - 10, first + 50, first + 20, after + 5, null, first + 60].map((at) =>
      timeline.next({ at }),
    );
    expect(times.map(({ fate }) => fate)).toEqual(['warms', 'judged', 'judged', 'after', 'judged', 'judged']);
    expect(times.map(({ streamMs }) => streamMs - first)).toEqual([-10, 50, 50, 50, 50, 60]);
    // What is behind its time still belongs to its own day.
    const late = timeline.next({ at: first + 86_400_000 - 1 });
    const [next, before] = [timeline.next({ at: after - 1 }), timeline.next({ at: first + 1 })];
    expect([late, next, before].map(({ day }) => day)).toEqual([period.from, period.to, period.from]);
    expect(before.streamMs).toBe(after - 1);
  });
});
