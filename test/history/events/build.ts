/** Events as the readers would make them, and a state in memory that messages run against as in a worker. */
import type { Claim, ClaimKind, Line } from '../../../src/claim/claim.js';
import type { DurableEvent } from '../../../src/claim/durable/durable-event.js';
import { ownRecords } from '../../../src/claim/durable/finish-event.js';
import { netLines } from '../../../src/claim/netting.js';
import { NoteTaker } from '../../../src/claim/notes.js';
import { type Applied, applyEvent, type StandingFinding } from '../../../src/history/events/apply-event.js';
import { assemble } from '../../../src/history/events/assemble.js';
import { Overlay, type StateReader, type StateTable } from '../../../src/history/state.js';

export const institution = 'H35010200417';
export const start = Date.UTC(2026, 2, 18);

export type SomeLine = Partial<Line> & { readonly id: string };

/** A line as read; a negative quantity is a refund. */
export function lineOf(some: SomeLine): Line {
  const quantityE4 = some.quantityE4 === undefined ? 10_000 : some.quantityE4;
  return {
    itemCode: '003205000030000',
    itemName: null,
    kind: 'service',
    unitPriceE4Fen: 100_0000,
    listPriceE4Fen: null,
    amountFen: quantityE4 === null ? null : quantityE4 / 100,
    at: start,
    atTimed: true,
    until: null,
    department: null,
    practitioner: null,
    prescriptionId: null,
    current: true,
    selfPaid: false,
    refund: (quantityE4 ?? 0) < 0 || (some.reverses ?? null) !== null,
    days: null,
    traceCodes: [],
    splitPack: false,
    reverses: null,
    netQuantityE4: null,
    netAmountFen: null,
    payable: false,
    ...some,
    quantityE4,
  };
}

export interface SomeEvent extends Partial<Omit<DurableEvent, 'claim'>> {
  readonly id: string;
  readonly kind: ClaimKind;
  readonly claimId?: string | null;
  readonly reverses?: string | null;
  readonly encounter?: string | null;
  readonly facts?: Partial<Claim['encounter']>;
  readonly patient?: string | null;
  readonly sentAt?: number | null;
  readonly diagnosis?: string;
  readonly lines?: readonly SomeLine[];
  readonly batch?: string | null;
  readonly notes?: Claim['notes'];
}

export function eventOf(some: SomeEvent): DurableEvent {
  const { id, kind, encounter = null, lines = [], batch = null } = some;
  const read = lines.map(lineOf);
  netLines(
    read,
    read.map(({ itemCode }) => ({ encounter: 0, item: itemCode })),
    new NoteTaker(),
  );
  const claim: Claim = {
    eventId: id,
    kind,
    scene: null,
    sentAt: some.sentAt ?? null,
    claimId: some.claimId ?? (encounter === null ? null : `${institution}/${encounter}`),
    ...(some.reverses === undefined ? {} : { reverses: some.reverses }),
    institution: { code: institution, level: 3, type: 'hospital', region: '350102' },
    patient: {
      key: some.patient ?? null,
      sex: null,
      birthDate: null,
      insurance: null,
      region: null,
      pregnancy: null,
    },
    encounter: {
      id: encounter,
      type: 'outpatient',
      emergency: null,
      internet: null,
      medType: null,
      admittedAt: null,
      dischargedAt: null,
      department: null,
      practitioner: null,
      ...some.facts,
    },
    diagnoses: some.diagnosis === undefined ? [] : [{ code: some.diagnosis, main: true }],
    procedures: [],
    lines: read,
    notes: some.notes ?? [],
  };
  return {
    claim,
    format: some.format ?? 'native-json',
    chargeBatches: some.chargeBatches ?? read.map(() => batch),
    recordIds: some.recordIds ?? (kind === 'sale' ? ownRecords(claim) : []),
    deletes: some.deletes ?? null,
    bills: some.bills === undefined ? (kind === 'settlement' ? null : []) : some.bills,
    traces: some.traces ?? [],
    stock: some.stock ?? null,
  };
}

/** Committed state as a map; keys are table and key in hex. */
export class MemoryState implements StateReader {
  readonly records = new Map<string, Uint8Array>();

  get(table: StateTable, key: Uint8Array): Uint8Array | undefined {
    return this.records.get(nameOf(table, key));
  }

  /** Every record in hex, by name; `only`: of these tables. */
  dump(only?: readonly StateTable[]): Record<string, string> {
    const entries = [...this.records].filter(
      ([name]) => only?.some((table) => name.startsWith(table)) ?? true,
    );
    return Object.fromEntries(
      entries
        .map(([name, value]) => [name, Buffer.from(value).toString('hex')] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

const nameOf = (table: StateTable, key: Uint8Array) => `${table} ${Buffer.from(key).toString('hex')}`;

/** What is found does not matter here, only that it is found again: lines of many, and items sold twice. */
export function screen(claim: Claim | null): readonly StandingFinding[] {
  const payable = (claim?.lines ?? []).filter((line) => line.payable);
  const many = payable.filter((line) => (line.netQuantityE4 ?? 0) > 20_000);
  const byItem = new Map<string | null, Line[]>();
  for (const line of payable) byItem.set(line.itemCode, [...(byItem.get(line.itemCode) ?? []), line]);
  const encounter = claim?.encounter.id ?? claim?.claimId;
  return [
    ...many.map((line) => ({ findingId: `many ${encounter} ${line.id}`, violating: [line.id] })),
    ...[...byItem.values()]
      .filter((lines) => lines.length > 1)
      .map((lines) => lines.map(({ id }) => id).sort())
      .map((ids) => ({ findingId: `twice ${encounter} ${ids.join(' ')}`, violating: ids })),
  ];
}

export interface Step {
  readonly event: DurableEvent;
  readonly claim: Claim | null;
  readonly findings: readonly StandingFinding[];
  readonly applied: Applied;
}

/** Applies events one by one, as messages of a log. */
export class Run {
  readonly state = new MemoryState();
  readonly steps: Step[] = [];
  readonly #overlay = new Overlay(this.state);
  readonly #timeOf: (seq: number) => number;

  /** `timeOf`: the stream time of a message. */
  constructor(timeOf: (seq: number) => number = (seq) => start + seq * 1000) {
    this.#timeOf = timeOf;
  }

  apply(event: DurableEvent): Step {
    const seq = this.steps.length + 1;
    const streamMs = this.#timeOf(seq);
    this.#overlay.at(streamMs);
    const claim = assemble(event, this.#overlay);
    const findings = screen(claim);
    const when = { seq, streamMs, institution, contentHash: '00'.repeat(32) };
    const applied = applyEvent(event, claim, findings, when, this.#overlay);
    for (const { table, key, value } of this.#overlay.takeWrites()) {
      if (value === null) this.state.records.delete(nameOf(table, key));
      else this.state.records.set(nameOf(table, key), value.slice());
    }
    const step = { event, claim, findings, applied };
    this.steps.push(step);
    return step;
  }

  static of(events: readonly DurableEvent[], timeOf?: (seq: number) => number): Run {
    const run = new Run(timeOf);
    for (const event of events) run.apply(event);
    return run;
  }
}
