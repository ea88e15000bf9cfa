/** The overlay against a plain Map, and what it hides. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs } from '../../src/base/calendar.js';
import { sha256Hex } from '../../src/base/hash.js';
import {
  historyHorizonMs,
  key16,
  key64,
  keysUnder,
  Overlay,
  type StateReader,
  type StateTable,
  setTouched,
  stateTables,
  touchedOf,
} from '../../src/history/state.js';
import { textOf, touchedText } from './fixtures/batches.js';

type Twin = Map<string, Uint8Array>;

const nameOf = (table: StateTable, key: Uint8Array) => `${table}:${Buffer.from(key).toString('hex')}`;
const readerOf = (twin: Twin): StateReader => ({ get: (table, key) => twin.get(nameOf(table, key)) });

const keys = ['a', 'b', 'c'].map((part) => key16(part));
const place = fc.record({ table: fc.constantFrom(...stateTables), key: fc.constantFrom(...keys) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), place, text: fc.string() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('message' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('batch' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
);

describe('the overlay', () => {
  test('reads like a map, and its writes make the state below equal to what it read', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const below: Twin = new Map();
        const overlay = new Overlay(readerOf(below));
        let twin: Twin = new Map();
        let touched: Twin = new Map();
        for (const now of steps) {
          if (now.do === 'put') {
            const value = touchedText(0, now.text);
            overlay.put(now.place.table, now.place.key, value);
            twin.set(nameOf(now.place.table, now.place.key), value);
            touched.set(nameOf(now.place.table, now.place.key), value);
          } else if (now.do === 'remove') {
            overlay.remove(now.place.table, now.place.key);
            twin.delete(nameOf(now.place.table, now.place.key));
            touched.delete(nameOf(now.place.table, now.place.key));
          } else if (now.do === 'message') {
            const names = overlay.takeTouched().map(([table, key]) => nameOf(table, key));
            expect([...names].sort()).toEqual([...touched.keys()].sort());
            touched = new Map();
          } else if (now.do === 'batch') {
            writeTo(below, overlay);
            expect(below).toEqual(twin);
          } else {
            overlay.drop();
            twin = new Map(below);
            touched = new Map();
          }
          for (const table of stateTables) {
            for (const key of keys) expect(overlay.get(table, key)).toBe(twin.get(nameOf(table, key)));
          }
          if (now.do === 'batch') touched = new Map();
        }
      }),
    );
  });

  test('gives each touched record once, by table and key', () => {
    const overlay = new Overlay(readerOf(new Map()));
    const random = [...keys].reverse();
    for (const table of [...stateTables].reverse()) {
      for (const key of [...random, ...random]) overlay.put(table, key, touchedText(0, ''));
    }
    const sorted = [...keys].sort(Buffer.compare);
    const expected = stateTables.flatMap((table) => sorted.map((key) => ({ table, key })));
    expect(overlay.takeWrites().map(({ table, key }) => ({ table, key }))).toEqual(expected);
    expect(overlay.takeWrites()).toEqual([]);
  });

  test('hides what was touched before the horizon of the message, below and in itself', () => {
    const [old, edge, own] = keys as [Uint8Array, Uint8Array, Uint8Array];
    const below: Twin = new Map([
      [nameOf('ledger', old), touchedText(999, 'old')],
      [nameOf('ledger', edge), touchedText(1000, 'edge')],
    ]);
    const overlay = new Overlay(readerOf(below));
    const readAll = () => [old, edge, own].map((key) => textOf(overlay.get('ledger', key)));
    overlay.put('ledger', own, touchedText(1500, 'own'));
    overlay.at(999 + historyHorizonMs);
    expect(readAll()).toEqual(['old', 'edge', 'own']);
    overlay.at(1000 + historyHorizonMs);
    expect(readAll()).toEqual([null, 'edge', 'own']);
    overlay.at(1501 + historyHorizonMs);
    expect(readAll()).toEqual([null, null, null]);
  });

  test('asks a still state once for what is not there', () => {
    const below: Twin = new Map();
    let asked = 0;
    const get: StateReader['get'] = (table, key) => {
      asked++;
      return below.get(nameOf(table, key));
    };
    const still = new Overlay(new Overlay({ get }, historyHorizonMs, true));
    const [first, second] = keys as [Uint8Array, Uint8Array];
    expect([still.get('claims', first), still.get('claims', first)]).toEqual([undefined, undefined]);
    expect(asked).toBe(1);
    still.put('claims', first, touchedText(0, 'put'));
    expect(still.get('claims', first)).toEqual(touchedText(0, 'put'));
    below.set(nameOf('claims', second), touchedText(0, 'there'));
    expect(still.get('claims', second)).toEqual(touchedText(0, 'there'));
    expect(still.get('patients', second)).toBeUndefined();
    expect(asked).toBe(3);
  });
});

function writeTo(below: Twin, overlay: Overlay): void {
  for (const { table, key, value } of overlay.takeWrites()) {
    if (value === null) below.delete(nameOf(table, key));
    else below.set(nameOf(table, key), value);
  }
}

describe('keys', () => {
  test('are the head of the hash of their parts', () => {
    expect(Buffer.from(key16('H1', 'e1')).toString('hex')).toBe(sha256Hex('H1\0e1').slice(0, 32));
  });

  test('are the same for the same parts, whatever was asked for in between', () => {
    const first = Buffer.from(key16('H1', 'e1'));
    for (let i = 0; i < 2_000; i++) key16('H1', `other ${i}`);
    expect(Buffer.from(key16('H1', 'e1'))).toEqual(first);
    expect(Buffer.from(key16('H1\0e1'))).toEqual(first);
  });

  test('differ where the parts do', () => {
    expect(key16('H1', 'e1')).not.toEqual(key16('H1e', '1'));
  });

  test('of a patient are part of the format', () => {
    expect(key64('H35010200001', '住院-20260318', '7')).toEqual([1_953_618_554, 4_110_035_776]);
    const keyOf = keysUnder('H35010200001', '住院-20260318');
    expect(['7', '', '8'].map(keyOf)).toEqual(
      ['7', '', '8'].map((line) => key64('H35010200001', '住院-20260318', line)),
    );
  });

  test('of a patient differ for names that differ little, in every part of them', () => {
    const names = ['', '0', '1', '00', '01', '10', 'a', 'b', 'ab', 'ba', '住', '院', '住院', '\0', 'a\0'];
    const seen = new Set<string>();
    for (const a of names) for (const b of names) for (const c of names) seen.add(key64(a, b, c).join());
    for (let i = 0; i < 50_000; i++) seen.add(key64('H1', 'E1', `${i}`).join());
    for (let i = 0; i < 50_000; i++) seen.add(key64('H1', `E${i}`, '1').join());
    // One of the last two lists is in the other.
    expect(seen.size).toBe(names.length ** 3 + 100_000 - 1);
  });

  test('of a patient use all of their bits alike', () => {
    const ones = new Array<number>(64).fill(0);
    const count = 20_000;
    for (let i = 0; i < count; i++) {
      const [high, low] = key64('H1', 'E1', `${i}`);
      for (let bit = 0; bit < 64; bit++) {
        const half = bit < 32 ? low : high;
        ones[bit] = (ones[bit] ?? 0) + ((half >>> (bit & 31)) & 1);
      }
    }
    // Seven standard deviations.
    for (const n of ones) expect(Math.abs(n - count / 2)).toBeLessThan(3.5 * Math.sqrt(count));
  });
});

test('touched is kept to the millisecond, also behind an odd offset', () => {
  const value = new Uint8Array(20).subarray(3);
  for (const ms of [0, 1, 1_790_000_000_123, 400 * dayMs]) {
    setTouched(value, ms);
    expect(touchedOf(value)).toBe(ms);
  }
});
