/**
 * What all engines are given: one library, the claims that are timed, and the claims that prove they
 * agree.
 */
import { nativeMessagePack, nativeObject } from '../claims/render-native.js';
import type { SimulatedClaim } from '../claims/simulated-claim.js';
import type { NativeClaim } from './line-facts.js';
import { makeClaims, reachedPerClaim } from './make-claims.js';
import { type Library, makeLibrary } from './make-rules.js';

export interface WorkloadPlan {
  readonly rules: number;
  readonly rows: number;
  readonly lines: number;
  /** Claims that are timed. */
  readonly claims: number;
  /** Claims that prove agreement: a multiple of eight shows every shape of rule equally often. */
  readonly proof: number;
  readonly seed: number;
  readonly popularity: 'zipf' | 'uniform';
}

export interface BenchClaim {
  readonly native: NativeClaim;
  readonly bytes: Uint8Array;
}

export interface Workload {
  readonly library: Library;
  readonly timed: readonly BenchClaim[];
  /** Each with a planted violation, every shape of rule in turn. */
  readonly proof: readonly BenchClaim[];
  /** (line, rule) pairs that the codes of a timed claim reach. */
  readonly reached: number;
  /** Different item codes that the timed claims ask about. */
  readonly codes: number;
}

const tablesDir = 'rules/tables';
/** As usual in the simulated hospital. */
const violationShare = 0.15;

export function makeWorkload({
  rules,
  rows,
  lines,
  claims,
  proof: proofs,
  seed,
  popularity,
}: WorkloadPlan): Workload {
  const library = makeLibrary({ rules, rows, seed, tablesDir });
  const plan = { lines, popularity, tablesDir, imperfect: false } as const;
  const timed = makeClaims({ ...plan, count: claims, seed: seed + 1, violationShare }, library);
  const proof = makeClaims({ ...plan, count: proofs, seed: seed + 2, violationShare: 1 }, library);
  return {
    library,
    timed: timed.map(benchClaim),
    proof: proof.map(benchClaim),
    reached: reachedPerClaim(timed, library.rules),
    codes: new Set(timed.flatMap((claim) => claim.lines.map(({ itemCode }) => itemCode))).size,
  };
}

function benchClaim(claim: SimulatedClaim): BenchClaim {
  return { native: nativeObject(claim) as NativeClaim, bytes: nativeMessagePack(claim) };
}
