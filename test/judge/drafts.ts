/** Claims in the making: invented persons, all facts known, nothing wrong yet. */
import { dateOfDay } from './calendar.js';
import type { NativeClaim, NativeLine } from './native-claim.js';
import type { Random } from './random.js';

/** A stay of a grown-up woman around a day. */
export function draftClaim(random: Random, day: number): NativeClaim {
  const number = random.whole(1, 999_999);
  const [before, after] = [random.whole(0, 3), random.whole(0, 3)];
  return {
    eventId: `judge-${number}`,
    kind: 'screening',
    scene: 9,
    sentAt: at(day + after, '20:30:00'),
    institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
    patient: {
      id: `35010000000000${number}`,
      sex: 'female',
      birthDate: '1980-03-02',
      insurance: 'employee',
      region: '350100',
    },
    encounter: {
      id: `JD${number}`,
      type: 'inpatient',
      emergency: false,
      internet: false,
      medType: '21',
      admittedAt: at(day - before, '08:12:00'),
      dischargedAt: random.chance(0.5) ? at(day + after, '17:05:00') : null,
    },
    diagnoses: [{ code: 'I20.000', main: true }],
    lines: [],
  };
}

const scenes: Readonly<Record<string, readonly number[]>> = { inpatient: [8, 9], pharmacy: [10] };

/** Sends the claim from where such a visit is settled, under a category that fits it. */
export function settleScene({ random, claim }: { random: Random; claim: NativeClaim }): void {
  claim.scene = random.pick(scenes[claim.encounter.type ?? 'other'] ?? [6, 7]);
  // 医疗类别 of a stay would make a stay of any visit.
  const { type, medType } = claim.encounter;
  if (type !== null && type !== 'inpatient' && medType === '21') claim.encounter.medType = '11';
}

export function draftLine(random: Random, id: string, code: string, time: string | null): NativeLine {
  const line: NativeLine = {
    id,
    itemCode: code,
    kind: kindOf(code),
    quantity: 0,
    unitPrice: null,
    listPrice: null,
    amount: '0.00',
    at: time,
    until: null,
    prescriptionId: `RX-${id}`,
    selfPaid: false,
    reverses: null,
  };
  charge(line, random.whole(1, 4), random.whole(100, 90_000));
  return line;
}

/** Sets quantity and price (fen), and the amount with them. */
export function charge(line: NativeLine, quantity: number, priceFen: number): void {
  line.quantity = quantity;
  line.unitPrice = yuan(priceFen);
  line.amount = yuan(Math.round(quantity * priceFen));
}

/** A line that takes `quantity` back from another. */
export function refundOf(line: NativeLine, quantity: number): NativeLine {
  const share = (Number(line.amount.replace('.', '')) * quantity) / line.quantity;
  return {
    ...line,
    id: `${line.id}-back`,
    quantity: -quantity,
    amount: yuan(-Math.round(share)),
    reverses: line.id,
  };
}

export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function kindOf(code: string): string {
  if (code.startsWith('T')) return 'piece';
  return /^\d/.test(code) ? 'service' : 'drug';
}

/** A time of a China calendar day. */
export function at(day: number, clock: string): string {
  return `${dateOfDay(day)}T${clock}+08:00`;
}

/** Some time of a day, often its first or last second, in one of the ways senders write it. */
export function sometime(random: Random, day: number): string {
  const clock = random.pick(['00:00:00', '23:59:59', '09:30:00', '14:05:10', '07:59:59', '08:00:00']);
  const written = at(day, clock);
  const style = random.whole(0, 2);
  if (style === 0) return written;
  if (style === 1) return written.slice(0, 19);
  return new Date(Date.parse(written)).toISOString().replace('.000Z', 'Z');
}
