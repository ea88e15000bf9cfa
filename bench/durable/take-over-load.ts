/**
 * Child process: clients of one kind at a steady rate, open loop, none of which asks twice. Says when each
 * request left, when it was over, and how; ends when it is told to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { makeBodies } from '../load/bodies.js';
import { openLoop, type Send } from '../load/loops.js';
import { isReady } from '../load/service-under-test.js';
import { Tally } from '../load/tally.js';
import { startPacingThread } from '../load/ticker.js';
import { subjectOf } from './claims-streams.js';
import { makeSettlements, settlementType } from './settlements.js';
import type { Attempt } from './take-over-judge.js';

export interface TakeOverLoad {
  readonly kind: 'settle' | 'nats' | 'http';
  /** A second. */
  readonly rate: number;
  /** Longest that it may last. */
  readonly seconds: number;
  readonly seed: number;
  readonly nats: string;
  /** Of both nodes. */
  readonly http: readonly string[];
}

const timeoutMs = 1_000;
const lookMs = 250;
const [lines, differentClaims] = [30, 500];
const plan = JSON.parse(process.env['BENCH_PLAN'] ?? '') as TakeOverLoad;
const connection = await connect({ servers: plan.nats, maxReconnectAttempts: -1 });
/** JSON over HTTP, so that the answer's status can be read in its body. */
const format = plan.kind === 'http' ? 'native-json' : 'native-msgpack';
const advisory = { format, count: differentClaims, seed: plan.seed, lines } as const;
const senders = { settle: settleSender, nats: natsSender, http: httpSender };
const send = senders[plan.kind]();
const attempts: Attempt[] = [];

const stop = new AbortController();
process.once('message', () => stop.abort());
const pacing = await startPacingThread();
process.send?.('ready');
await openLoop({ ...plan, inFlightMax: 10_000 }, attempt, new Tally(), stop.signal, pacing.start);
await pacing.stop();
await connection.close();
// Kept connections would keep the process alive.
process.send?.(attempts, () => process.exit(0));

async function attempt(index: number): Promise<string> {
  const sentMs = Date.now();
  const status = await send(index).catch(() => '');
  attempts.push({ sentMs, endedMs: Date.now(), status });
  return status;
}

function settleSender(): Send {
  const count = Math.ceil(plan.rate * plan.seconds);
  const settlements = makeSettlements({ count, seed: plan.seed, lines, patients: 10_000, tag: 'K' });
  const fields = headers();
  fields.set('Content-Type', settlementType);
  return async (index) => {
    const settlement = settlements[index];
    if (settlement === undefined) throw new Error('no settlements left');
    await jetstream(connection).publish(subjectOf(settlement.institution), settlement.body, {
      headers: fields,
    });
    return 'stored';
  };
}

function natsSender(): Send {
  const claims = makeBodies(advisory);
  const fields = headers();
  fields.set('Content-Type', claims[0]?.contentType ?? '');
  return async (index) => {
    const { institution, body } = claims[index % claims.length] as (typeof claims)[number];
    const subject = `claimgate.screen.${institution}`;
    const answer = await connection.request(subject, body, { timeout: timeoutMs, headers: fields });
    return answer.headers?.get('Claimgate-Status') ?? '';
  };
}

/** As a load balancer does: both in turn; one that fails is left out until it says again that it is ready. */
function httpSender(): Send {
  const claims = makeBodies(advisory);
  const down = new Set<string>();
  const leaveOut = async (url: string): Promise<void> => {
    if (down.has(url)) return;
    down.add(url);
    do await sleep(lookMs);
    while (!(await isReady(url)));
    down.delete(url);
  };
  return async (index) => {
    const { institution, body, contentType } = claims[index % claims.length] as (typeof claims)[number];
    const up = plan.http.filter((url) => !down.has(url));
    const url = up[index % up.length] ?? plan.http[0] ?? '';
    const fields = { 'content-type': contentType, 'claimgate-institution': institution };
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const target = new URL('/v1/screenings', url);
      const options = { method: 'POST', headers: fields, body: new Uint8Array(body), signal };
      const answer = await fetch(target, options);
      const { status } = (await answer.json()) as { readonly status?: string };
      if (!answer.ok || status === undefined) throw new Error(`HTTP ${answer.status}`);
      return status;
    } catch (error) {
      void leaveOut(url);
      throw error;
    }
  };
}
