/** Time per claim: warm first, then rounds of whole passes, their median. */
import { performance } from 'node:perf_hooks';
import { cpuUsage } from 'node:process';

export interface Pace {
  readonly warmMs: number;
  readonly roundMs: number;
  readonly rounds: number;
}

export interface Timing {
  /** Median over the rounds. */
  readonly microsPerClaim: number;
  /** Fastest and slowest round, to see how quiet the machine was. */
  readonly fastest: number;
  readonly slowest: number;
  /** The same median in processor time of the whole process (collector and library threads included). */
  readonly cpuMicrosPerClaim: number;
  /** Claims in one round. */
  readonly claims: number;
}

/** Fewest claims in a round, however slow the engine. */
const fewest = 4;

/** Results go here, so that no call can be optimised away. */
const sink: { last: unknown } = { last: null };

/**
 * Times `run(index)` for index 0 to count − 1, over and over. A run that answers with a promise is
 * awaited, others are not. The results are kept from the optimiser, not checked: that has been done.
 */
export async function timePerClaim(
  run: (index: number) => unknown,
  count: number,
  pace: Pace,
): Promise<Timing> {
  const isAsync = run(0) instanceof Promise;
  const pass = async (claims: number): Promise<Lap> => {
    const lap = startLap();
    if (isAsync) for (let i = 0; i < claims; i++) sink.last = await run(i % count);
    else for (let i = 0; i < claims; i++) sink.last = run(i % count);
    return lap();
  };
  const claims = await warm(async (n) => (await pass(n)).ms, count, pace);
  const laps: Lap[] = [];
  for (let round = 0; round < pace.rounds; round++) laps.push(await pass(claims));
  return summary(laps, claims);
}

/** What some work took. */
export interface Lap {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Starts both clocks; the function that it answers stops them. */
export function startLap(): () => Lap {
  const cpu = cpuUsage();
  const begin = performance.now();
  return () => {
    const ms = performance.now() - begin;
    const { user, system } = cpuUsage(cpu);
    return { ms, cpuMs: (user + system) / 1_000 };
  };
}

/** Runs until warm; says how many claims make a round. */
async function warm(pass: (claims: number) => Promise<number>, count: number, pace: Pace): Promise<number> {
  let perClaim = (await pass(fewest)) / fewest;
  let spent = perClaim * fewest;
  while (spent < pace.warmMs) {
    const claims = Math.max(fewest, Math.min(count, Math.ceil(pace.warmMs / 4 / perClaim)));
    const took = await pass(claims);
    perClaim = took / claims;
    spent += took;
  }
  const claims = Math.max(fewest, Math.ceil(pace.roundMs / perClaim));
  // Whole passes over all claims where there is time for one.
  return claims < count ? claims : Math.round(claims / count) * count;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Laps of so many claims each. */
export function summary(laps: readonly Lap[], claims: number): Timing {
  const micros = laps.map(({ ms }) => (ms * 1_000) / claims);
  return {
    microsPerClaim: median(micros),
    fastest: Math.min(...micros),
    slowest: Math.max(...micros),
    cpuMicrosPerClaim: median(laps.map(({ cpuMs }) => (cpuMs * 1_000) / claims)),
    claims,
  };
}
