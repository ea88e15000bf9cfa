/**
 * Rule sets are exchanged under load, and the last one is taken back: an open loop of claims all the while, its latency
 * in the windows before, during and after, what failed, and how long the last answer of the old version came after the
 * command. One swap is one noisy number, so there are several in one service, each compared with the window before it.
 * `--rate 5000 --seconds 5 --swaps 5`; `--smoke`: a moment at 100/s, keeps no file. Ends with 1 where a request failed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '@nats-io/transport-node';
import { systemClock } from '../../src/base/clock.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { openLoop } from '../load/loops.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { pairedRatio, type Ratio, ratioText } from '../load/ratios.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { type Counts, Tally } from '../load/tally.js';
import { startPacingThread } from '../load/ticker.js';
import { Answers } from './answers.js';
import { type PublishedVersions, publishVersions } from './published-versions.js';

interface Plan {
  readonly rate: number;
  /** Of each window in which nothing is exchanged. */
  readonly seconds: number;
  /** To versions that the service has never seen, one after the other. */
  readonly swaps: number;
  /** Before the first window: a service just started is slow, and what comes after it would look good. */
  readonly warmSeconds: number;
}

interface Exchange {
  readonly before: Counts;
  readonly during: Counts;
  /** Milliseconds from the command. */
  readonly firstNewMs: number;
  readonly lastOldMs: number;
}

interface Measured {
  readonly swaps: readonly Exchange[];
  readonly rollback: Exchange;
  /** Requests, from the first swap to the end. */
  readonly failed: number;
  /** During, over before. */
  readonly p50: Ratio;
  readonly p99: Ratio;
}

/** No swap of anything that starts at all takes as long. */
const mostSeconds = 600;
const inFlightMax = 5_000;
/** A moment longer than answers take, so that a window holds what it caused. */
const settleMs = 500;

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    seconds: { type: 'string' },
    swaps: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const plan: Plan = {
  rate: Number(values.rate ?? (values.smoke ? 100 : 2_000)),
  seconds: Number(values.seconds ?? (values.smoke ? 1 : 5)),
  swaps: Number(values.swaps ?? (values.smoke ? 1 : 5)),
  warmSeconds: values.smoke ? 2 : 20,
};
const measured = await measure(plan);
print(measured);
if (!values.smoke) console.log(`written: ${writeResults('swap', { plan, ...measured })}`);
process.exitCode = measured.failed === 0 ? 0 : 1;

async function measure(of: Plan): Promise<Measured> {
  const broker = await openBenchBroker();
  const versions = await publishVersions(broker.url, of.swaps + 1);
  const service = await startServiceUnderTest(broker.url, { CLAIMGATE_RELEASE_KEYS: versions.keysFile });
  const connection = await connect({ servers: broker.url });
  try {
    const answers = new Answers(connection);
    await versions.activate(1);
    await answers.whenOf(1, service.pid);
    return await exchangeUnderLoad(answers, versions, of);
  } finally {
    await connection.close();
    await service.stop();
    await versions.stop();
    await broker.stop();
  }
}

async function exchangeUnderLoad(
  answers: Answers,
  versions: PublishedVersions,
  { rate, seconds, swaps: count, warmSeconds }: Plan,
): Promise<Measured> {
  const tally = new Tally();
  const pacing = await startPacingThread();
  const done = new AbortController();
  const loop = openLoop(
    { rate, seconds: mostSeconds, inFlightMax },
    answers.send,
    tally,
    done.signal,
    pacing.start,
  );
  await sleep(warmSeconds * 1000);
  const warm = tally.whole().failed;
  const exchangeTo = async (version: number): Promise<Exchange> => {
    // What comes after a swap is not what a service does that has been left alone.
    await sleep(seconds * 1000);
    tally.takeRecent();
    await sleep(seconds * 1000);
    const before = tally.takeRecent();
    const span = await exchange(answers, versions, version);
    return { before, during: tally.takeRecent(), ...span };
  };
  const swaps: Exchange[] = [];
  for (let version = 2; version <= count + 1; version++) swaps.push(await exchangeTo(version));
  const rollback = await exchangeTo(count);
  done.abort();
  await loop;
  await pacing.stop();
  const ratioOf = (number: (counts: Counts) => number): Ratio =>
    pairedRatio(
      swaps.map(({ during }) => number(during)),
      swaps.map(({ before }) => number(before)),
    );
  return {
    swaps,
    rollback,
    failed: tally.whole().failed - warm,
    p50: ratioOf(({ latency }) => latency.p50Ms),
    p99: ratioOf(({ latency }) => latency.p99Ms),
  };
}

async function exchange(
  answers: Answers,
  versions: PublishedVersions,
  version: number,
): Promise<Pick<Exchange, 'firstNewMs' | 'lastOldMs'>> {
  const old = answers.lastVersion;
  const commandMs = systemClock.tickMs();
  await versions.activate(version);
  const firstMs = await answers.first(version);
  await sleep(settleMs);
  return { firstNewMs: firstMs - commandMs, lastOldMs: answers.lastMs(old) - commandMs };
}

function print({ swaps, rollback, p50, p99 }: Measured): void {
  const rowOf = (name: string, { answered, failed: lost, latency }: Counts, base: Counts): string[] => [
    name,
    String(answered),
    String(lost),
    latency.p50Ms.toFixed(1),
    latency.p99Ms.toFixed(1),
    latency.maxMs.toFixed(0),
    (latency.p99Ms / base.latency.p99Ms).toFixed(2),
  ];
  const rows = [...swaps, rollback].flatMap(({ before, during, firstNewMs, lastOldMs }, i) => [
    [...rowOf('before', before, before), '', ''],
    [
      ...rowOf(i < swaps.length ? 'swap' : 'rollback', during, before),
      firstNewMs.toFixed(0),
      lastOldMs.toFixed(0),
    ],
  ]);
  const head = ['window', 'answers', 'failed', 'p50 ms', 'p99 ms', 'max ms', 'p99 / before'];
  printTable([...head, 'first new ms', 'last old ms'], rows);
  console.log(`during / before: p50 ${ratioText(p50)}, p99 ${ratioText(p99)}`);
}
