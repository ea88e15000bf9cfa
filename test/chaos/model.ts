/**
 * The expected history: what must have been answered and what must be remembered after a number of messages, told as
 * plainly as possible. Slow, small, and made from the contract alone; nothing of the product is used here.
 */
import { createHash } from 'node:crypto';
import type {
  DeadReason,
  Event,
  Fees,
  Line,
  Message,
  Refund,
  Settlement,
  Stock,
  StockRecord,
} from './meaning.js';

/** What must be said in DECISIONS about one message. */
export type Answer = { readonly sequence: number; readonly institution: string } & (
  | {
      readonly as: 'decision' | 'receipt';
      readonly event: Event;
      readonly undoes: Undoing | null;
      /** A settlement of which a reversal or a refund had come before it. */
      readonly awaited: boolean;
    }
  | { readonly as: 'repetition'; readonly event: Event; readonly of: number }
  /** Its sales come back as `parts` messages of their own. */
  | { readonly as: 'split'; readonly eventId: string; readonly parts: number }
  /** `of`: the same bytes came before; they may be answered as a repetition or as a dead letter again. */
  | { readonly as: 'dead'; readonly reason: DeadReason; readonly of: number | null }
);

/** The settlement that is undone by this message: by a reversal, or by itself where its reversal had come before it. */
export interface Undoing {
  readonly sequence: number;
  /** Whether nothing of it was refunded, so that this message takes back all that was found in it. */
  readonly whole: boolean;
}

interface HeldLine {
  /** As it was last sent; null where it was deleted while it was billed. */
  readonly line: Line | null;
  readonly billedBy: Claim | null;
  /** Message that sent it last. */
  readonly sent: number;
}

interface Claim {
  readonly sequence: number;
  readonly event: Settlement;
  readonly lines: readonly Line[];
  standing: boolean;
  /** Sequence of the first settlement of it since it last stood. */
  readonly billed: number;
  /** Line ids that were held fees. */
  readonly fees: ReadonlySet<string>;
  /** Settled again while it stood. */
  readonly isTwofold: boolean;
}

type StockEntry = StockRecord & { readonly institution: string };

export class Model {
  readonly answers: Answer[] = [];
  /** What happened although the contract does not say what it means; a run that has some proves nothing about them. */
  readonly unclear: string[] = [];
  /** First bytes of every event id: institution and id to sequence and content. */
  readonly #ledger = new Map<string, { sequence: number; content: string }>();
  /** Where bytes that are a dead letter came first. */
  readonly #deadBytes = new Map<string, number>();
  /** By encounter, then by charge batch and line id. */
  readonly #held = new Map<string, Map<string, HeldLine>>();
  readonly #claims = new Map<string, Claim>();
  readonly #reversedBefore = new Set<string>();
  readonly #refunds = new Map<string, Line[]>();
  /** By encounter, then by line id: billed refunds of fees that another settlement has billed. */
  readonly #feeRefunds = new Map<string, Map<string, Line>>();
  readonly #stock: StockEntry[] = [];

  apply(message: Message): void {
    this.answers.push(this.#answer(message));
  }

  #answer(message: Message): Answer {
    const { sequence, institution, meaning } = message;
    const content = contentOf(message);
    const dead = (reason: DeadReason): Answer => {
      const of = this.#deadBytes.get(content) ?? null;
      if (of === null) this.#deadBytes.set(content, sequence);
      return { as: 'dead', sequence, institution, reason, of };
    };
    if (meaning.dead !== null) return dead(meaning.dead);
    if (meaning.event === null) {
      const { eventId, parts } = meaning.batch;
      return { as: 'split', sequence, institution, eventId, parts: parts.length };
    }
    const { event } = meaning;
    const known = this.#ledger.get(`${institution} ${event.eventId}`);
    if (known?.content === content)
      return { as: 'repetition', sequence, institution, event, of: known.sequence };
    if (known !== undefined) return dead('conflicting-content');
    this.#ledger.set(`${institution} ${event.eventId}`, { sequence, content });
    const awaited = 'bills' in event && this.#isAwaited(event.claimId);
    const undoes = this.#happen(sequence, event);
    const as = event.kind === 'settlement' || event.kind === 'sale' ? 'decision' : 'receipt';
    return { as, sequence, institution, event, undoes, awaited };
  }

  #happen(sequence: number, event: Event): Undoing | null {
    switch (event.kind) {
      case 'reversal':
        return this.#reverse(event.claimId);
      case 'fees':
        this.#hold(event, sequence);
        break;
      case 'settlement':
      case 'sale':
        return this.#settle(sequence, event);
      case 'refund':
      case 'return':
        this.#refund(event);
        break;
      case 'stock':
        this.#keepStock(event);
    }
    return null;
  }

  /**
   * Fees wait for the settlement that bills them. What is changed or deleted after it was billed stays billed as it was;
   * it is held again as changed, or not at all, should the settlement be undone: so that the end is the same in
   * whichever order change and reversal arrive.
   */
  #hold({ institution, encounterId, lines, deletes }: Fees, sequence: number): void {
    const held = this.#heldOf(institution, encounterId);
    for (const [key, { line, billedBy, sent }] of [...held]) {
      if (deletes === null || line === null) continue;
      const inBatch = deletes.chargeBatch === null || deletes.chargeBatch === line.chargeBatch;
      const named = deletes.lines === null || deletes.lines.includes(line.id);
      if (inBatch && named) held.set(key, { line: null, billedBy, sent });
    }
    for (const line of lines) {
      const key = `${line.chargeBatch} ${line.id}`;
      held.set(key, { line, billedBy: held.get(key)?.billedBy ?? null, sent: sequence });
    }
  }

  /**
   * What a further settlement of a claim that stands adds is new lines; what both have stays as it was settled first. Of
   * a fee that two charge batches have, the one that was sent last counts.
   */
  #settle(sequence: number, event: Settlement): Undoing | null {
    const { claimId, institution, encounterId, bills } = event;
    const before = this.#claims.get(claimId);
    const first = before?.standing === true ? before : null;
    const held = encounterId === null ? new Map<string, HeldLine>() : this.#heldOf(institution, encounterId);
    const billed = [...held].filter(([, { line, billedBy }]) => {
      const named = line !== null && (bills === 'all' || bills.includes(line.chargeBatch ?? ''));
      return named && (billedBy === null || (first !== null && billedBy === first));
    });
    const fees = lastSent(billed.map(([, fee]) => fee));
    const sent = [...event.lines, ...fees];
    const lines = distinct([...(first?.lines ?? []), ...distinct(sent)]);
    const claim: Claim = {
      sequence,
      event: first === null ? event : { ...event, visit: visitOf(first.event, event) },
      lines,
      standing: true,
      billed: first?.billed ?? sequence,
      fees: new Set([...(first?.fees ?? []), ...fees.map(({ id }) => id)]),
      isTwofold: first !== null,
    };
    this.#claims.set(claimId, claim);
    for (const [key, fee] of billed) held.set(key, { ...fee, billedBy: claim });
    for (const [key, fee] of held) {
      if (first !== null && fee.billedBy === first) held.set(key, { ...fee, billedBy: claim });
    }
    this.#refundElsewhere(claim, sent);
    return this.#reversedBefore.delete(claimId) ? this.#undo(claim) : null;
  }

  /** A refund of a fee that an earlier settlement has billed takes from that one, whatever becomes of its own. */
  #refundElsewhere({ event: { institution, encounterId } }: Claim, lines: readonly Line[]): void {
    if (encounterId === null) return;
    const key = `${institution} ${encounterId}`;
    const refunds = this.#feeRefunds.get(key) ?? new Map<string, Line>();
    this.#feeRefunds.set(key, refunds);
    for (const line of lines) {
      if (line.reverses !== null && !lines.some((one) => one.id === line.reverses))
        refunds.set(line.id, line);
    }
  }

  #refundsOf({ event: { claimId, institution, encounterId }, lines }: Claim): Line[] {
    const ofFees = [...(this.#feeRefunds.get(`${institution} ${encounterId}`)?.values() ?? [])];
    const elsewhere = ofFees.filter((refund) => !lines.some((line) => line.id === refund.id));
    return [...(this.#refunds.get(claimId) ?? []), ...elsewhere];
  }

  #reverse(claimId: string): Undoing | null {
    const claim = this.#claims.get(claimId);
    if (claim === undefined) this.#reversedBefore.add(claimId);
    return claim?.standing === true ? this.#undo(claim) : null;
  }

  #undo(claim: Claim): Undoing {
    claim.standing = false;
    const { institution, encounterId, claimId } = claim.event;
    const held = encounterId === null ? new Map<string, HeldLine>() : this.#heldOf(institution, encounterId);
    for (const [key, { line, billedBy, sent }] of held) {
      if (billedBy === claim) held.set(key, { line, billedBy: null, sent });
    }
    const whole = !this.#refunds.has(claimId) && !claim.isTwofold;
    return { sequence: claim.sequence, whole };
  }

  #isAwaited(claimId: string): boolean {
    return this.#reversedBefore.has(claimId) || this.#refunds.has(claimId);
  }

  #refund({ claimId, lines }: Refund): void {
    this.#refunds.set(claimId, [...(this.#refunds.get(claimId) ?? []), ...lines]);
  }

  #keepStock({ institution, records }: Stock): void {
    for (const record of records) {
      if (record.type !== 'delete') {
        this.#stock.push({ ...record, institution });
        continue;
      }
      const old = this.#stock.findIndex((one) => one.institution === institution && one.id === record.id);
      if (old === -1) this.unclear.push(`stock record ${record.id} is deleted before it came`);
      else this.#stock.splice(old, 1);
    }
  }

  #heldOf(institution: string, encounterId: string): Map<string, HeldLine> {
    const key = `${institution} ${encounterId}`;
    const held = this.#held.get(key) ?? new Map<string, HeldLine>();
    this.#held.set(key, held);
    return held;
  }

  /**
   * Settlements that count, each with what is left of its lines; where nothing is left of any, there is none. Of fees a
   * line id is one fee of the visit: billed by two settlements, it counts in the first.
   */
  standing(): { readonly event: Settlement; readonly lines: readonly Line[] }[] {
    const counted = new Set<string>();
    const standing = [...this.#claims.values()]
      .filter((claim) => claim.standing)
      .sort((a, b) => a.billed - b.billed);
    return standing
      .map((claim) => ({ claim, lines: netOf(this.#onlyHere(claim, counted), this.#refundsOf(claim)) }))
      .filter(({ claim, lines }) => lines.length > 0 || claim.lines.length === 0)
      .map(({ claim: { event }, lines }) => ({ event, lines }));
  }

  /** Its lines without the fees that a settlement of the visit before it has. */
  #onlyHere(
    { event: { institution, encounterId }, lines, fees }: Claim,
    counted: Set<string>,
  ): readonly Line[] {
    return lines.filter(({ id }) => {
      const name = `${institution} ${encounterId} ${id}`;
      return !fees.has(id) || (!counted.has(name) && counted.add(name));
    });
  }

  /** Records in the order in which they came, without those that were deleted. */
  stock(): readonly StockEntry[] {
    return this.#stock;
  }
}

/** What makes two messages the same: their bytes, or of a sale out of several the head and the rows it was sent with. */
function contentOf({ body, partOf }: Message): string {
  const said = partOf === undefined ? body : JSON.stringify([partOf.batch.head, partOf.part.rows]);
  return createHash('sha256').update(said).digest('hex');
}

/** The first of each id. */
function distinct(lines: readonly Line[]): Line[] {
  return [...new Map(lines.toReversed().map((line) => [line.id, line])).values()].reverse();
}

function lastSent(fees: readonly HeldLine[]): Line[] {
  const inOrder = [...fees].sort((a, b) => b.sent - a.sent);
  return distinct(inOrder.flatMap(({ line }) => (line === null ? [] : [line])));
}

/** Of what two settlements say of a visit, the later one that knows counts. */
function visitOf({ visit: first }: Settlement, { visit: last }: Settlement): Settlement['visit'] {
  return {
    ...last,
    admittedAt: last.admittedAt ?? first.admittedAt,
    dischargedAt: last.dischargedAt ?? first.dischargedAt,
    mainDiagnosis: last.mainDiagnosis ?? first.mainDiagnosis,
  };
}

/** Lines less what was taken back of them, inside the settlement or later; never below nothing. */
function netOf(lines: readonly Line[], refunds: readonly Line[]): Line[] {
  const taken = [...lines, ...refunds].filter((line) => line.reverses !== null);
  return lines
    .filter((line) => line.reverses === null)
    .map((line) => {
      const off = taken.filter((refund) => refund.reverses === line.id);
      const quantity = off.reduce((sum, refund) => sum + refund.quantity, line.quantity);
      const amountFen = off.reduce((sum, refund) => sum + refund.amountFen, line.amountFen);
      return { ...line, quantity: Math.max(0, quantity), amountFen };
    })
    .filter((line) => line.quantity > 0);
}

/** The model after the messages up to `position`, in the order of the stream. */
export function modelAt(messages: readonly Message[], position: number): Model {
  const model = new Model();
  for (const message of messages) if (message.sequence <= position) model.apply(message);
  return model;
}
