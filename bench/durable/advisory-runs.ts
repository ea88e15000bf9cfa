/** Advisory requests over NATS to a service under test: one fresh generator process a run. */
import { runChild } from '../load/children.js';
import type { LoadReport, NatsLoadPlan, NatsLoop } from '../load/nats-load.js';
import type { DurableSize } from './durable-size.js';

export interface AdvisoryTarget {
  readonly url: string;
  readonly pid: number;
  readonly brokerPid: number | null;
  /** Who sends settlements meanwhile. */
  readonly settlerPid?: number;
}

/** Throws where a request was left without an answer: such a run measures something else. */
export async function runAdvisory(
  { url, pid, brokerPid, settlerPid }: AdvisoryTarget,
  loop: NatsLoop,
  size: DurableSize,
): Promise<LoadReport> {
  const { warmSeconds, seconds, settlements } = size;
  const plan: NatsLoadPlan = {
    subject: null,
    // Other claims than those that are settled, of the same people.
    bodies: { format: 'native-msgpack', count: size.advisoryClaims, seed: settlements.seed + 1, lines: 30 },
    warmSeconds,
    seconds,
    loop,
    watched: {
      responder: pid,
      ...(brokerPid === null ? {} : { broker: brokerPid }),
      ...(settlerPid === undefined ? {} : { settler: settlerPid }),
    },
  };
  const environment = { NATS_URL: url, BENCH_PLAN: JSON.stringify(plan) };
  const report = await runChild<LoadReport>('./nats-load.js', environment);
  if (report.counts.failed > 0) throw new Error(`${report.counts.failed} requests had no answer`);
  return report;
}

/** Cores that were busy with everything that the benchmark runs; null: unknown. */
export function busyCores({ cpu, loop }: LoadReport): number | null {
  const seconds = Object.values(cpu);
  if (seconds.some((value) => value === null)) return null;
  return seconds.reduce<number>((sum, value) => sum + (value ?? 0), 0) / loop.elapsedSeconds;
}
