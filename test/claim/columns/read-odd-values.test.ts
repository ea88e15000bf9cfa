/** Whole bodies with odd facts in lines: what a scanner settles while it reads, and what it leaves to be settled. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packWire } from '../../../src/base/wire.js';
import { claimOf } from '../../../src/claim/columns/claim-of.js';
import { ClaimReader } from '../../../src/claim/columns/claim-reader.js';
import { scanners } from '../../../src/claim/columns/scanners.js';
import { lineSpanFields } from '../../../src/claim/columns/span-table.js';
import type { WireFormat } from '../../../src/claim/formats/wire-format.js';
import { readClaim } from '../../../src/claim/read-claim.js';
import { expectStrictlyEqual } from '../../expect-equal.js';
import { jsonBytes, newColumns, testSettings } from '../settings.js';
import { oddCodes, oddDecimals, oddTexts, oddTimes, oddValue, oddWords } from './odd-values.js';
import { withSortedNotes } from './span-cells.js';

type Facts = Readonly<Record<string, unknown>>;

const fields = lineSpanFields.filter((field) => field !== 'traceCodes');
const usual: Facts = {
  id: 'F-0001',
  itemCode: '001201000030000',
  itemName: '糖化血红蛋白测定',
  kind: 'service',
  quantity: 2,
  unitPrice: '12.5000',
  listPrice: '12.50',
  amount: '25.00',
  at: '2026-03-18T10:21:40+08:00',
  until: '2026-03-19T10:21:40+08:00',
  department: 'A05.01',
  practitioner: 'D350102000001',
  prescriptionId: 'CF0-1',
  current: true,
  selfPaid: false,
  days: 7,
  traceCodes: [],
  splitPack: false,
  reverses: null,
};

/** The national names of the same facts. */
const nationalNames: Readonly<Record<string, string>> = {
  id: 'rx_id',
  itemCode: 'hilist_code',
  itemName: 'hilist_name',
  kind: 'hilist_type',
  quantity: 'cnt',
  unitPrice: 'pric',
  listPrice: 'hilist_pric',
  amount: 'sumamt',
  at: 'drord_begn_date',
  until: 'drord_stop_date',
  department: 'drord_dept_codg',
  practitioner: 'drord_dr_codg',
  prescriptionId: 'rxno',
  current: 'curr_drord_flag',
  selfPaid: 'self_paying_flag',
  days: 'prd_days',
  traceCodes: 'drug_trac_codg',
  splitPack: 'trdn_flag',
  reverses: 'init_feedetl_sn',
};

const native = (lines: readonly Facts[]) => ({ kind: 'screening', lines });

function national(lines: readonly Facts[]) {
  const orders = lines.map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [nationalNames[name] ?? name, value])),
  );
  const encounter = { mdtrt_id: 'V1', fsi_order_dtos: orders };
  const data = { trig_scen: '2', patient_dtos: [{ patn_id: 'P1', fsi_encounter_dtos: [encounter] }] };
  return { infno: '3101', input: { data } };
}

const bodies = {
  'native-msgpack': (lines: readonly Facts[]) => packWire(native(lines)),
  'native-json': (lines: readonly Facts[]) => jsonBytes(native(lines)),
  'nhsa-json': (lines: readonly Facts[]) => jsonBytes(national(lines)),
} as const satisfies Partial<Record<WireFormat, unknown>>;
const formats = Object.keys(bodies) as (keyof typeof bodies)[];

const reader = new ClaimReader(testSettings, newColumns().items, scanners);

function expectSame(lines: readonly Facts[], format: keyof typeof bodies): void {
  const bytes = bodies[format](lines);
  const plain = readClaim(bytes, format, testSettings);
  const fast = reader.read(bytes, format);
  if (!plain.ok) expect(fast.ok).toBe(false);
  else {
    const read = fast.ok ? withSortedNotes(claimOf(fast.value.columns)) : null;
    expectStrictlyEqual(read, withSortedNotes(plain.value.claim));
  }
}

const numbers: readonly unknown[] = [
  ...[0, -0, 1, 2, 7, 127, 128, 255, 256, 400, 401, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e21],
  ...[-1, -2, -32, -33, -128, -129, -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1],
  ...[1.5, 24.6, 0.1, 0.07, 1.005, 12.345, 0.12345, 1e-7, 99_999_999.99, 100_000_000.01, -0.5, -24.6],
];
const others: readonly unknown[] = [null, true, false, [], {}, ['a'], { a: { b: 1 } }];
const everyValue = [
  ...[...oddTexts, ...oddCodes, ...oddWords, ...oddDecimals, ...oddTimes],
  ...[...numbers, ...others],
];
const without = (field: string) =>
  Object.fromEntries(Object.entries(usual).filter(([name]) => name !== field));

describe('a claim knows nothing of a body that was declined', () => {
  const [diagnosis, procedure] = [
    { code: 'I10', main: true },
    { code: '88.7201', main: true, at: '2026-03-18' },
  ];
  const before = {
    ...{ kind: 'screening', institution: { code: 'H35010299001' }, patient: { sex: 'male' } },
    ...{ encounter: { type: 'inpatient' }, diagnoses: [diagnosis], procedures: [procedure] },
    lines: [usual],
  };
  const after = { kind: 'screening', diagnoses: [{}], procedures: [{}], lines: [{}] };

  it.each(['native-json', 'native-msgpack'] as const)('wherever it ended, in %s', (format) => {
    const bytesOf = (value: unknown) => (format === 'native-json' ? jsonBytes(value) : packWire(value));
    const [whole, next] = [Buffer.from(bytesOf(before)), bytesOf(after)];
    const plain = readClaim(next, format, testSettings);
    if (!plain.ok) throw new Error(plain.error.message);
    const expected = withSortedNotes(plain.value.claim);
    for (let end = 1; end < whole.length; end++) {
      expect(reader.read(whole.subarray(0, end), format).ok).toBe(false);
      const fast = reader.read(next, format);
      expectStrictlyEqual(fast.ok ? withSortedNotes(claimOf(fast.value.columns)) : null, expected);
    }
  });
});

describe.each(formats)('a body in %s reads as the plain reader reads it', (format) => {
  it.each(fields)('with any value as %s of a line between others', (field) => {
    const [first, last] = [
      { ...usual, id: 'F-0001' },
      { ...usual, id: 'F-0003' },
    ];
    for (const value of everyValue) {
      expectSame([first, { ...usual, id: 'F-0002', [field]: value }, last], format);
      expectSame(
        [
          { ...usual, [field]: value },
          { ...usual, id: 'F-0002', [field]: value },
        ],
        format,
      );
    }
    expectSame([first, without(field), last], format);
    expectSame([without(field), without(field)], format);
  });

  it('with any values, in any order of keys, some missing and some foreign', () => {
    const line = fc
      .tuple(
        fc.constantFrom('A', 'A', 'B', 'B2', 'F-0001', 'F-0002', 'F-0010', '7', '12', '', undefined),
        fc.dictionary(fc.constantFrom(...fields, 'foreign'), oddValue, { maxKeys: 3 }),
        fc.subarray(fields, { maxLength: 3 }),
        fc.option(fc.shuffledSubarray(fields), { nil: undefined, freq: 3 }),
      )
      .map(([id, odd, left, order]) => {
        const facts: Facts = { ...usual, id, ...odd };
        const names = Object.keys(facts).filter((name) => !left.includes(name as (typeof fields)[number]));
        const ordered = order === undefined ? names : [...new Set([...order, ...names])];
        return Object.fromEntries(
          ordered.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]]])),
        );
      });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => expectSame(lines, format)),
      { numRuns: 250 },
    );
  });
});
