/** Runs of the NATS benchmark: responders take turns, one fresh generator process a run. */
import type { RunSize } from './arguments.js';
import type { BodyPlan } from './bodies.js';
import { runChild } from './children.js';
import { medianBy } from './machine.js';
import type { LoadReport, NatsLoadPlan, NatsLoop } from './nats-load.js';
import type { CpuUse } from './process-cpu.js';
import { pairedRatio, type Ratio } from './ratios.js';
import type { ResponderName, Responders } from './responders.js';

/** What each responder's runs gave, in the order of the rounds. */
export type Runs = Readonly<Partial<Record<ResponderName, readonly LoadReport[]>>>;

/** One after the other in every round, so that what else the machine does falls on all. */
export async function runInTurn(
  responders: Responders,
  names: readonly ResponderName[],
  loop: NatsLoop,
  size: Pick<RunSize, 'runs' | 'seconds' | 'warmSeconds'>,
  bodies: BodyPlan,
): Promise<Runs> {
  const runs = Object.fromEntries(names.map((name) => [name, [] as LoadReport[]]));
  const { seconds, warmSeconds } = size;
  for (let round = 0; round < size.runs; round++) {
    for (const name of names) {
      const { subject } = responders.responder(name);
      const watched = responders.watched(name);
      const plan: NatsLoadPlan = { subject, bodies, warmSeconds, seconds, loop, watched };
      const environment = { NATS_URL: responders.natsUrl, BENCH_PLAN: JSON.stringify(plan) };
      runs[name]?.push(await runChild<LoadReport>('./nats-load.js', environment));
    }
  }
  return runs;
}

export function reportsOf(runs: Runs, name: ResponderName): readonly LoadReport[] {
  const reports = runs[name];
  if (reports === undefined) throw new Error(`${name} was not run`);
  return reports;
}

export const rateOf = ({ loop }: LoadReport): number => loop.rate;
export const p50Of = ({ counts }: LoadReport): number => counts.latency.p50Ms;
export const p99Of = ({ counts }: LoadReport): number => counts.latency.p99Ms;

export function ratioOf(
  runs: Runs,
  ours: ResponderName,
  base: ResponderName,
  number: (report: LoadReport) => number,
): Ratio {
  return pairedRatio(reportsOf(runs, ours).map(number), reportsOf(runs, base).map(number));
}

/** The middle run: by rate where the rate is the result, else by its 99th percentile. */
export function middleRun(runs: Runs, name: ResponderName, loop: NatsLoop): LoadReport {
  return medianBy(reportsOf(runs, name), loop.kind === 'closed' ? rateOf : p99Of);
}

/** Microseconds of CPU that one answer cost a process; null where it is unknown. */
export function cpuPerAnswer(cpu: CpuUse, name: string, answered: number): number | null {
  const seconds = cpu[name];
  return seconds === undefined || seconds === null || answered === 0 ? null : (seconds * 1e6) / answered;
}

/**
 * Microseconds of CPU that one answer cost generator, broker and responder together; NaN where that is
 * unknown.
 */
export function wholeCpuOf({ cpu, counts }: LoadReport): number {
  const seconds = Object.values(cpu).reduce<number>((sum, spent) => sum + (spent ?? Number.NaN), 0);
  return (seconds * 1e6) / counts.answered;
}

/**
 * How many cores generator, broker and responder kept busy together; NaN where that is unknown. Latencies at one
 * rate are compared with it in view: an answer costs more where batches are small, so half of the largest rate is
 * far more than half of the work.
 */
export function coresBusy(report: LoadReport): number {
  return (wholeCpuOf(report) * report.counts.answered) / 1e6 / report.loop.elapsedSeconds;
}

/** Throws where requests were left without an answer: such a run measures something else. */
export function assertAnswered(all: readonly Runs[]): void {
  const reports = all.flatMap((runs) => Object.values(runs).flat());
  const failed = reports.reduce((sum, { counts }) => sum + counts.failed, 0);
  const sent = reports.reduce((sum, { loop }) => sum + loop.sent, 0);
  if (failed > 0) throw new Error(`${failed} of ${sent} requests had no answer`);
}
