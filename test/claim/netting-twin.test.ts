/** Netting against its slow twin, on claims full of refunds; and how often a long claim's lines are looked at. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LineOrigin, netLines, type ReadLine } from '../../src/claim/netting.js';
import { NoteTaker } from '../../src/claim/notes.js';
import { Targets } from '../../src/claim/refund-targets.js';
import { netSlowly } from './slow-netting.js';

const few = <T>(...values: T[]) => fc.constantFrom(...values);

const sent = fc.record({
  quantityE4: few<number | null>(10_000, 10_000, 20_000, 35_000, 0, null, -10_000, -10_000, -30_000),
  amountFen: few<number | null>(100, 250, 0, null, -100, -90),
  at: few<number | null>(1, 2, 3, 4, null),
  selfPaid: few(false, false, true),
  reverses: few<string | null>(null, null, null, 'L1', 'L4', 'gone'),
  unitPriceE4Fen: few<number | null>(1_000_000, 1_000_000, null),
  item: few<string | null>('A', 'A', 'A', 'B', null),
  encounter: few(0, 0, 1),
  isNamed: few(true, false),
});

type Sent = typeof sent extends fc.Arbitrary<infer T> ? T : never;

function readLine(line: Sent, i: number): ReadLine {
  const { quantityE4, amountFen, at, selfPaid, unitPriceE4Fen } = line;
  const reverses = line.isNamed ? line.reverses : null;
  const refund = reverses !== null || (quantityE4 ?? 0) < 0 || (amountFen ?? 0) < 0;
  const sign = (value: number | null) => (value === null ? null : refund ? -Math.abs(value) : value);
  const read = { quantityE4: sign(quantityE4), amountFen: sign(amountFen), at, selfPaid, unitPriceE4Fen };
  const open = { netQuantityE4: null, netAmountFen: null, payable: false };
  return { id: `L${i}`, ...read, reverses, refund, ...open };
}

function netted(lines: readonly Sent[], net: typeof netLines) {
  const read = lines.map(readLine);
  const origins: LineOrigin[] = lines.map(({ item, encounter }) => ({ item, encounter }));
  const notes = new NoteTaker();
  net(read, origins, notes);
  return { read, notes: notes.notes };
}

it('nets as by looking at every line of the item', () => {
  const claims = fc.array(sent, { maxLength: 40 });
  const property = fc.property(claims, (lines) => {
    expect(netted(lines, netLines)).toEqual(netted(lines, netSlowly));
  });
  fc.assert(property, { numRuns: 400 });
});

it('many refunds of many lines look at each line a few times', () => {
  let looks = 0;
  const count = 4_000;
  const targets = Array.from({ length: count }, (_, i) => ({
    line: { at: i % 7, selfPaid: false },
    refundedWholly: false,
    left: 1,
    get quantity() {
      looks++;
      return this.left;
    },
  }));
  const [first, ...others] = targets;
  const all = new Targets(first!);
  for (const target of others) all.add(target);
  for (let i = 0; i < count; i++) {
    const target = all.next({ at: (i * 5) % 9, selfPaid: i % 2 === 0 });
    expect(target).not.toBeNull();
    target!.left = 0;
  }
  expect(all.next({ at: 3, selfPaid: false })).toBeNull();
  expect(looks).toBeLessThan(6 * count);
});
