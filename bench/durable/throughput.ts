/**
 * How fast settlements are decided: the service beside a bare loop that consumes, publishes and acknowledges, with the
 * same CLAIMS, the same broker and in turn; and what more patients in the history cost.
 */
import { openBenchBroker } from '../load/bench-broker.js';
import { medianBy } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { pairedRatio, type Ratio, ratioText } from '../load/ratios.js';
import { ClaimsStreams } from './claims-streams.js';
import type { DurableSize } from './durable-size.js';
import { runBare, runService, type SettlePlace, type SettleRun } from './settle-run.js';
import { makeSettlements } from './settlements.js';
import { type Verified, verifySettled } from './verify-settled.js';
import { type WarmHistory, warmHistory } from './warm-history.js';

export interface Throughput {
  readonly verified: Verified;
  readonly bare: readonly SettleRun[];
  /** By patients in the history. */
  readonly service: Readonly<Record<number, readonly SettleRun[]>>;
  readonly ofBare: Ratio;
  /** The same by CPU of all processes: what the ratio were if every core worked for nothing else. */
  readonly ofBareByCpu: Ratio;
  /** CPU of the largest history to the smallest, a claim; and time. */
  readonly growth: { readonly byCpu: Ratio; readonly byTime: Ratio };
}

export async function measureThroughput(size: DurableSize): Promise<Throughput> {
  const histories: WarmHistory[] = [];
  for (const patients of size.patients) histories.push(await warmHistory(patients));
  const broker = await openBenchBroker();
  const claims = await ClaimsStreams.open(broker.url);
  try {
    const place = { url: broker.url, brokerPid: broker.pid, claims };
    const verified = await fillAndVerify(place, size, histories[0] as WarmHistory);
    const runs = await runInTurn(place, size, histories, verified.decisionBytes);
    const measured = { verified, ...runs, ...ratiosOf(size, runs) };
    printThroughput(size, measured);
    return measured;
  } finally {
    await claims.close();
    await broker.stop();
  }
}

async function fillAndVerify(
  place: SettlePlace,
  size: DurableSize,
  smallest: WarmHistory,
): Promise<Verified> {
  const { warm, timed, verified: count } = size;
  const many = makeSettlements({ ...size.settlements, count: warm + timed, tag: 'T' });
  await place.claims.settle(many.slice(0, count));
  const verified = await verifySettled(place, count, smallest);
  console.log(
    `verified: each of ${count} settlements has its entry and its place in the history`,
    verified.statuses,
  );
  await place.claims.settle(many.slice(count));
  return verified;
}

type Runs = Pick<Throughput, 'bare' | 'service'>;

async function runInTurn(
  place: SettlePlace,
  size: DurableSize,
  histories: readonly WarmHistory[],
  answerBytes: number,
): Promise<Runs> {
  const bare: SettleRun[] = [];
  const service = Object.fromEntries(histories.map(({ patients }) => [patients, [] as SettleRun[]]));
  for (let round = 0; round < size.runs; round++) {
    bare.push(await runBare(place, size, answerBytes));
    for (const history of histories) {
      service[history.patients]?.push(await runService(place, size, history));
    }
  }
  return { bare, service };
}

function ratiosOf(
  size: DurableSize,
  { bare, service }: Runs,
): Pick<Throughput, 'ofBare' | 'ofBareByCpu' | 'growth'> {
  const of = (patients: number | undefined): readonly SettleRun[] => service[patients ?? -1] ?? [];
  const ours = of(size.comparedPatients);
  const [small, large] = [of(size.patients[0]), of(size.patients.at(-1))];
  const rates = (runs: readonly SettleRun[]): number[] => runs.map(({ rate }) => rate);
  const costs = (runs: readonly SettleRun[]): number[] => runs.map(wholeCpu);
  return {
    ofBare: pairedRatio(rates(ours), rates(bare)),
    ofBareByCpu: pairedRatio(costs(bare), costs(ours)),
    growth: {
      byCpu: pairedRatio(costs(large), costs(small)),
      byTime: pairedRatio(rates(small), rates(large)),
    },
  };
}

function wholeCpu({ cpuMicros }: SettleRun): number {
  return Object.values(cpuMicros).reduce<number>((sum, micros) => sum + (micros ?? Number.NaN), 0);
}

function printThroughput(size: DurableSize, { bare, service, ...ratios }: Throughput): void {
  const row = (name: string, runs: readonly SettleRun[]): string[] => {
    const { rate, cpuMicros } = medianBy(runs, (run) => run.rate);
    const cpu = ['worker', 'broker'].map((process) => cpuMicros[process]?.toFixed(0) ?? 'unknown');
    return [name, rate.toFixed(0), ...cpu];
  };
  printTable(
    [`settlements of ${size.settlements.lines} lines`, 'claims/s', 'its CPU µs a claim', "broker's"],
    [
      row('bare: consume, publish, ack', bare),
      ...size.patients.map((n) => row(`claimgate, ${n.toLocaleString('en')} patients`, service[n] ?? [])),
    ],
  );
  console.log(`of the bare loop:  ${ratioText(ratios.ofBare)}, target at least 0.2, aim 0.3`);
  console.log(`  by CPU of both processes: ${ratioText(ratios.ofBareByCpu)}`);
  const [least, most] = [size.patients[0], size.patients.at(-1)];
  console.log(
    `growth, ${least} to ${most} patients: time ${ratioText(ratios.growth.byTime)}, target at most 1.5`,
  );
  console.log(`                            CPU ${ratioText(ratios.growth.byCpu)}`);
}
