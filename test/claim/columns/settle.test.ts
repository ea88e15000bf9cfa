import fc from 'fast-check';
import { describe, it } from 'vitest';
import { ClaimColumns } from '../../../src/claim/columns/claim-columns.js';
import { CodeTable } from '../../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../../src/claim/columns/item-codes.js';
import { lineSpanFields } from '../../../src/claim/columns/span-table.js';
import { expectEqual } from '../../expect-equal.js';
import { oddCodes, oddDecimals, oddTexts, oddTimes, oddValue, oddWords } from './odd-values.js';
import { type Cells, type Encoding, encodeCell, readBothWays } from './span-cells.js';

type Field = (typeof lineSpanFields)[number];
type Facts = Readonly<Partial<Record<Field, unknown>>>;

const encodings = ['json', 'msgpack'] as const;
const usual: Facts = {
  id: 'F1',
  itemCode: '001201000030000',
  itemName: '糖化血红蛋白测定',
  kind: 'service',
  quantity: '2',
  unitPrice: '12.5',
  listPrice: '12.5',
  amount: '25.00',
  at: '2026-03-18T10:21:40+08:00',
  department: 'D01',
  practitioner: 'D350102000001',
  prescriptionId: 'P1',
  current: true,
  selfPaid: false,
  days: 7,
  splitPack: false,
};

/** Lines of these facts; undefined stands for a missing one. */
function cellsOf(facts: Facts, encoding: Encoding, encounter = 0): Cells {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const encoded = known.map(([field, value]) => [field, encodeCell(value, encoding)]);
  return { facts: Object.fromEntries(encoded), traceCodes: [], encounter };
}

function expectSame(lines: readonly Cells[], encoding: Encoding, columns?: ClaimColumns): void {
  const { plain, settled } = readBothWays(lines, encoding, columns);
  expectEqual(settled, plain);
}

const numbers: readonly unknown[] = [
  ...[
    0, -0, 1, 7, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, -1, -32, -33, -128, -129,
  ],
  ...[
    -32_768,
    -32_769,
    -2_147_483_648,
    -2_147_483_649,
    2 ** 53,
    2 ** 53 - 1,
    1e21,
    1.5,
    24.6,
    0.1,
    0.07,
    1.005,
  ],
  ...[
    12.345, 0.12345, 1e-7, 5e-324, 1.7976931348623157e308, 99_999_999.99, 100_000_000, 100_000_000.01, 400,
    401,
  ],
];
const others: readonly unknown[] = [undefined, null, true, false, [], {}, ['a'], { a: { b: 1 } }];
const everyValue = [
  ...[...oddTexts, ...oddCodes, ...oddWords, ...oddDecimals, ...oddTimes],
  ...numbers,
  ...others,
];

describe.each(encodings)('scanned lines in %s settle to what the plain reader makes of them', (encoding) => {
  it.each(lineSpanFields.filter((field) => field !== 'traceCodes'))('with any value as %s', (field) => {
    for (const value of everyValue) expectSame([cellsOf({ ...usual, [field]: value }, encoding)], encoding);
  });

  it('with any values in any fields of any lines', () => {
    const columns = new ClaimColumns(new ItemCodes(CodeTable.growing()));
    const line = fc
      .tuple(
        fc.dictionary(fc.constantFrom(...lineSpanFields), fc.option(oddValue, { nil: undefined }), {
          maxKeys: 8,
        }),
        fc.array(oddValue, { maxLength: 2 }),
        fc.nat({ max: 1 }),
        fc.constantFrom('A', 'A', 'B', 'A#2', '#1', '#2', 'C', 'D', 'E', undefined),
      )
      .map(([odd, traceCodes, encounter, id]): Cells => {
        const facts: Facts = { ...usual, id, ...(odd as Facts) };
        return { ...cellsOf({ ...facts, traceCodes: undefined }, encoding, encounter), traceCodes };
      });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => expectSame(lines, encoding, columns)),
      { numRuns: 1_500 },
    );
  });

  it('with refunds of every kind', () => {
    const amount = fc.constantFrom('-25.00', '25.00', '-12.5', '0', undefined, '12.50', 'x');
    const line = fc
      .record({
        quantity: fc.constantFrom('-2', '2', '-1', '1', '0', undefined),
        amount,
        reverses: fc.constantFrom(undefined, undefined, 'F1', 'F2', ' F1 ', 'nowhere', ''),
        itemCode: fc.constantFrom('001201000030000', 'LOCAL-1', ' LOCAL-1', undefined, 'T001500004'),
        selfPaid: fc.constantFrom(true, false, '1', 'no'),
        at: fc.constantFrom('2026-03-18', '2026-03-19', 'x'),
        encounter: fc.nat({ max: 1 }),
      })
      .map(({ encounter, ...facts }) => ({ encounter, facts }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const cells = lines.map(({ facts, encounter }, i) =>
          cellsOf({ ...usual, ...facts, id: `F${i + 1}` }, encoding, encounter),
        );
        expectSame(cells, encoding);
      }),
      { numRuns: 500 },
    );
  });

  it('with more lines than a claim usually has, then with few again', () => {
    const columns = new ClaimColumns(new ItemCodes(CodeTable.growing()));
    for (const count of [3, 65, 64, 63, 1, 700, 2, 0]) {
      const lines = Array.from({ length: count }, (_, i) => cellsOf({ ...usual, id: `L${i}` }, encoding));
      expectSame(lines, encoding, columns);
      expectSame([...lines, ...lines.slice(0, 1)], encoding, columns);
    }
  });
});

describe('JSON numbers', () => {
  it.each([...oddDecimals, '1.0', '-0.0', '100.00', '123456789012345678', '0.30000000000000004'])(
    'are read alike in every field when written %s',
    (literal) => {
      if (!isJsonNumber(literal)) return;
      for (const field of lineSpanFields.filter((name) => name !== 'traceCodes')) {
        const line = cellsOf(usual, 'json');
        expectSame([{ ...line, facts: { ...line.facts, [field]: Buffer.from(literal) } }], 'json');
      }
    },
  );
});

function isJsonNumber(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}
