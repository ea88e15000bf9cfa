/** How large a run of the durable benchmarks is. */
import type { SettlementPlan } from './settlements.js';

export interface DurableSize {
  readonly name: 'full' | 'quick' | 'smoke';
  /** Rounds; in each everybody runs once. */
  readonly runs: number;
  /**
   * Settlements before the clock starts, and under it. Before: as many as V8 takes to compile what runs often; with
   * 2,000 compiling was a quarter of what was measured.
   */
  readonly warm: number;
  readonly timed: number;
  /** Of the first settlements, so many are looked at one by one. */
  readonly verified: number;
  /** Sizes of the history, ascending. */
  readonly patients: readonly number[];
  /** The history that stands beside the bare loop. */
  readonly comparedPatients: number;
  /** Histories with which a node is started again. */
  readonly recoveredPatients: readonly number[];
  readonly settlements: Omit<SettlementPlan, 'count' | 'tag'>;
  /** Of each advisory run. */
  readonly seconds: number;
  readonly warmSeconds: number;
  /** Advisory requests a second beside the durable load, where the machine can. */
  readonly advisoryRate: number;
  /** Different advisory claims that are sent in turn. */
  readonly advisoryClaims: number;
  /** Patients in the history whose cost is asked; the town's people are the first 50,000 of them. */
  readonly advisoryPatients: number;
  /** What a generator of load takes to start, at most. */
  readonly startSeconds: number;
}

const settlements = { seed: 20_261_122, lines: 30, patients: 10_000 };

const full: DurableSize = {
  name: 'full',
  runs: 5,
  warm: 10_000,
  timed: 8_000,
  verified: 300,
  patients: [10_000, 100_000, 1_000_000],
  comparedPatients: 100_000,
  recoveredPatients: [0, 100_000, 1_000_000],
  settlements,
  seconds: 6,
  warmSeconds: 2,
  advisoryRate: 1_000,
  advisoryClaims: 1_000,
  advisoryPatients: 100_000,
  startSeconds: 8,
};

/** Large enough to look for what costs, small enough to be asked often. */
const quick: DurableSize = {
  ...full,
  name: 'quick',
  runs: 3,
  warm: 6_000,
  timed: 4_000,
  patients: [10_000],
  comparedPatients: 10_000,
  recoveredPatients: [0, 10_000],
};

const smoke: DurableSize = {
  name: 'smoke',
  runs: 1,
  warm: 50,
  timed: 150,
  verified: 100,
  patients: [200, 400],
  comparedPatients: 200,
  recoveredPatients: [0, 400],
  settlements: { ...settlements, patients: 200 },
  seconds: 0.5,
  warmSeconds: 0.3,
  advisoryRate: 100,
  advisoryClaims: 50,
  advisoryPatients: 400,
  startSeconds: 8,
};

/** Smoke draws another seed each time, so that it finds what one seed hides. */
export function durableSize(words: readonly string[]): DurableSize {
  if (words.includes('--smoke')) {
    return { ...smoke, settlements: { ...smoke.settlements, seed: Math.floor(Math.random() * 2 ** 31) } };
  }
  return words.includes('--quick') ? quick : full;
}
