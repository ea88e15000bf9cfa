/**
 * What settling does to screening: advisory requests at a fixed rate, open loop, alone and while settlements arrive at
 * 70 % of the most that the same service decides; in turn, the same service all the time.
 *
 * The most is found with the settlements coming in, by a closed loop that keeps a number of them undecided: sending,
 * storing and deciding share the cores as they do afterwards. Both loads together may be more than the machine has;
 * then it is the settlements that fall behind, as the log waits and a doctor does not: how many were decided is looked
 * at in every run, and what screenings suffer where as many are only stored: that is what generators and broker do, not
 * who decides. They have been worked off before screenings are alone again. Generators run with a higher priority where
 * that is allowed, since what they are late is no fault of the service.
 */
import { rm } from 'node:fs/promises';
import { cpus, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBenchBroker } from '../load/bench-broker.js';
import { medianBy } from '../load/machine.js';
import type { LoadReport } from '../load/nats-load.js';
import { closedLoop } from '../load/nats-report.js';
import { printTable } from '../load/print-table.js';
import { pairedRatio, type Ratio, ratioText } from '../load/ratios.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { type AdvisoryTarget, busyCores, runAdvisory } from './advisory-runs.js';
import { ClaimsStreams, unreadSubject } from './claims-streams.js';
import type { DurableSize } from './durable-size.js';
import type { SettleLoadPlan, SettleLoadReport } from './settle-load.js';
import { underTest } from './settle-run.js';
import { type SteadyChild, startSteady } from './steady-child.js';
import { copyOf, warmHistory } from './warm-history.js';

const durableShare = 0.7;
/** Undecided at any time while the most is looked for: several batches' worth. */
const undecidedWidth = 256;
const generatorPriority = -10;
/** Of the rate that was asked; and undecided at the end, as seconds of it. */
const heldAtLeast = 0.97;
const heldBehindSeconds = 0.5;

export interface Beside {
  readonly advisory: LoadReport;
  /** Settlements decided a second while the advisory run went on, and undecided when it began and was over. */
  readonly decidedRate: number;
  readonly undecided: { readonly before: number; readonly after: number };
  readonly held: boolean;
}

export interface AdvisoryUnderDurable {
  readonly durableMaximum: number;
  readonly advisoryMaximum: number;
  readonly durableRate: number;
  readonly advisoryRate: number;
  readonly generatorsFirst: boolean;
  readonly alone: readonly LoadReport[];
  /** Beside as many settlements that are only stored: what sending and storing them costs, whoever decides. */
  readonly stored: readonly LoadReport[];
  readonly beside: readonly Beside[];
  readonly p50: Ratio;
  readonly p99: Ratio;
  /** Of the p99 beside settlements that are decided to the p99 beside those that are only stored. */
  readonly decidingP99: Ratio;
}

export async function measureAdvisory(size: DurableSize): Promise<AdvisoryUnderDurable> {
  const history = await warmHistory(size.comparedPatients);
  const broker = await openBenchBroker();
  const claims = await ClaimsStreams.open(broker.url);
  const dataDir = await copyOf(history, await claims.claimsCreated());
  await claims.prepareUnread();
  await claims.close();
  const service = await startServiceUnderTest(broker.url, { ...underTest, CLAIMGATE_DATA_DIR: dataDir });
  try {
    const measured = await compare({ url: broker.url, pid: service.pid, brokerPid: broker.pid }, size);
    printAdvisory(measured);
    return measured;
  } finally {
    await service.stop();
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Children inherit it; broker and service have been started before. */
function preferGenerators(): boolean {
  try {
    setPriority(generatorPriority);
    return true;
  } catch {
    return false;
  }
}

async function compare(target: AdvisoryTarget, size: DurableSize): Promise<AdvisoryUnderDurable> {
  const generatorsFirst = preferGenerators();
  const most: number[] = [];
  for (let run = 0; run < Math.min(3, size.runs); run++)
    most.push(await mostSettled(target, size, `M${run}`));
  const durableMaximum = medianBy(most, (rate) => rate);
  const advisoryMaximum = (await runAdvisory(target, closedLoop, size)).loop.rate;
  const advisoryRate = Math.min(size.advisoryRate, Math.floor(advisoryMaximum / 2));
  const durableRate = Math.max(1, Math.floor(durableMaximum * durableShare));
  const alone: LoadReport[] = [];
  const stored: LoadReport[] = [];
  const beside: Beside[] = [];
  for (let round = 0; round < size.runs; round++) {
    const rates = { durableRate, advisoryRate };
    alone.push(await runAdvisory(target, { kind: 'open', rate: advisoryRate }, size));
    stored.push(
      (await runBeside(target, size, { ...rates, tag: `S${round}`, subject: unreadSubject })).advisory,
    );
    beside.push(await runBeside(target, size, { ...rates, tag: `R${round}` }));
  }
  const of = (reports: readonly LoadReport[], name: 'p50Ms' | 'p99Ms'): number[] =>
    reports.map(({ counts }) => counts.latency[name]);
  const loaded = beside.map(({ advisory }) => advisory);
  const p50 = pairedRatio(of(loaded, 'p50Ms'), of(alone, 'p50Ms'));
  const p99 = pairedRatio(of(loaded, 'p99Ms'), of(alone, 'p99Ms'));
  const decidingP99 = pairedRatio(of(loaded, 'p99Ms'), of(stored, 'p99Ms'));
  const rates = { durableMaximum, advisoryMaximum, durableRate, advisoryRate, generatorsFirst };
  return { ...rates, alone, stored, beside, p50, p99, decidingP99 };
}

/** Decided a second, with settlements coming in as fast as they are decided. */
async function mostSettled({ url }: AdvisoryTarget, size: DurableSize, tag: string): Promise<number> {
  // More than it comes to: whoever looks may be late.
  const seconds = size.warmSeconds + size.seconds + 3;
  const settler = await startSettling(url, size, { tag, seconds, width: undecidedWidth });
  // The lane may still be getting up.
  while ((await settler.look()).decided === 0) await sleep(50);
  await sleep(size.warmSeconds * 1_000);
  const begun = await settler.look();
  await sleep(size.seconds * 1_000);
  const ended = await settler.look();
  await settler.finish();
  if (ended.left === 0) throw new Error('the generator ran out of settlements');
  return decidedRate(begun, ended);
}

interface BesidePlan extends Pick<SettleLoadPlan, 'subject'> {
  readonly durableRate: number;
  readonly advisoryRate: number;
  readonly tag: string;
}

async function runBeside(
  target: AdvisoryTarget,
  size: DurableSize,
  { durableRate, advisoryRate, ...settling }: BesidePlan,
): Promise<Beside> {
  // The advisory generator takes a while to start; the settling is told to stop when it is through.
  const seconds = 2 * (size.warmSeconds + size.seconds) + size.startSeconds;
  const settler = await startSettling(target.url, size, { ...settling, seconds, rate: durableRate });
  await sleep(size.warmSeconds * 1_000);
  const begun = await settler.look();
  const watched = { ...target, settlerPid: settler.pid };
  const advisory = await runAdvisory(watched, { kind: 'open', rate: advisoryRate }, size);
  const ended = await settler.look();
  await settler.finish();
  const rate = decidedRate(begun, ended);
  const undecided = { before: begun.stored - begun.decided, after: ended.stored - ended.decided };
  const held = rate >= heldAtLeast * durableRate && undecided.after <= heldBehindSeconds * durableRate;
  return { advisory, decidedRate: rate, undecided, held };
}

function startSettling(
  nats: string,
  { settlements, comparedPatients: patients }: DurableSize,
  { tag, ...loop }: { readonly tag: string } & Pick<SettleLoadPlan, 'seconds' | 'rate' | 'width' | 'subject'>,
): Promise<SteadyChild<SettleLoadReport>> {
  const plan: SettleLoadPlan = { nats, settlements: { ...settlements, patients, tag }, ...loop };
  return startSteady<SettleLoadReport>('./settle-load.js', plan);
}

function decidedRate(begun: SettleLoadReport, ended: SettleLoadReport): number {
  return ((ended.decided - begun.decided) * 1_000) / (ended.atMs - begun.atMs);
}

function printAdvisory(measured: AdvisoryUnderDurable): void {
  const { advisoryRate, durableRate, alone, stored, beside } = measured;
  const row = (name: string, reports: readonly LoadReport[]): string[] => {
    const report = medianBy(reports, ({ counts }) => counts.latency.p99Ms);
    const { p50Ms, p99Ms, p999Ms, maxMs } = report.counts.latency;
    const late = 'late' in report.loop ? report.loop.late.p99Ms.toFixed(2) : '';
    const times = [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(2));
    return [name, report.loop.rate.toFixed(0), ...times, late, busyCores(report)?.toFixed(2) ?? ''];
  };
  const head = 'answers/s|p50 ms|p99 ms|p99.9 ms|max ms|late p99|cores busy'.split('|');
  const loaded = beside.map(({ advisory }) => advisory);
  printTable(
    [`advisory, open loop at ${advisoryRate}/s`, ...head],
    [
      row('alone', alone),
      row(`beside ${durableRate} settlements/s, only stored`, stored),
      row(`beside ${durableRate} settlements/s`, loaded),
    ],
  );
  const first = measured.generatorsFirst ? 'generators go first' : 'generators have no priority';
  console.log(`cores busy: with service, broker and generators, of ${cpus().length}; ${first}`);
  const { durableMaximum, advisoryMaximum } = measured;
  console.log(`most settled: ${durableMaximum.toFixed(0)}/s; most screened: ${advisoryMaximum.toFixed(0)}/s`);
  console.log(
    `beside to alone: p99 ${ratioText(measured.p99)}, target at most 2; p50 ${ratioText(measured.p50)}`,
  );
  console.log(`p99 beside settlements to beside those only stored: ${ratioText(measured.decidingP99)}`);
  for (const { decidedRate: rate, undecided, held } of beside) {
    const word = held ? 'held' : `fell behind, ${((rate * 100) / durableMaximum).toFixed(0)} % of the most`;
    console.log(
      `  ${rate.toFixed(0)} settlements/s decided, undecided ${undecided.before} to ${undecided.after}: ${word}`,
    );
  }
}
