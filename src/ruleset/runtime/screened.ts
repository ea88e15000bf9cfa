/** What an instantiated rule set offers to a worker, and what it answers. Synchronous from first line to last. */
import type { ClaimColumns } from '../../claim/columns/claim-columns.js';
import type { ItemCodes } from '../../claim/columns/item-codes.js';
import type { Finding, NotEvaluated, RulesetName } from '../../decision/decision.js';
import type { HistorySource } from '../../history/patient-history.js';
import type { RuleTreatments } from '../overlay/treatments.js';

export interface Screened {
  /** Sorted by rule, row, line; `record` findings included (decide() leaves them out of advisory answers). */
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  /** Per blamed line id the largest excess (fen) of its findings other than `record`, capped by its net amount. */
  readonly excessByLine: ReadonlyMap<string, number>;
  /** Rules whose findings are `record` only because of the overlay, each once. */
  readonly heldBack: readonly string[];
}

/** Of what no rule was asked about. */
export const nothingScreened: Screened = {
  findings: [],
  notEvaluated: [],
  excessByLine: new Map(),
  heldBack: [],
};

/** Asked between rules; both calls must be cheap. */
export interface Meter {
  /** False once the budget is spent: what is left is listed as not evaluated, cause `budget`. */
  mayGoOn(): boolean;
  /** Says which rule runs next, so that a killed worker leaves a trace. Index into `Ruleset.ruleIds`. */
  enter(ruleIndex: number): void;
}

export interface Ruleset {
  readonly name: RulesetName;
  readonly ruleIds: readonly string[];
  /** Words that switch rules off, by position; the id of a rule that has none of its own. */
  readonly killSwitches: readonly string[];
  /** Numbers of item codes that a claim must be read with. */
  readonly items: ItemCodes;
  /**
   * Nothing in the answer points into the claim. `history`: what was recorded before; without it, what depends on it is
   * not evaluated. `treatments`: what an overlay does to the rules; null: nothing.
   */
  screen(
    claim: ClaimColumns,
    meter: Meter,
    history?: HistorySource | null,
    treatments?: RuleTreatments | null,
  ): Screened;
}
