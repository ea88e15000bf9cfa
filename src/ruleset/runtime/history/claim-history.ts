/**
 * What rules may ask of the past for the claim at hand. Nothing is looked up before a rule asks, and the patient's
 * record at most once a claim.
 */
import type { HistorySource } from '../../../history/patient-history.js';
import type { ClaimView } from '../claim-view.js';
import { AsOf } from './as-of.js';
import { Past } from './past.js';
import { Uses, type Wanted } from './uses.js';

export class ClaimHistory {
  source: HistorySource | null = null;
  readonly asOf = new AsOf();
  readonly #past = new Past();
  #isLookedUp = false;
  readonly #uses = new Uses();
  /** What `#uses` answers; a finding asks the same again for its money, its facts and its message. */
  #wanted: Wanted | null = null;
  #anchor = -1;
  #isStrict = false;

  /** Of another claim. Null: nothing is known of any past. */
  open(source: HistorySource | null): void {
    this.source = source;
    this.#isLookedUp = false;
    this.#wanted = null;
  }

  /** Whether the patient's past is known at all. */
  isKnown(view: ClaimView): boolean {
    return this.source !== null && view.head.patient.key !== null;
  }

  /** Null where it is not known. */
  past(view: ClaimView): Past | null {
    const { key } = view.head.patient;
    if (this.source === null || key === null) return null;
    if (!this.#isLookedUp) {
      this.#past.open(this.source.patient(key), view);
      this.#isLookedUp = true;
    }
    return this.#past;
  }

  /**
   * Uses of some items up to the anchor, or strictly before it; valid until the next question. Undefined: the past is
   * not known. Null: the claim does not tell when the anchor is.
   */
  usesOf(view: ClaimView, wanted: Wanted, anchor: number, isStrict: boolean): Uses | null | undefined {
    const past = this.past(view);
    if (past === null) return undefined;
    if (!this.asOf.set(view, anchor)) return null;
    const isSame = this.#wanted === wanted && this.#anchor === anchor && this.#isStrict === isStrict;
    if (isSame) return this.#uses;
    this.#wanted = wanted;
    this.#anchor = anchor;
    this.#isStrict = isStrict;
    return this.#uses.find(view, past, wanted, this.asOf, isStrict);
  }
}
