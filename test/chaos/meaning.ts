/** What an event says, in plain words: the model works on these, the wire forms are made from them. */

/** Quantities are multiples of a half, so that plain numbers are exact. */
export interface Line {
  readonly id: string;
  readonly itemCode: string;
  /** ISO 8601 with offset. */
  readonly at: string;
  readonly days: number | null;
  readonly quantity: number;
  readonly amountFen: number;
  readonly selfPaid: boolean;
  readonly traceCodes: readonly string[];
  /** Id of the line that this one takes back. */
  readonly reverses: string | null;
  /** Of a fee line. */
  readonly chargeBatch: string | null;
}

export interface Visit {
  readonly type: 'inpatient' | 'outpatient' | 'pharmacy';
  readonly admittedAt: string | null;
  readonly dischargedAt: string | null;
  readonly emergency: boolean;
  readonly mainDiagnosis: string | null;
}

export interface StockRecord {
  readonly itemCode: string;
  readonly quantity: number;
  readonly type: 'count' | 'change' | 'purchase' | 'purchase-return' | 'delete';
  readonly id: string;
}

interface Identity {
  readonly institution: string;
  readonly eventId: string;
  /** Whose it is; a person number of the judge's own. */
  readonly patient: string | null;
}

export interface Fees extends Identity {
  readonly kind: 'fees';
  readonly encounterId: string;
  readonly lines: readonly Line[];
  readonly deletes: { readonly chargeBatch: string | null; readonly lines: readonly string[] | null } | null;
}

export interface Settlement extends Identity {
  readonly kind: 'settlement' | 'sale';
  readonly encounterId: string | null;
  readonly claimId: string;
  readonly visit: Visit;
  readonly lines: readonly Line[];
  /** Charge batches whose held fees it bills. */
  readonly bills: 'all' | readonly string[];
}

export interface Reversal extends Identity {
  readonly kind: 'reversal';
  readonly claimId: string;
}

export interface Refund extends Identity {
  readonly kind: 'refund' | 'return';
  readonly claimId: string;
  readonly lines: readonly Line[];
}

export interface Stock extends Identity {
  readonly kind: 'stock';
  readonly records: readonly StockRecord[];
}

export type Event = Fees | Settlement | Reversal | Refund | Stock;

export type DeadReason =
  | 'unreadable'
  | 'wrong-institution'
  | 'no-event-id'
  | 'no-encounter'
  | 'no-claim-id'
  | 'not-durable'
  | 'conflicting-content';

/** What one body of one event means to a reader who knows nothing of earlier bodies. */
export type SingleMeaning =
  | { readonly dead: null; readonly event: Event }
  | { readonly dead: Exclude<DeadReason, 'conflicting-content'>; readonly eventId: string | null };

/** A body of several sales says nothing itself: each of them comes back as a message of its own. */
export type Meaning = SingleMeaning | { readonly dead: null; readonly event: null; readonly batch: Batch };

/** One national message that holds rows of several sales. */
export interface Batch {
  readonly institution: string;
  readonly eventId: string;
  /** All that the message says beside its id and its rows. */
  readonly head: Readonly<Record<string, unknown>>;
  readonly parts: readonly Part[];
}

export interface Part {
  /** What the sale is known by; null of rows that name none. */
  readonly name: string | null;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly meaning: SingleMeaning;
}

/** One message of the stream CLAIMS, as read back, with what its bytes were written to mean. */
export interface Message {
  readonly sequence: number;
  /** Of the subject. */
  readonly institution: string;
  readonly body: Uint8Array;
  readonly meaning: Meaning;
  /** Of a sale that came back: the sequence of the message that held it, as this one says, and which sale it is. */
  readonly partOf?: { readonly sequence: number; readonly batch: Batch; readonly part: Part };
}
