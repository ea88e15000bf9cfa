/** What rule sets said of one claim of a replay. */
import type { Finding, Status } from '../decision/decision.js';

/** `0`: the rule set that is replayed; `1`: the one it is compared with. */
export type Side = 0 | 1;

/** What one rule set said of one claim. */
export interface Verdict {
  readonly status: Status;
  readonly excessFen: number;
  /** `record` findings included. */
  readonly findings: readonly Finding[];
  /** Rules that could not be decided. */
  readonly undecided: readonly string[];
}

export interface JudgedClaim {
  readonly seq: number;
  /** Number of a screening's scene, or the kind of a durable event. */
  readonly scene: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly claimId: string | null;
  readonly institution: string;
  /** Empty: not told. */
  readonly department: string;
  /** One, or with a comparison two. */
  readonly verdicts: readonly Verdict[];
}
