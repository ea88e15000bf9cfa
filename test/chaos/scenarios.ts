/**
 * Small stories out of which a run is made. A story constrains the order of its events only where the contract does
 * not say what another order means (`after`); everything else may arrive in any order.
 */
import type { Event, Line, Settlement } from './meaning.js';
import { hospitals, type Plan, pharmacies } from './plan.js';

export const horizon = 30;

/** A stay: fees in batches with corrections, deletions and refunds, billed by one settlement or two. */
export function stay(plan: Plan): void {
  const { random } = plan;
  const institution = random.pick(hospitals);
  const encounterId = plan.id('IP');
  const patient = plan.patient();
  const minute = plan.anyMinute();
  const identity = { institution, patient };
  const batches = Array.from({ length: random.whole(1, 4) }, () => plan.id('B'));
  const firstFees: { key: string; lines: readonly Line[] }[] = [];
  for (const chargeBatch of batches) {
    const lines = feeLines(plan, patient, minute, chargeBatch);
    const fees: Event = {
      ...identity,
      kind: 'fees',
      eventId: plan.id('F'),
      encounterId,
      lines,
      deletes: null,
    };
    firstFees.push({ key: plan.send(fees, random.whole(0, horizon)), lines });
    if (random.chance(0.3)) {
      const corrected = unrefunded(lines)
        .slice(0, 1)
        .map((line) => ({ ...line, quantity: 7, amountFen: 77_00 }));
      plan.send({ ...fees, eventId: plan.id('F'), lines: corrected }, random.whole(0, horizon * 2));
    }
    if (random.chance(0.2)) {
      plan.send(
        { ...fees, eventId: plan.id('F'), lines: [], deletes: deletion(plan, chargeBatch, lines) },
        35,
      );
    }
  }
  const visit = plan.visit('inpatient', minute);
  const anchor = plan.line('L', patient, minute, withSomeTraceCode(plan));
  const settlement: Settlement = {
    ...identity,
    kind: 'settlement',
    eventId: plan.id('S'),
    encounterId,
    claimId: `${institution}/${encounterId}`,
    visit,
    lines: [anchor],
    bills: random.chance(0.5) ? 'all' : batches.filter(() => random.chance(0.7)),
  };
  const known = firstFees[0];
  let billedBefore: readonly string[] = [];
  const twice =
    settlement.bills === 'all' && random.chance(0.3) ? unrefunded(known?.lines ?? [])[0] : undefined;
  if (twice !== undefined && known !== undefined) {
    // Carried and held: the carried one counts, with an amount of its own.
    const lines = [anchor, { ...twice, chargeBatch: null, amountFen: twice.quantity * 2 * 9_00 }];
    life(plan, { ...settlement, lines }, [known.key]);
  } else if (settlement.bills === 'all' && random.chance(0.3)) {
    const again = sentAgain(plan, identity, encounterId, known?.lines ?? []);
    const key = life(plan, settlement, again);
    // Which of two bills came first is told by milliseconds, so those that share a fee are not sent together.
    billedBefore = again.length === 0 ? [] : [key];
  } else {
    life(plan, settlement, []);
  }
  // Which of two settlements counts a line that both have, the contract does not say.
  if (twice === undefined && random.chance(0.2)) {
    const claimId = `${institution}/${plan.id('SL')}`;
    const lines = [plan.line('L', patient, minute)];
    const second: Settlement = {
      ...settlement,
      eventId: plan.id('S'),
      claimId,
      lines,
      bills: 'all',
    };
    life(plan, second, billedBefore);
  }
}

/** A fee that is charged in another batch too, before it is billed; the keys of what must come first. */
function sentAgain(
  plan: Plan,
  identity: Pick<Settlement, 'institution' | 'patient'>,
  encounterId: string,
  lines: readonly Line[],
): readonly string[] {
  const [line] = unrefunded(lines);
  if (line === undefined) return [];
  const again = { ...line, chargeBatch: plan.id('B'), quantity: 5, amountFen: 55_00 };
  const fees = { ...identity, kind: 'fees', encounterId, lines: [again], deletes: null } as const;
  return [plan.send({ ...fees, eventId: plan.id('F') }, plan.random.whole(0, horizon))];
}

function feeLines(plan: Plan, patient: string, minute: number, chargeBatch: string): Line[] {
  const { random } = plan;
  const count = random.whole(1, 5);
  const lines = Array.from({ length: count }, () => plan.line('L', patient, minute, { chargeBatch }));
  const first = lines[0];
  if (first !== undefined && count > 1 && random.chance(0.3)) {
    lines.push(plan.takingBack(first, random.pick([0.5, 1, first.quantity])));
  }
  return lines;
}

/** Lines that are no refund and have none, so that they can be changed alone. */
function unrefunded(lines: readonly Line[]): Line[] {
  return lines.filter((line) => line.reverses === null && !lines.some((one) => one.reverses === line.id));
}

function deletion(plan: Plan, chargeBatch: string, lines: readonly Line[]) {
  const { random } = plan;
  const ids = unrefunded(lines)
    .slice(0, 1)
    .map((line) => line.id);
  const all = { chargeBatch: null, lines: null };
  if (ids.length === 0) return { chargeBatch, lines: null };
  return random.pick([all, { chargeBatch, lines: null }, { chargeBatch: null, lines: ids }]);
}

/** A visit that is settled at once, with all that is refunded of it. */
export function outpatient(plan: Plan): void {
  const { random } = plan;
  const institution = random.pick(hospitals);
  const patient = plan.patient();
  const minute = plan.anyMinute();
  const encounterId = random.chance(0.7) ? plan.id('OP') : null;
  const lines = Array.from({ length: random.whole(1, 6) }, () => {
    return plan.line('L', patient, minute, { selfPaid: random.chance(0.15) });
  });
  if (random.chance(0.1)) lines.push(plan.line('L', patient, minute, { quantity: 0, amountFen: 0 }));
  lines.push(plan.line('L', patient, minute, withSomeTraceCode(plan)));
  const claimId = `${institution}/${encounterId ?? plan.id('SL')}`;
  const settlement: Settlement = {
    institution,
    patient: random.chance(0.95) ? patient : null,
    kind: 'settlement',
    eventId: plan.id('S'),
    encounterId,
    claimId,
    visit: plan.visit('outpatient', minute),
    lines,
    bills: [],
  };
  life(plan, settlement, []);
}

/** A sale at a pharmacy, of traced packs and of things that are kept in stock. */
export function sale(plan: Plan, stocked: ReadonlyMap<string, string>): void {
  const { random } = plan;
  const institution = random.pick(pharmacies);
  const patient = plan.patient();
  const minute = plan.anyMinute();
  const inStock = plan.line('L', patient, minute, { itemCode: stockedItem(random.whole(1, 4)), days: null });
  const traced = plan.line('L', patient, minute, { traceCodes: [traceCode(plan), traceCode(plan)] });
  const encounterId = plan.id('SA');
  const event: Settlement = {
    institution,
    patient: random.chance(0.9) ? patient : null,
    kind: 'sale',
    eventId: plan.id('S'),
    encounterId,
    claimId: `${institution}/${encounterId}`,
    visit: plan.visit('pharmacy', minute),
    lines: [plan.line('L', patient, minute), inStock, traced],
    bills: [],
  };
  life(plan, event, [stocked.get(institution) ?? '']);
}

/** A settlement, and what becomes of it; returns the key of the settlement. */
function life(plan: Plan, event: Settlement, after: readonly string[]): string {
  const { random } = plan;
  const { institution, claimId } = event;
  const patient = random.chance(0.5) ? event.patient : null;
  const start = random.whole(5, horizon);
  const key = plan.send(event, start, after);
  if (random.chance(0.1)) {
    const [first, ...others] = event.lines;
    const changed = { ...event, lines: [{ ...first!, amountFen: first!.amountFen + 200 }, ...others] };
    plan.contradict(random.chance(0.5) ? changed : event, random.whole(0, horizon * 3), after);
  }
  const reversal = (): Event => ({ institution, patient, kind: 'reversal', eventId: plan.id('X'), claimId });
  const fate = random.next();
  if (fate < 0.3) {
    const first = plan.send(reversal(), random.whole(0, horizon * 2));
    const second = random.chance(0.3) ? [plan.send(reversal(), random.whole(0, horizon * 2))] : [];
    if (event.kind === 'settlement' && random.chance(0.4)) {
      // Settled anew under the same name, once the first is out of the way.
      const lines = event.lines.map((line) => ({ ...line, amountFen: line.amountFen + 100 }));
      const anew = { ...event, eventId: plan.id('S'), lines };
      const again = plan.send(anew, horizon * 2, [key, first, ...second]);
      if (random.chance(0.3)) plan.send(reversal(), horizon * 3, [again]);
    }
    return key;
  }
  if (fate >= 0.6 && random.chance(0.15)) settleFurther(plan, event, key);
  if (fate < 0.6) refunds(plan, event, patient);
  if (fate > 0.55 && fate < 0.6) plan.send(reversal(), random.whole(0, horizon * 2));
  return key;
}

/** The same claim settled once more while it stands: of what it had nothing changes, and a line is added. */
function settleFurther(plan: Plan, event: Settlement, key: string): void {
  const [first, ...others] = event.lines;
  if (first === undefined || event.patient === null) return;
  const changed = { ...first, quantity: first.quantity + 1 };
  const added = plan.line('L', event.patient, plan.anyMinute());
  const lines = [changed, ...others, added];
  plan.send({ ...event, eventId: plan.id('S'), lines, bills: [] }, horizon * 2, [key]);
}

/** Parts that are taken back, once or more, before the settlement or after it; something is always left of it. */
export function refunds(plan: Plan, event: Omit<Settlement, 'eventId'>, patient: string | null): void {
  const { random } = plan;
  const { institution, claimId } = event;
  const kind = event.kind === 'sale' ? 'return' : 'refund';
  const [, ...candidates] = event.lines.filter((line) => !line.selfPaid && line.quantity > 0);
  for (const line of candidates.filter(() => random.chance(0.5))) {
    const inStock = line.itemCode.startsWith(stockedItem(''));
    const whole = line.traceCodes.length > 0;
    // Of what is traced, all or nothing; of what is in stock, no more than there was.
    const parts = whole
      ? [line.quantity]
      : random.pick([[0.5], [0.5, 0.5], [line.quantity], [line.quantity, 1]]);
    for (const part of inStock ? parts.slice(0, 1) : parts) {
      const lines = [plan.takingBack(line, part)];
      plan.send({ institution, patient, kind, eventId: plan.id('V'), claimId, lines }, random.whole(0, 60));
    }
  }
}

/** Codes are few, so that some are sold twice. */
export function traceCode(plan: Plan): string {
  return `8${String(plan.random.whole(1, 400)).padStart(19, '0')}`;
}

function withSomeTraceCode(plan: Plan): Partial<Line> {
  return plan.random.chance(0.3) ? { traceCodes: [traceCode(plan)] } : {};
}

export function stockedItem(number: number | string): string {
  return `T98000000${number}`;
}

/** What a pharmacy has of the things it sells, before it sells any; returns the key of that event. */
export function openingStock(plan: Plan, institution: string): string {
  const records = [1, 2, 3, 4].map((number) => {
    return { itemCode: stockedItem(number), quantity: 10_000, type: 'count' as const, id: plan.id('K') };
  });
  return plan.send({ institution, patient: null, kind: 'stock', eventId: plan.id('E'), records }, 0);
}

/** Deliveries of what is sold, and the keeping of things that are not. */
export function stockKeeping(plan: Plan, opening: ReadonlyMap<string, string>): void {
  const { random } = plan;
  const institution = random.pick(pharmacies);
  const identity = { institution, patient: null, kind: 'stock' as const };
  const sold = random.chance(0.5);
  const itemCode = sold ? stockedItem(random.whole(1, 4)) : `T97000000${random.whole(1, 6)}`;
  const types = sold
    ? (['change', 'purchase', 'purchase-return'] as const)
    : (['count', 'change', 'purchase', 'purchase-return'] as const);
  const records = Array.from({ length: random.whole(1, 3) }, () => {
    const type = random.pick(types);
    const sign = type === 'purchase-return' ? -1 : 1;
    return { itemCode, quantity: (sign * random.whole(1, 200)) / 2, type, id: plan.id('K') };
  });
  const after = [opening.get(institution) ?? ''];
  const key = plan.send({ ...identity, eventId: plan.id('E'), records }, random.whole(0, horizon), after);
  const undone = records.find(({ type }) => type !== 'count');
  if (undone === undefined || !sold || !random.chance(0.3)) return;
  const deletes = [{ ...undone, type: 'delete' as const }];
  plan.send({ ...identity, eventId: plan.id('E'), records: deletes }, horizon, [key]);
}
