/**
 * Child process: hospitals that settle and wait for the decision. Open loop: settlements leave at a fixed rate
 * whatever the lane does. Closed loop: so many are undecided at any time, which gives the most that is settled
 * while it comes in, by a machine that also has to send it.
 */
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type Msg } from '@nats-io/transport-node';
import { systemClock } from '../../src/base/clock.js';
import { openLoop } from '../load/loops.js';
import { type Counts, Tally } from '../load/tally.js';
import { startPacingThread } from '../load/ticker.js';
import { subjectOf } from './claims-streams.js';
import { makeSettlements, type Settlement, type SettlementPlan, settlementType } from './settlements.js';

export interface SettleLoadPlan {
  readonly nats: string;
  readonly settlements: Omit<SettlementPlan, 'count'>;
  /** Longest that it may last; open loop: at so many a second, closed: with so many undecided. */
  readonly seconds: number;
  readonly rate?: number;
  readonly width?: number;
  /** Where they go instead of to CLAIMS; nobody decides them there, and nobody waits for that. */
  readonly subject?: string;
}

/** Since the start. */
export interface SettleLoadReport {
  /** Monotonic, of this process. */
  readonly atMs: number;
  readonly stored: number;
  readonly decided: number;
  /** Settlements that it could still send. */
  readonly left: number;
  /** From when each should have left to its decision. */
  readonly counts: Counts;
}

/** Settlements may fall behind for as long as screenings come; they go on coming at their rate. */
const inFlightMax = 50_000;
/** More than is settled in a second. */
const closedRate = 2_500;
const plan = JSON.parse(process.env['BENCH_PLAN'] ?? '') as SettleLoadPlan;
const count = Math.ceil((plan.rate ?? closedRate) * plan.seconds);
const settlements = makeSettlements({ ...plan.settlements, count });
const connection = await connect({ servers: plan.nats });
const client = jetstream(connection);
const fields = headers();
fields.set('Content-Type', settlementType);
const tally = new Tally();
let [stored, decided] = [0, 0];
/** By sequence in CLAIMS: who waits, or that it was decided before its confirmation came. */
const waiting = new Map<number, () => void>();
const early = new Set<number>();
connection.subscribe('claimgate.decisions.>', { callback: (_error, message) => note(message) });
await connection.flush();

const stop = new AbortController();
process.on('message', (word) => {
  if (word === 'look') process.send?.(report());
  else stop.abort();
});
const pacing = await startPacingThread();
process.send?.('sending');
if (plan.rate === undefined) await sendClosed(plan.width ?? 1);
else
  await openLoop(
    { rate: plan.rate, seconds: plan.seconds, inFlightMax },
    send,
    tally,
    stop.signal,
    pacing.start,
  );
await pacing.stop();
await connection.close();
process.send?.(report(), () => process.exit(0));

/** Until it is told to stop; what was sent is decided by then. */
async function sendClosed(width: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (!stop.signal.aborted && next < settlements.length) {
        const startedMs = systemClock.tickMs();
        tally.answered(await send(next++), systemClock.tickMs() - startedMs);
      }
    }),
  );
}

async function send(index: number): Promise<string> {
  const settlement = settlements[index];
  if (settlement === undefined) throw new Error('no settlements left');
  const { institution, body } = settlement as Settlement;
  const { seq } = await client.publish(plan.subject ?? subjectOf(institution), body, { headers: fields });
  stored++;
  if (plan.subject !== undefined) return 'stored';
  if (!early.delete(seq)) await new Promise<void>((resolve) => waiting.set(seq, resolve));
  return 'decided';
}

function note(message: Msg): void {
  const seq = Number(message.headers?.get('Claimgate-Sequence'));
  decided++;
  const resolve = waiting.get(seq);
  if (resolve === undefined) early.add(seq);
  else resolve();
  waiting.delete(seq);
}

function report(): SettleLoadReport {
  return { atMs: systemClock.tickMs(), stored, decided, left: count - stored, counts: tally.whole() };
}
