/**
 * Screening over NATS beside a bare echo in the same run. Closed loop: how much of the echo's rate is left. Open
 * loop at half of the measured maximum: latency from the intended send time, both at the same rate.
 */
import { runSeed, runSize } from './arguments.js';
import { openBenchBroker } from './bench-broker.js';
import { runChild, startChild } from './children.js';
import { medianBy, writeResults } from './machine.js';
import type { LoadReport, NatsLoadPlan } from './nats-load.js';
import { printTable } from './print-table.js';
import { startServiceUnderTest } from './service-under-test.js';
import { verifyAnswers } from './verify-answers.js';

const size = runSize();
const bodies = { format: 'native-msgpack', count: size.claims, seed: runSeed(size), lines: 30 } as const;
const target = 0.12;

type Target = NatsLoadPlan['target'];
type Reports = Readonly<Record<Target, LoadReport>>;

async function main(): Promise<void> {
  const broker = await openBenchBroker();
  const echo = await startChild('./nats-echo.js', { NATS_URL: broker.url });
  const service = await startServiceUnderTest(broker.url);
  try {
    const verified = await verifyAnswers(broker.url, { ...bodies, count: Math.min(200, size.claims) });
    console.log(`verified: ${verified.claims} claims answered alike`, verified.statuses);
    const closed = await compare(broker.url, { kind: 'closed', width: 128 });
    const rate = Math.max(100, Math.floor(closed.service.loop.rate / 2));
    const open = await compare(broker.url, { kind: 'open', rate });
    report(closed, open, rate);
    const results = { size, bodies, broker: broker.version, verified, closed, open };
    if (!size.smoke) console.log(`written: ${writeResults('nats', results)}`);
    assertAnswered([closed, open]);
  } finally {
    await service.stop();
    await echo.stop();
    await broker.stop();
  }
}

/** Echo and service in turn, so that what else the machine does falls on both. */
async function compare(natsUrl: string, loop: NatsLoadPlan['loop']): Promise<Reports> {
  const runs: Record<Target, LoadReport[]> = { echo: [], service: [] };
  for (let run = 0; run < size.runs; run++) {
    for (const name of ['echo', 'service'] as const) {
      const plan: NatsLoadPlan = {
        target: name,
        bodies,
        warmSeconds: size.warmSeconds,
        seconds: size.seconds,
        loop,
      };
      const environment = { NATS_URL: natsUrl, BENCH_PLAN: JSON.stringify(plan) };
      runs[name].push(await runChild<LoadReport>('./nats-load.js', environment));
    }
  }
  const middle = (reports: LoadReport[]): LoadReport =>
    loop.kind === 'closed'
      ? medianBy(reports, ({ loop: { rate } }) => rate)
      : medianBy(reports, ({ counts }) => counts.latency.p99Ms);
  return { echo: middle(runs.echo), service: middle(runs.service) };
}

function report(closed: Reports, open: Reports, rate: number): void {
  const ratio = closed.service.loop.rate / closed.echo.loop.rate;
  printTable(
    ['NATS, MessagePack, 30 lines', 'claims/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'failed'],
    [
      row('closed loop, 128 in flight: echo', closed.echo),
      row('closed loop, 128 in flight: claimgate', closed.service),
      row(`open loop at ${rate}/s: echo`, open.echo),
      row(`open loop at ${rate}/s: claimgate`, open.service),
    ],
  );
  const { latency } = open.service.counts;
  const echo = open.echo.counts.latency;
  console.log(`closed loop: ${ratio.toFixed(3)} of echo (target at least ${target})`);
  console.log(
    `open loop: p50 ${times(latency.p50Ms, echo.p50Ms)} and p99 ${times(latency.p99Ms, echo.p99Ms)} of echo`,
  );
}

function times(value: number, base: number): string {
  return (value / base).toFixed(2);
}

function row(name: string, { loop, counts }: LoadReport): string[] {
  const { p50Ms, p99Ms, p999Ms, maxMs } = counts.latency;
  const numbers = [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(2));
  return [name, Math.round(loop.rate).toString(), ...numbers, String(counts.failed)];
}

/** A run in which answers were missing measures something else. */
function assertAnswered(all: readonly Reports[]): void {
  const bad = all
    .flatMap((reports) => [reports.echo, reports.service])
    .filter(({ counts }) => counts.failed > 0);
  if (bad.length > 0) throw new Error(`${bad.length} of the reported runs had requests without an answer`);
}

await main();
