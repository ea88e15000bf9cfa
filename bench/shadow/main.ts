/**
 * What trying a version costs those who wait for an answer: an open loop of claims over NATS against the service, with
 * a version in shadow and without one in turn, and how many of the claims were compared.
 * `--rate 500 --seconds 5 --rounds 5`; `--smoke`: a moment at 100/s, keeps no file. Ends with 1 where a request failed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '@nats-io/transport-node';
import { systemClock } from '../../src/base/clock.js';
import type { ShadowReport } from '../../src/shadow/report.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { openLoop } from '../load/loops.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { pairedRatio, type Ratio, ratioText } from '../load/ratios.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { type Counts, Tally } from '../load/tally.js';
import { type PacingThread, startPacingThread } from '../load/ticker.js';
import { Answers } from '../releases/answers.js';
import { type PublishedVersions, publishVersions } from '../releases/published-versions.js';

interface Plan {
  readonly rate: number;
  /** Of each window. */
  readonly seconds: number;
  /** Windows with a shadow, and as many without. */
  readonly rounds: number;
}

interface Round {
  readonly without: Counts;
  readonly beside: Counts;
  /** Of the claims that were screened in it. */
  readonly comparedShare: number;
  /** Time of the version in shadow, over that of the one in force, which is the same but for its number. */
  readonly timeFactor: number;
}

interface Measured {
  readonly rounds: readonly Round[];
  readonly p50: Ratio;
  readonly p99: Ratio;
  readonly comparedShare: number;
}

interface Stand {
  readonly answers: Answers;
  readonly versions: PublishedVersions;
  readonly pacing: PacingThread;
  readonly url: string;
}

const inFlightMax = 5_000;
const settleMs = 500;
const patienceMs = 120_000;
/** What a thread runs has to be optimised first; of that a window shows nothing. */
const warmShare = 0.5;

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const plan: Plan = {
  rate: Number(values.rate ?? (values.smoke ? 100 : 500)),
  seconds: Number(values.seconds ?? (values.smoke ? 0.5 : 5)),
  rounds: Number(values.rounds ?? (values.smoke ? 1 : 6)),
};
const measured = await measure(plan);
print(measured);
if (!values.smoke) console.log(`written: ${writeResults('shadow', { plan, ...measured })}`);
const failed = measured.rounds.reduce((sum, { without, beside }) => sum + without.failed + beside.failed, 0);
process.exitCode = failed === 0 ? 0 : 1;

async function measure(of: Plan): Promise<Measured> {
  const broker = await openBenchBroker();
  const versions = await publishVersions(broker.url, 2);
  const service = await startServiceUnderTest(broker.url, { CLAIMGATE_RELEASE_KEYS: versions.keysFile });
  const connection = await connect({ servers: broker.url });
  const pacing = await startPacingThread();
  try {
    const answers = new Answers(connection);
    await versions.activate(1);
    await answers.whenOf(1, service.pid);
    return await inTurn({ answers, versions, pacing, url: service.url }, of);
  } finally {
    await pacing.stop();
    await connection.close();
    await service.stop();
    await versions.stop();
    await broker.stop();
  }
}

async function inTurn(stand: Stand, of: Plan): Promise<Measured> {
  await load(stand, of);
  const rounds: Round[] = [];
  for (let round = 0; round < of.rounds; round++) {
    // Each goes first in every other round: a machine that gets slower favours neither.
    const early = round % 2 === 0 ? await warmed(stand, of) : null;
    await stand.versions.tryOut(2);
    await until(stand, 'comparing');
    const beside = await warmed(stand, of);
    const report = await reportOf(stand);
    await stand.versions.tryOut(null);
    await until(stand, 'none');
    const without = early ?? (await warmed(stand, of));
    const { seen, compared, milliseconds } = report.figures ?? nothingSeen;
    const timeFactor = milliseconds.candidate / milliseconds.live;
    rounds.push({ without, beside, comparedShare: compared / seen, timeFactor });
  }
  const ratioOf = (number: (counts: Counts) => number): Ratio =>
    pairedRatio(
      rounds.map(({ beside }) => number(beside)),
      rounds.map(({ without }) => number(without)),
    );
  return {
    rounds,
    p50: ratioOf(({ latency }) => latency.p50Ms),
    p99: ratioOf(({ latency }) => latency.p99Ms),
    comparedShare: rounds.reduce((sum, one) => sum + one.comparedShare, 0) / rounds.length,
  };
}

const nothingSeen = { seen: 0, compared: 0, milliseconds: { live: 0, candidate: 0 } };

async function load({ answers, pacing }: Stand, { rate, seconds }: Plan): Promise<Counts> {
  const tally = new Tally();
  await openLoop({ rate, seconds, inFlightMax }, answers.send, tally, undefined, pacing.start);
  await sleep(settleMs);
  return tally.whole();
}

async function warmed(stand: Stand, of: Plan): Promise<Counts> {
  await load(stand, { ...of, seconds: of.seconds * warmShare });
  return await load(stand, of);
}

async function reportOf({ url }: Stand): Promise<ShadowReport> {
  return (await (await fetch(`${url}/v1/rulesets/shadow`)).json()) as ShadowReport;
}

async function until(stand: Stand, state: ShadowReport['state']): Promise<void> {
  const untilMs = systemClock.tickMs() + patienceMs;
  for (;;) {
    const report = await reportOf(stand);
    if (report.state === state) return await sleep(settleMs);
    if (systemClock.tickMs() > untilMs) throw new Error(`the shadow is ${report.state}: ${report.problem}`);
    await sleep(100);
  }
}

function print({ rounds, p50, p99, comparedShare }: Measured): void {
  const cells = (name: string, { answered, failed: lost, latency }: Counts): readonly string[] => [
    name,
    String(answered),
    String(lost),
    latency.p50Ms.toFixed(2),
    latency.p99Ms.toFixed(2),
    latency.maxMs.toFixed(0),
  ];
  const rows = rounds.flatMap(({ without, beside, comparedShare: share, timeFactor }) => [
    [...cells('without', without), '', ''],
    [...cells('beside', beside), `${(share * 100).toFixed(0)} %`, timeFactor.toFixed(2)],
  ]);
  printTable(['', 'answers', 'failed', 'p50 ms', 'p99 ms', 'max ms', 'compared', 'time'], rows);
  console.log(
    `with / without: p50 ${ratioText(p50)}, p99 ${ratioText(p99)}; compared ${(comparedShare * 100).toFixed(0)} %`,
  );
}
