/**
 * A claim as rules and answers read it inside a worker: the few facts of its head as values, its lines as
 * columns. One object per reader, filled anew for each claim; whatever outlives the claim must be copied out.
 */
import { assert } from '../../base/assert.js';
import type { Claim } from '../claim.js';
import type { ItemCodes } from './item-codes.js';
import { LineColumns } from './line-columns.js';

/** Everything of a claim but its lines. */
export type ClaimHead = Omit<Claim, 'lines'>;

export class ClaimColumns {
  readonly lines = new LineColumns();
  /** Says what the numbers in `lines.itemCode` mean. */
  readonly items: ItemCodes;
  #head: ClaimHead | null = null;

  constructor(items: ItemCodes) {
    this.items = items;
  }

  get head(): ClaimHead {
    assert(this.#head !== null, 'a claim has been read');
    return this.#head;
  }

  set head(head: ClaimHead) {
    this.#head = head;
  }
}
