/**
 * Child process: puts load on one responder over NATS and reports what came back. A fresh process for every run, so
 * that no run profits from what another has made hot.
 */
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';
import { closedLoop, type LoopResult, openLoop, type Send } from './loops.js';
import { type Counts, Tally } from './tally.js';

export interface NatsLoadPlan {
  readonly target: 'echo' | 'service';
  readonly bodies: BodyPlan;
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Closed loop with so many in flight, or open loop at so many a second. */
  readonly loop:
    | { readonly kind: 'closed'; readonly width: number }
    | { readonly kind: 'open'; readonly rate: number };
}

export interface LoadReport {
  readonly loop: LoopResult;
  readonly counts: Counts;
}

const echoSubject = 'bench.echo';
const inFlightMax = 5_000;

async function run(plan: NatsLoadPlan): Promise<LoadReport> {
  const bodies = makeBodies(plan.bodies);
  const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
  const send = plan.target === 'echo' ? echoSender(connection, bodies) : serviceSender(connection, bodies);
  await measure(plan, plan.warmSeconds, send);
  const report = await measure(plan, plan.seconds, send);
  await connection.close();
  return report;
}

async function measure({ loop }: NatsLoadPlan, seconds: number, send: Send): Promise<LoadReport> {
  const tally = new Tally();
  const result =
    loop.kind === 'closed'
      ? await closedLoop(loop.width, seconds, send, tally)
      : await openLoop({ rate: loop.rate, seconds, inFlightMax }, send, tally);
  return { loop: result, counts: tally.whole() };
}

/** Same headers and bodies as for the service, so that only the answering differs. */
function echoSender(connection: NatsConnection, bodies: readonly RenderedClaim[]): Send {
  return async (index) => {
    const { body, contentType } = bodies[index % bodies.length] as RenderedClaim;
    await connection.request(echoSubject, body, { timeout: 10_000, headers: contentTypeHeader(contentType) });
    return 'echo';
  };
}

function serviceSender(connection: NatsConnection, bodies: readonly RenderedClaim[]): Send {
  return async (index) => {
    const { body, contentType, institution } = bodies[index % bodies.length] as RenderedClaim;
    const answer = await connection.request(`claimgate.screen.${institution}`, body, {
      timeout: 10_000,
      headers: contentTypeHeader(contentType),
    });
    const status = answer.headers?.get('Claimgate-Status') ?? 'unknown';
    // An answer without screening is fast and worthless.
    if (status === 'not_screened' || status === 'unknown') throw new Error(status);
    return status;
  };
}

function contentTypeHeader(contentType: string): ReturnType<typeof headers> {
  const fields = headers();
  fields.set('Content-Type', contentType);
  return fields;
}

const report = await run(JSON.parse(process.env['BENCH_PLAN'] ?? '') as NatsLoadPlan);
process.send?.(report, () => process.disconnect());
