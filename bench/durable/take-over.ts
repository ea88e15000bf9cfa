/**
 * Two nodes, and the one that decides is killed again and again while settlements and advisory requests flow: how long
 * until the other decides, and what the clients notice. `--kills 8 --seed n`; `--smoke`: one kill, keeps no file.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { streams } from '../../src/nats/streams.js';
import { Random } from '../claims/random.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { startSteady } from './steady-child.js';
import {
  type Attempt,
  type Kill,
  type Noticed,
  noticedBy,
  type Stored,
  type TakeOver,
  takeOversOf,
} from './take-over-judge.js';
import type { TakeOverLoad } from './take-over-load.js';
import { deciderOf, TakeOverNode } from './take-over-node.js';

interface Size {
  readonly kills: number;
  readonly seed: number;
  readonly rates: Readonly<Record<TakeOverLoad['kind'], number>>;
}

/** Generous: start, take-over and pauses of one kill. */
const secondsPerKill = 60;
/** Until every settlement has its entry. */
const patienceSeconds = 180;
const targetMs = 5_000;
const { values } = parseArgs({
  options: {
    kills: { type: 'string' },
    seed: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const size: Size = {
  kills: Number(values.kills ?? (values.smoke ? 1 : 8)),
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  rates: values.smoke ? { settle: 20, nats: 50, http: 20 } : { settle: 50, nats: 200, http: 50 },
};
const measured = await measureTakeOver(size);
print(measured);
if (!values.smoke) console.log(`written: ${writeResults('take-over', { size, ...measured })}`);

interface Measured {
  readonly settled: number;
  /** Entries that were published a second time. */
  readonly repeated: number;
  readonly killedAfterMs: readonly number[];
  readonly takeOvers: readonly TakeOver[];
  readonly nats: Noticed;
  readonly http: Noticed;
}

async function measureTakeOver({ kills, seed, rates }: Size): Promise<Measured> {
  const broker = await openBenchBroker();
  const connection = await connect({ servers: broker.url });
  const nodes = [await TakeOverNode.make(broker.url), await TakeOverNode.make(broker.url)];
  try {
    for (const node of nodes) await node.start();
    const http = nodes.map(({ url }) => url);
    const usual = { seconds: (kills + 1) * secondsPerKill, seed, nats: broker.url, http };
    const clients = await Promise.all(
      (['settle', 'nats', 'http'] as const).map((kind) => {
        const load: TakeOverLoad = { ...usual, kind, rate: rates[kind] };
        return startSteady<readonly Attempt[]>('./take-over-load.js', load);
      }),
    );
    const killed = await killDeciders(nodes, connection, kills, new Random(seed, 0));
    const [settling = [], nats = [], overHttp = []] = await Promise.all(
      clients.map((client) => client.finish()),
    );
    const stored = settling.filter(({ status }) => status === 'stored').length;
    const { claims, entries } = await untilAllDecided(connection);
    // One whose confirmation came too late is stored all the same.
    if (claims.length < stored || claims.length > settling.length) {
      throw new Error(`${settling.length} settlements sent, ${stored} confirmed, ${claims.length} stored`);
    }
    return {
      settled: claims.length,
      repeated: entries.length - claims.length,
      killedAfterMs: killed.map(({ fromMs }) => fromMs - (killed[0] as Kill).fromMs),
      takeOvers: takeOversOf(killed, claims, entries),
      nats: noticedBy(nats, killed),
      http: noticedBy(overHttp, killed),
    };
  } finally {
    for (const node of nodes) await node.remove();
    await connection.close();
    await broker.stop();
  }
}

/** At moments that the seed draws; each time the dead one is back before the next dies. */
async function killDeciders(
  nodes: readonly TakeOverNode[],
  connection: NatsConnection,
  kills: number,
  random: Random,
): Promise<readonly Kill[]> {
  const killed: Kill[] = [];
  for (let i = 0; i < kills; i++) {
    await sleep(random.integer(2_000, 6_000));
    const decider = await deciderOf(nodes, connection);
    killed.push(await decider.kill());
    await deciderOf(
      nodes.filter((node) => node !== decider),
      connection,
    );
    await sleep(random.integer(0, 3_000));
    await decider.start();
  }
  await sleep(3_000);
  return killed;
}

/** Both streams, once every message of CLAIMS has its entry; throws where one stays without. */
async function untilAllDecided(
  connection: NatsConnection,
): Promise<{ readonly claims: readonly Stored[]; readonly entries: readonly Stored[] }> {
  const claims = await storedIn(connection, streams.claims.name);
  for (let looks = 0; looks < patienceSeconds; looks++) {
    const entries = await storedIn(connection, streams.decisions.name);
    const decided = new Set(entries.map(({ seq }) => seq));
    if (claims.every(({ seq }) => decided.has(seq))) return { claims, entries };
    await sleep(1_000);
  }
  throw new Error('a settlement has no entry in DECISIONS');
}

/** Headers only: tens of thousands of claims are not carried twice. */
async function storedIn(connection: NatsConnection, stream: string): Promise<readonly Stored[]> {
  const { state } = await (await jetstreamManager(connection)).streams.info(stream);
  const stored: Stored[] = [];
  if (state.messages === 0) return stored;
  const consumer = await jetstream(connection).consumers.get(stream, {
    deliver_policy: DeliverPolicy.All,
    headers_only: true,
  });
  for await (const message of await consumer.consume()) {
    const seq = Number(message.headers?.get('Claimgate-Sequence') || message.seq);
    stored.push({ seq, ms: message.time.getTime() });
    if (message.seq >= state.last_seq) break;
  }
  return stored;
}

function print({ settled, repeated, takeOvers, nats, http }: Measured): void {
  const ms = (value: number | null): string => (value === null ? 'never' : value.toFixed(0));
  printTable(
    ['the decider is killed', ...takeOvers.map((_, i) => String(i + 1))],
    [
      ['messages undecided then', ...takeOvers.map(({ undecided }) => String(undecided))],
      ['ms to the next entry', ...takeOvers.map(({ nextMs }) => ms(nextMs))],
      ['ms to the first entry of a later message', ...takeOvers.map(({ laterMs }) => ms(laterMs))],
      ['ms without an answer over NATS', ...nats.gapsMs.map(ms)],
      ['ms without an answer over HTTP', ...http.gapsMs.map(ms)],
    ],
  );
  const row = (name: string, one: Noticed): string[] => [
    name,
    ...[one.answered, one.unscreened, one.inFlight, one.lostInFlight, one.lostLater].map(String),
    one.lastLostMs.toFixed(0),
    String(one.lostOtherwise),
    one.longestGapMs.toFixed(0),
  ];
  console.log();
  printTable(
    [
      'advisory, nobody asks twice',
      'answered',
      'not screened',
      'in flight at a kill',
      'lost of these',
      'lost later',
      'last ms after',
      'lost otherwise',
      'longest gap ms',
    ],
    [row('NATS', nats), row('HTTP', http)],
  );
  const worst = Math.max(...takeOvers.map(({ laterMs }) => laterMs ?? Number.POSITIVE_INFINITY));
  console.log(`${settled} settlements, each with its entry; ${repeated} entries published again`);
  console.log(`the other decides after at most ${ms(worst)} ms, target at most ${targetMs}`);
}
