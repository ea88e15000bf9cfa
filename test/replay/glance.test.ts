/** A glance finds at least the records that the readers find, or says that it cannot tell. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../src/claim/durable/read-event.js';
import { GlanceReader } from '../../src/replay/glance.js';
import { nameHead, nameRecords, nameTraces } from '../../src/replay/record-names.js';
import { testSettings } from '../claim/settings.js';
import { log } from './world.js';

const shared = { traces: true, stock: true, saleNumbers: false };
const glances = new GlanceReader(testSettings.patientKey);

/** Null: left to the readers. */
function glanced(text: string): ReadonlySet<number> | null {
  const glance = glances.read(Buffer.from(text));
  if (glance === null) return null;
  const names: number[] = [];
  nameHead(glance.head, shared, names);
  nameTraces(glance.traceCodes, names);
  return new Set(names);
}

/** Null: unreadable, so that it touches nothing. */
function named(text: string): readonly number[] | null {
  const read = readEvent(Buffer.from(text), 'native-json', testSettings);
  if (!read.ok) return null;
  const names: number[] = [];
  nameRecords(read.value, shared, names);
  return names;
}

/** What the glance misses; empty also where one of the two says nothing. */
function missed(text: string): readonly number[] {
  const found = glanced(text);
  return found === null ? [] : (named(text) ?? []).filter((name) => !found.has(name));
}

const odd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('A1', 'H35010200417', '35000099000000', '350102') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(' A1 ', '\u3000A1', '-', 'null', '', '患者', 'x'.repeat(200), '\u0001'),
  },
  { weight: 1, arbitrary: fc.constantFrom('a"b', 'a\\b', '"id":"Z"', 'lines":[', ']}', 'traceCodes') },
  { weight: 1, arbitrary: fc.constantFrom(5, 1.5, 1e17, true, null, ['A1'], { id: 'A1' }) },
);
const kind = fc.constantFrom('settlement', 'sale', 'screening', 'fees', 'reversal', 'refund', null, 'none');
const traceCodes = fc.oneof(fc.array(odd, { maxLength: 3 }), odd);

type Entries = readonly (readonly [string, unknown])[];

/** Objects as lists of entries: in any order, and some keys twice. */
const entries = (of: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc
    .array(
      fc.constantFrom(...Object.keys(of)).chain((key) => fc.tuple(fc.constant(key), of[key] ?? odd)),
      { maxLength: 7 },
    )
    .map((list) => new Written(list));

class Written {
  readonly entries: Entries;
  constructor(list: Entries) {
    this.entries = list;
  }
}

const line = entries({ id: odd, traceCodes, itemName: odd, reverses: odd, patient: odd });
const group = (key: string) => fc.oneof(entries({ [key]: odd, region: odd, extra: odd }), odd);
const root = fc
  .tuple(
    entries({
      eventId: odd,
      kind,
      claimId: odd,
      reverses: group('claimId'),
      institution: group('code'),
      patient: group('id'),
      encounter: group('id'),
      lines: fc.array(line, { maxLength: 4 }),
      foreign: entries({ patient: group('id'), lines: fc.array(line, { maxLength: 2 }), eventId: odd }),
    }),
    fc.constantFrom('', ' ', '\n\t'),
    fc.boolean(),
  )
  .map(([object, space, isEscaped]) => {
    const text = written(object, space);
    return isEscaped ? text.replace('"traceCodes"', '"trace\\u0043odes"') : text;
  });

function written(value: unknown, space: string): string {
  if (value instanceof Written) {
    const list = value.entries.map(
      ([key, of]) => `${space}${JSON.stringify(key)}${space}:${space}${written(of, space)}`,
    );
    return `{${list.join(`${space},`)}${space}}`;
  }
  if (Array.isArray(value))
    return `[${space}${value.map((of) => written(of, space)).join(`${space},${space}`)}${space}]`;
  return JSON.stringify(value);
}

describe('a glance', () => {
  test('misses no record of the messages of a log, and sees most of them', () => {
    let seen = 0;
    let all = 0;
    fc.assert(
      fc.property(log, (texts) => {
        for (const text of texts) {
          expect(missed(text)).toEqual([]);
          seen += glanced(text) === null ? 0 : 1;
          all += 1;
        }
      }),
      { numRuns: 20 },
    );
    expect(seen).toBeGreaterThan(all / 2);
  });

  test('misses no record of a body in any order and with odd values', () => {
    let compared = 0;
    fc.assert(
      fc.property(root, (text) => {
        expect(missed(text)).toEqual([]);
        compared += glanced(text) !== null && named(text) !== null ? 1 : 0;
      }),
      { numRuns: 6_000 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  test('finds what stands behind the lines, and codes of every line', () => {
    const body = {
      kind: 'settlement',
      lines: [
        { traceCodes: ['T1', 'T2'] },
        { itemName: 'traceCodes', traceCodes: [] },
        { traceCodes: ['T3'] },
      ],
      institution: { code: 'H35010200417' },
      encounter: { id: 'V1' },
      patient: { id: '35000099000000' },
    };
    const glance = glances.read(Buffer.from(JSON.stringify(body)));
    expect(glance?.traceCodes).toEqual(['T1', 'T2', 'T3']);
    expect(glance?.head).toMatchObject({ kind: 'settlement', claimId: 'H35010200417/V1' });
    expect(missed(JSON.stringify(body))).toEqual([]);
  });

  test.each([
    '{"kind":"settlement","traces":[{"line":"1","traceCodes":["T1"]}]}',
    '{"kind":"stock","stock":[]}',
    '{"patient":{"id":"A\\u0041"}}',
    '{"patient":{"id":17}}',
    '{"patient":{"id":"A"},"patient":{"id":"B"}}',
    '{"lines":[{"traceCodes":[17]}]}',
    '{"lines":[{"id":"1"}',
    '[]',
    '',
  ])('leaves %s to the readers', (text) => {
    expect(glances.read(Buffer.from(text))).toBeNull();
  });
});
