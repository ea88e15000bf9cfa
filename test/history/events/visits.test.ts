/** Several charge batches and settlements of one visit. */
import { describe, expect, it } from 'vitest';
import { stateSource } from '../../../src/history/source.js';
import { eventOf, institution, Run, type SomeLine } from './build.js';

const visit = { encounter: 'E1', patient: 'p1' };
const fees = (id: string, batch: string, lines: readonly SomeLine[]) =>
  eventOf({ id, kind: 'fees', batch, lines, ...visit });
const settling = (id: string, bills: readonly string[] | null = null, lines: readonly SomeLine[] = []) =>
  eventOf({ id, kind: 'settlement', claimId: `${institution}/${id}`, bills, lines, ...visit });
const reversing = (id: string) =>
  eventOf({ id: `r${id}`, kind: 'reversal', reverses: `${institution}/${id}` });

const past = (run: Run) => {
  const patient = stateSource(run.state).patient('p1');
  return {
    encounters: patient.encounters,
    quantities: Array.from({ length: patient.lines }, (_, i) => patient.lineQuantityE4(i)),
  };
};

const charged = fees('f', 'B1', [{ id: 'F1', quantityE4: 30_000 }]);
const refund = fees('g', 'B2', [{ id: 'R1', reverses: 'F1', quantityE4: -10_000 }]);

describe('a refund of a fee that an earlier settlement billed', () => {
  it('takes from that settlement, whichever came first', () => {
    const events = [charged, refund];
    for (const order of [
      [settling('S1', ['B1']), settling('S2', ['B2'])],
      [settling('S2', ['B2']), settling('S1', ['B1'])],
    ]) {
      expect(past(Run.of([...events, ...order])).quantities).toEqual([20_000]);
    }
  });

  it('takes once, however often its own settlement is made anew', () => {
    const run = Run.of([charged, settling('S1'), refund, settling('S2'), reversing('S2'), settling('S3')]);
    expect(past(run).quantities).toEqual([20_000]);
  });

  it('retracts what falls with the line, in the decision of the settlement that bills it', () => {
    const whole = fees('g', 'B2', [{ id: 'R1', reverses: 'F1', quantityE4: -30_000 }]);
    const run = Run.of([charged, settling('S1'), whole, settling('S2')]);
    expect(run.steps[3]?.applied.retracts).toEqual(['many E1 F1']);
    expect(past(run).quantities).toEqual([]);
  });

  it('takes from whichever settlement bills the fee anew', () => {
    const run = Run.of([charged, settling('S1'), refund, settling('S2'), reversing('S1'), settling('S4')]);
    expect(past(run).quantities).toEqual([20_000]);
    const both = Run.of([...run.steps.map(({ event }) => event), reversing('S2'), reversing('S4')]);
    both.apply(settling('S5'));
    expect(past(both).quantities).toEqual([20_000]);
  });
});

it('a fee that was sent in two charge batches is one, as it was sent last', () => {
  const events = [
    fees('f', 'B2', [{ id: 'F1', quantityE4: 30_000 }]),
    fees('g', 'B1', [{ id: 'F1', quantityE4: 10_000 }]),
  ];
  expect(past(Run.of([...events, settling('S1')])).quantities).toEqual([10_000]);
  expect(past(Run.of([...events, settling('S1', ['B1']), settling('S2', ['B2'])])).quantities).toEqual([
    10_000,
  ]);
});

it('a deletion that names a charge batch and lines takes those lines of that batch', () => {
  const deletes = { chargeBatch: 'B1', lines: ['F1', 'F3'] };
  const run = Run.of([
    fees('f', 'B1', [{ id: 'F1' }, { id: 'F2' }]),
    fees('g', 'B2', [{ id: 'F3' }]),
    eventOf({ id: 'd', kind: 'fees', deletes, ...visit }),
    settling('S1'),
  ]);
  expect(run.steps[3]?.claim?.lines.map(({ id }) => id)).toEqual(['F2', 'F3']);
});

describe('a second settlement of a claim that stands', () => {
  it('adds what is new; what both have stays as first settled', () => {
    const again = settling('S1', [], [{ id: 'L1', quantityE4: 50_000 }, { id: 'L2' }]);
    const run = Run.of([settling('S1', [], [{ id: 'L1' }]), again]);
    expect(past(run)).toEqual({ encounters: 1, quantities: [10_000, 10_000] });
    run.apply(reversing('S1'));
    expect(past(run)).toEqual({ encounters: 0, quantities: [] });
  });
});

describe('a settlement of which nothing is left', () => {
  const back = { id: 'R', reverses: 'L1', quantityE4: -10_000 };
  const self = { id: 'L2', selfPaid: true };

  it('is no visit, whether it was refunded within the claim or later', () => {
    const within = Run.of([settling('S1', [], [{ id: 'L1' }, back])]);
    expect(past(within).encounters).toBe(0);
    const later = Run.of([settling('S1', [], [{ id: 'L1' }])]);
    expect(past(later).encounters).toBe(1);
    later.apply(eventOf({ id: 'b', kind: 'refund', reverses: `${institution}/S1`, lines: [back], ...visit }));
    expect(past(later).encounters).toBe(0);
  });

  it('is one where the patient paid for something, or nobody knows what was charged', () => {
    expect(past(Run.of([settling('S1', [], [{ id: 'L1' }, back, self])])).encounters).toBe(1);
    expect(past(Run.of([settling('S1', [], [self])])).encounters).toBe(1);
    expect(past(Run.of([settling('S1')])).encounters).toBe(1);
  });
});
