/**
 * Functions timed against each other: A B A B … in one process, so that a busy moment strikes all of
 * them.
 */
import { type Lap, startLap, summary, type Timing } from '../engine/measure.js';

export interface Contestant {
  readonly name: string;
  /** Works on claim number `index`. */
  readonly run: (index: number) => unknown;
}

export interface InterleavePlan {
  readonly claims: number;
  /** Passes over all claims before anything counts. */
  readonly warmPasses: number;
  readonly rounds: number;
  /** Passes over all claims that make one contestant's turn. */
  readonly passes: number;
}

const sink: { last: unknown } = { last: null };

/**
 * The median time per claim of each; every round every contestant has its turn, the order turning with
 * the round.
 */
export function interleave(contestants: readonly Contestant[], plan: InterleavePlan): Map<string, Timing> {
  const turn = ({ run }: Contestant, passes: number): Lap => {
    const lap = startLap();
    for (let pass = 0; pass < passes; pass++) {
      for (let index = 0; index < plan.claims; index++) sink.last = run(index);
    }
    return lap();
  };
  for (let pass = 0; pass < plan.warmPasses; pass++)
    for (const contestant of contestants) turn(contestant, 1);
  const times = new Map<string, Lap[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (let place = 0; place < contestants.length; place++) {
      const contestant = contestants[(place + round) % contestants.length] as Contestant;
      times.get(contestant.name)?.push(turn(contestant, plan.passes));
    }
  }
  const claims = plan.passes * plan.claims;
  return new Map([...times].map(([name, all]) => [name, summary(all, claims)]));
}
