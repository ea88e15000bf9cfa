/** What the model keeps of claims, visits and refunds. */
import type { Claim, Line } from '../../../src/claim/claim.js';

export interface ModelLine {
  readonly line: Line;
  readonly fromSale: boolean;
  readonly carried: boolean;
  codes: string[];
  split: boolean;
  /** What settlements say of a line whose sale was reported too. */
  unreported: { readonly codes: readonly string[]; readonly split: boolean } | null;
  soldAt: number | null;
}

export interface Back {
  readonly line: string | null;
  readonly item: string | null;
  readonly quantity: number | null;
  readonly codes: readonly string[];
  readonly source: string | null;
}

export interface ModelClaim {
  /** Whether something of it was recorded and not undone. */
  stands: boolean;
  stage: 'new' | 'parked' | 'standing' | 'reversed';
  reversedAt: number | null;
  settled: boolean;
  patient: string | null;
  encounter: string | null;
  lines: Map<string, ModelLine>;
  findings: Map<string, readonly string[]>;
  returns: Back[];
  undone: Set<string>;
  recordings: { readonly seq: number; readonly claim: Claim; lines: readonly string[] }[];
}

export interface ModelFee {
  line: Line | null;
  batch: string | null;
  billedBy: string | null;
  sent: number;
}

export interface Visit {
  fees: Map<string, ModelFee>;
  waiting: Back[];
  claims: Set<string>;
}

export const backOf = (line: Line, source: string | null = null): Back => ({
  line: line.reverses,
  item: line.itemCode,
  quantity: line.quantityE4 === null ? null : Math.abs(line.quantityE4),
  codes: line.traceCodes,
  source,
});

/** A fee line that says the same again says it once, at its most. */
export function addBack(backs: Back[], back: Back): void {
  const same = (one: Back) =>
    one.source !== null && one.source === back.source && one.line === back.line && one.item === back.item;
  const at = backs.findIndex(same);
  const before = backs[at];
  if (before === undefined) backs.push(back);
  else {
    const quantity = Math.max(before.quantity ?? 0, back.quantity ?? 0);
    backs[at] = { ...back, quantity, codes: [...before.codes, ...back.codes] };
  }
}
