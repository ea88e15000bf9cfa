/**
 * Child process: puts load on one responder over NATS and reports what came back. A fresh process for every
 * run, so that no run profits from what another has made hot.
 */
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';
import { closedLoop, type LoopResult, type OpenResult, openLoop, type Send } from './loops.js';
import { type CpuUse, type Watched, watchCpu } from './process-cpu.js';
import { type Counts, Tally } from './tally.js';
import { type PacingThread, startPacingThread } from './ticker.js';

/** Closed loop with so many in flight, or open loop at so many a second. */
export type NatsLoop =
  | { readonly kind: 'closed'; readonly width: number }
  | { readonly kind: 'open'; readonly rate: number };

export interface NatsLoadPlan {
  /** Null: the service's own subjects, one for each institution; only a screened claim counts as answered. */
  readonly subject: string | null;
  readonly bodies: BodyPlan;
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly loop: NatsLoop;
  /** Processes whose CPU time over the measured seconds is wanted. */
  readonly watched: Watched;
}

export interface LoadReport {
  readonly loop: LoopResult | OpenResult;
  readonly counts: Counts;
  /** Seconds of CPU by process; `generator` is this one. */
  readonly cpu: CpuUse;
}

const inFlightMax = 5_000;

async function run(plan: NatsLoadPlan): Promise<LoadReport> {
  const bodies = makeBodies(plan.bodies);
  const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
  const send = sender(connection, bodies, plan.subject);
  const pacing = await startPacingThread();
  await measure(plan, plan.warmSeconds, send, pacing);
  const report = await measure(plan, plan.seconds, send, pacing);
  await pacing.stop();
  await connection.close();
  return report;
}

async function measure(
  { loop, watched }: NatsLoadPlan,
  seconds: number,
  send: Send,
  pacing: PacingThread,
): Promise<LoadReport> {
  const tally = new Tally();
  const cpu = watchCpu(watched);
  const result =
    loop.kind === 'closed'
      ? await closedLoop(loop.width, seconds, send, tally)
      : await openLoop({ rate: loop.rate, seconds, inFlightMax }, send, tally, undefined, pacing.start);
  return { loop: result, counts: tally.whole(), cpu: cpu.stop() };
}

/** The same headers and bodies whoever answers, so that only the answering differs. */
function sender(connection: NatsConnection, bodies: readonly RenderedClaim[], subject: string | null): Send {
  const fields = headers();
  fields.set('Content-Type', bodies[0]?.contentType ?? '');
  const options = { timeout: 10_000, headers: fields };
  return async (index) => {
    const { body, institution } = bodies[index % bodies.length] as RenderedClaim;
    if (subject !== null) {
      await connection.request(subject, body, options);
      return 'answered';
    }
    const answer = await connection.request(`claimgate.screen.${institution}`, body, options);
    const status = answer.headers?.get('Claimgate-Status') ?? 'unknown';
    // An answer without screening is fast and worthless.
    if (status === 'not_screened' || status === 'unknown') throw new Error(status);
    return status;
  };
}

const report = await run(JSON.parse(process.env['BENCH_PLAN'] ?? '') as NatsLoadPlan);
process.send?.(report, () => process.disconnect());
