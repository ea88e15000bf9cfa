/** Whatever the order in which an original and what undoes it arrive, the state is the same, byte for byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../../src/claim/durable/durable-event.js';
import { eventOf, institution, Run, start } from './build.js';

const claimId = `${institution}/S1`;
const atOnce = () => start;

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** The state after every order of `events`, following `first`, is the one after the given order. */
function expectEqualStates(events: readonly DurableEvent[], first: readonly DurableEvent[] = []): void {
  const expected = Run.of([...first, ...events], atOnce).state.dump();
  for (const order of permutations(events)) {
    expect(Run.of([...first, ...order], atOnce).state.dump()).toEqual(expected);
  }
}

const lines = [
  { id: 'L1', quantityE4: 30_000, traceCodes: ['81'], kind: 'drug', itemCode: 'XA01AAA000A001010100001' },
  { id: 'L2', quantityE4: 10_000, selfPaid: true, traceCodes: ['82', '83'] },
  { id: 'L3', itemCode: null },
] as const;
const visit = { encounter: 'E1', patient: 'p1' };
const settlement = eventOf({ id: 's', kind: 'settlement', claimId, lines, ...visit });
const reversal = eventOf({ id: 'r', kind: 'reversal', claimId, reverses: claimId });
const fees = eventOf({ id: 'f', kind: 'fees', batch: 'B1', lines: [{ id: 'F1' }, { id: 'F2' }], ...visit });
const named = { kind: 'refund', reverses: claimId } as const;
const part = eventOf({ id: 'p', ...named, lines: [{ id: 'x', reverses: 'L1', quantityE4: -10_000 }] });
const rest = eventOf({ id: 'q', ...named, lines: [{ id: 'y', reverses: 'L1', quantityE4: -20_000 }] });
const unnamed = eventOf({
  id: 'u',
  kind: 'refund',
  ...visit,
  lines: [{ id: 'z', reverses: 'L1', quantityE4: -20_000 }],
});
const again = eventOf({ id: 'r2', kind: 'reversal', claimId, reverses: claimId });
const sale = eventOf({
  id: 'sale',
  kind: 'sale',
  claimId,
  ...visit,
  lines: [{ id: 'D1', quantityE4: 30_000, traceCodes: ['81', '84'] }],
});
const other = eventOf({
  id: 'o',
  kind: 'settlement',
  claimId: `${institution}/S2`,
  encounter: 'E2',
  patient: 'p1',
  lines: [{ id: 'L1', traceCodes: ['81'] }],
});
const stock = {
  id: 'M',
  itemCode: '003205000030000',
  quantityE4: 50_000,
  batch: null,
  undoes: null,
} as const;
const purchase = eventOf({ id: 'm', kind: 'stock', stock: [{ ...stock, type: 'purchase' }] });
const deletion = eventOf({ id: 'd', kind: 'stock', stock: [{ ...stock, type: 'delete', quantityE4: null }] });

describe('any order of arrival', () => {
  it.each([
    ['a settlement and its reversal', [settlement, reversal], []],
    ['with held fees', [settlement, reversal], [fees]],
    ['with another claim of the patient', [settlement, reversal, other], [fees]],
    ['with fees that come meanwhile', [settlement, reversal, fees], []],
    ['two reversals', [settlement, reversal, again], [fees]],
    ['refunds', [settlement, part, rest], [fees]],
    ['refunds and the reversal', [settlement, part, reversal, other], [fees]],
    ['a refund that names no claim', [settlement, unnamed, part], []],
    ['that and the reversal', [settlement, unnamed, reversal], []],
    ['a settlement and the report of its sale', [settlement, sale, part], []],
    ['and their reversal', [settlement, sale, reversal], []],
    ['a sale and its reversal', [sale, reversal], []],
    ['a stock movement and its deletion', [purchase, deletion], []],
  ] as const)('%s', (_name, events, first) => {
    expectEqualStates(events, first);
  });

  it('of a claim that was undone nothing is left but the mark', () => {
    const { state } = Run.of([settlement, reversal]);
    expect(Object.keys(state.dump(['patients', 'traces', 'stock']))).toEqual([]);
  });

  it('with random times, only the times of what still stands may differ', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([settlement, reversal, other], { minLength: 3 }), (order) => {
        const tables = ['claims', 'encounters', 'traces'] as const;
        const skipTouched = (dump: Record<string, string>) =>
          Object.fromEntries(Object.entries(dump).map(([name, value]) => [name, value.slice(16)]));
        const expected = skipTouched(Run.of([fees, settlement, reversal, other]).state.dump(tables));
        expect(skipTouched(Run.of([fees, ...order]).state.dump(tables))).toEqual(expected);
      }),
    );
  });
});
