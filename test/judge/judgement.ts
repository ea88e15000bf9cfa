/** What the judge answers. */

/** `unknown`: the outcome hangs on a fact that the claim does not tell, on history, or on a list nobody wrote yet. */
export type Verdict = 'found' | 'unknown' | 'clear';

export interface Found {
  readonly table: string;
  /** Of the first violating line where several points apply. */
  readonly point: string;
  /** Violating line ids, sorted. */
  readonly lines: readonly string[];
  /** Fen; null where it is not for the judge to say. */
  readonly excessFen: number | null;
}

/** A table that could not be decided for a line. */
export interface Open {
  readonly table: string;
  readonly line: string;
}

/** What a row says about the claim's lines. */
export type Answer = Found | Open;

export interface Judgement {
  readonly found: readonly Found[];
  readonly open: readonly Open[];
}
