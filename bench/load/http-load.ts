/** Child process: autocannon against one address, over the same bodies whatever stands there. */
import autocannon from 'autocannon';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';

export interface HttpLoadPlan {
  /** `route` null: each body's own route. */
  readonly url: string;
  readonly route: string | null;
  readonly bodies: BodyPlan;
  readonly connections: number;
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Requests a second over all connections, coordinated omission corrected; null: as many as go. */
  readonly rate: number | null;
}

export interface HttpReport {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  readonly failed: number;
}

async function fire(
  plan: HttpLoadPlan,
  requests: autocannon.Request[],
  seconds: number,
): Promise<HttpReport> {
  const result = await autocannon({
    url: plan.url,
    connections: plan.connections,
    duration: seconds,
    requests,
    ...(plan.rate === null ? {} : { overallRate: plan.rate }),
  });
  const { latency } = result;
  return {
    rate: result['2xx'] / result.duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    p999Ms: latency.p99_9,
    maxMs: latency.max,
    failed: result.errors + result.timeouts + result.non2xx,
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

const plan = JSON.parse(process.env['BENCH_PLAN'] ?? '') as HttpLoadPlan;
const requests = makeBodies(plan.bodies).map((claim) => requestOf(claim, plan.route));
await fire({ ...plan, rate: null }, requests, plan.warmSeconds);
const report = await fire(plan, requests, plan.seconds);
process.send?.(report, () => process.disconnect());
