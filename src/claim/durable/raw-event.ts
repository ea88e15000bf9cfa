/** What both formats' readers produce of an event: the structure settled, the facts still as they came. */
import type { RawClaim } from '../raw-claim.js';
import type { Deletion, StockMovementType, UndoneType } from './durable-event.js';

export interface RawEvent {
  readonly claim: RawClaim;
  /** By raw line. */
  readonly chargeBatches: readonly unknown[];
  /** By raw line of a sale; null: its records go by the ids of their lines. */
  readonly recordIds: readonly unknown[] | null;
  /** Settled already: what is deleted is no fact that may be unknown. */
  readonly deletes: Deletion | null;
  /** Null: all. */
  readonly bills: readonly unknown[] | null;
  readonly traces: readonly RawTraces[];
  readonly stock: readonly RawMovement[] | null;
}

export interface RawTraces {
  readonly line: unknown;
  readonly codes: readonly unknown[];
  readonly split: unknown;
}

export interface RawMovement {
  readonly type: StockMovementType;
  readonly itemCode: unknown;
  readonly quantity: unknown;
  readonly id: unknown;
  readonly batch: unknown;
  readonly undoes: UndoneType | null;
  /** A positive quantity goes out. */
  readonly outgoing: boolean;
}
