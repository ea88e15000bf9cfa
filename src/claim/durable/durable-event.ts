/** What a message of the durable path says: a claim, and what only settling, charging and storing speak of. */
import type { Claim } from '../claim.js';
import type { WireFormat } from '../formats/wire-format.js';

export interface DurableEvent {
  /** As read-claim makes it. A native message may still call itself a screening; nobody records that. */
  readonly claim: Claim;
  readonly format: WireFormat;
  /** By line, in the order of claim.lines: 收费批次号; null: none. */
  readonly chargeBatches: readonly (string | null)[];
  /** Of a sale, by line: the number by which a deletion (3507) names its record; null: none. Empty for other kinds. */
  readonly recordIds: readonly (string | null)[];
  /** What a fees event takes back of the held fees of its encounter; null: nothing. */
  readonly deletes: Deletion | null;
  /**
   * The charge batches of held fees that a settlement or sale bills; null: all that its encounter holds. Empty: none,
   * as for every other kind.
   */
  readonly bills: readonly string[] | null;
  /**
   * Trace codes sent apart from their lines, which the event may carry or which may be held. One entry per line and
   * answer to 拆零, in the order sent; not repeated in claim.lines.
   */
  readonly traces: readonly LineTraces[];
  /** The movements of a stock event; null for other kinds. */
  readonly stock: readonly StockMovement[] | null;
}

/** Every held fee of the encounter where both are null; where neither is, those of the batch that are named. */
export interface Deletion {
  readonly chargeBatch: string | null;
  /** Line ids: 2302 names single lines. */
  readonly lines: readonly string[] | null;
}

export interface LineTraces {
  /** Line id. */
  readonly line: string;
  /** Distinct, at least one. */
  readonly codes: readonly string[];
  /** 拆零: packs that were split may be sold several times. */
  readonly split: boolean;
}

export const stockMovementTypes = ['count', 'change', 'purchase', 'purchase-return', 'delete'] as const;
export type StockMovementType = (typeof stockMovementTypes)[number];

/** What a deletion can undo: records of stock, and of sales (which are no movements of a stock event). */
export const undoneTypes = ['count', 'change', 'purchase', 'purchase-return', 'sale'] as const;
export type UndoneType = (typeof undoneTypes)[number];

export interface StockMovement {
  readonly type: StockMovementType;
  /** Of a national shape; null where unknown, and where a deletion does not say. */
  readonly itemCode: string | null;
  /**
   * Ten-thousandths of a unit: what the balance grows by, or for a count what it is. Negative for a purchase return.
   * Null where unknown, and for a deletion.
   */
  readonly quantityE4: number | null;
  /** The record's own id, unique among the institution's records of one type at best. */
  readonly id: string | null;
  /** 生产批号. */
  readonly batch: string | null;
  /** Of a deletion: the type of the record with this id that it undoes; null, where it does not say: any but a sale. */
  readonly undoes: UndoneType | null;
}
