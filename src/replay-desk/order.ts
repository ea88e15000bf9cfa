/** What a replay is asked for, and what the process that runs it says, in lines of JSON. */
import type { Known } from '../replay/known-modes.js';
import type { Phase } from '../replay/run-replay.js';
import type { Diagnostic } from '../ruleset/diagnostics/diagnostic.js';
import type { RefusalReason } from '../ruleset/release/refusal.js';

/** `folder`: the node's own. Texts: by path within the rules folder. */
export type OrderedRuleset =
  | number
  | 'live'
  | 'folder'
  | { readonly files: Readonly<Record<string, string>> };

export interface ReplayOrder {
  /** Days, `YYYY-MM-DD`; both are judged. */
  readonly from: string;
  readonly to: string;
  readonly known: Known;
  readonly ruleset: OrderedRuleset;
  /** Null: compared with nothing. */
  readonly against: OrderedRuleset | null;
  readonly threads: number;
}

/** What the process has of the node. */
export interface ReplayGround {
  readonly natsUrl: string;
  readonly replicas: number;
  readonly rulesFolder: string;
  /** The file of trusted keys; null: nobody is trusted. */
  readonly releaseKeys: string | null;
  /** Where the report goes; there is also room for what does not fit into memory. */
  readonly folder: string;
}

/** As others see it: rule sets that came as texts are called `files`. */
export interface ShownOrder extends Omit<ReplayOrder, 'ruleset' | 'against'> {
  readonly ruleset: number | string;
  readonly against: number | string | null;
}

export interface ReplayTask {
  readonly order: ReplayOrder;
  readonly ground: ReplayGround;
}

/** Of one reading of the source. */
export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

export interface ReplayProblem {
  /** `no-claims`: nothing was judged. `failed`: it is not the rules. */
  readonly reason: RefusalReason | 'no-claims' | 'failed';
  readonly message: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** What has been replayed, with the reports beside it. */
export interface ReplayOutcome {
  readonly claims: number;
  /** SHA-256 of the report; a release names it. */
  readonly digest: string;
  readonly rulesets: readonly { readonly id: string; readonly name: string; readonly version: number }[];
}

/** One of the first two comes first; `malformed`, `failed` and `done` are the last. */
export type FromReplay =
  | { readonly is: 'accepted'; readonly order: ShownOrder }
  | { readonly is: 'malformed'; readonly message: string }
  | ({ readonly is: 'progress' } & Progress)
  | ({ readonly is: 'failed' } & ReplayProblem)
  | ({ readonly is: 'done' } & ReplayOutcome);

/** Files of a replay within its folder. */
export const reportFiles = { document: 'replay.json', page: 'replay.html', job: 'job.json' } as const;
