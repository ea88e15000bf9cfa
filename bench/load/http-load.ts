/**
 * Child process: puts load on one address over HTTP, with the same bodies whatever stands there, and reports
 * what came back. Closed loop and rate by autocannon; open loop by our own pacing.
 *
 * What autocannon 8 does with a rate: every connection sends its share of a second's requests one after the
 * other, as fast as they are answered, then waits for the next second; and it corrects for coordinated
 * omission as if a request were due each millisecond on each connection. So its latencies at a rate are those
 * of bursts, and padded with short ones. They are reported for what they are; the latency to be believed is
 * the open loop's.
 */
import { Agent } from 'node:http';
import autocannon from 'autocannon';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';
import { httpSender } from './http-sender.js';
import { openLoop } from './loops.js';
import { type CpuUse, type Watched, watchCpu } from './process-cpu.js';
import { type Latency, Tally } from './tally.js';
import { startPacingThread } from './ticker.js';

/** As many as go; at a rate as autocannon understands it; open loop. Rates are requests a second in all. */
export type HttpLoop =
  | { readonly kind: 'closed' }
  | { readonly kind: 'autocannon-rate'; readonly rate: number }
  | { readonly kind: 'open'; readonly rate: number };

export interface HttpLoadPlan {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Null: each body's own. */
  readonly route: string | null;
  readonly bodies: BodyPlan;
  readonly connections: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly loop: HttpLoop;
  readonly watched: Watched;
}

export interface HttpReport {
  /** Answers a second with a status of 2xx. */
  readonly rate: number;
  readonly answered: number;
  readonly failed: number;
  readonly latency: Latency;
  /** Only of the open loop: how long after its time a request left. */
  readonly late: Latency | null;
  /** Seconds of CPU by process over `seconds`; `generator` is this one. */
  readonly cpu: CpuUse;
  readonly seconds: number;
}

type Fire = (seconds: number, loop: HttpLoop) => Promise<Omit<HttpReport, 'cpu' | 'seconds'>>;

async function run(plan: HttpLoadPlan): Promise<HttpReport> {
  const claims = makeBodies(plan.bodies);
  const fire = plan.loop.kind === 'open' ? openFire(plan, claims) : autocannonFire(plan, claims);
  await fire(plan.warmSeconds, plan.loop.kind === 'open' ? plan.loop : { kind: 'closed' });
  const cpu = watchCpu(plan.watched);
  const report = await fire(plan.seconds, plan.loop);
  return { ...report, cpu: cpu.stop(), seconds: plan.seconds };
}

function autocannonFire(plan: HttpLoadPlan, claims: readonly RenderedClaim[]): Fire {
  const requests = claims.map((claim) => requestOf(claim, plan.route));
  return async (seconds, loop) => {
    const result = await autocannon({
      url: plan.origin,
      connections: plan.connections,
      pipelining: 1,
      duration: seconds,
      requests,
      ...(loop.kind === 'closed' ? {} : { overallRate: loop.rate }),
    });
    const { p50, p99, p99_9, max, mean } = result.latency;
    return {
      rate: result['2xx'] / result.duration,
      answered: result['2xx'],
      failed: result.errors + result.timeouts + result.non2xx,
      latency: { p50Ms: p50, p99Ms: p99, p999Ms: p99_9, maxMs: max, meanMs: mean },
      late: null,
    };
  };
}

function requestOf(claim: RenderedClaim, route: string | null): autocannon.Request {
  return {
    method: 'POST',
    path: route ?? claim.route,
    headers: { 'content-type': claim.contentType, 'claimgate-institution': claim.institution },
    body: Buffer.from(claim.body),
  };
}

function openFire(plan: HttpLoadPlan, claims: readonly RenderedClaim[]): Fire {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const send = httpSender(plan.origin, plan.route, claims, agent);
  return async (seconds, loop) => {
    const rate = loop.kind === 'closed' ? 100 : loop.rate;
    const pacing = await startPacingThread();
    const tally = new Tally();
    const result = await openLoop(
      { rate, seconds, inFlightMax: 5_000 },
      send,
      tally,
      undefined,
      pacing.start,
    );
    await pacing.stop();
    const { answered, failed, latency } = tally.whole();
    return { rate: result.rate, answered, failed, latency, late: result.late };
  };
}

const report = await run(JSON.parse(process.env['BENCH_PLAN'] ?? '') as HttpLoadPlan);
// Kept connections would keep the process alive.
process.send?.(report, () => process.exit(0));
