/** Screening over HTTP (autocannon) beside a bare Fastify route that only parses, in the same run. */
import { runSeed, runSize } from './arguments.js';
import { openBenchBroker } from './bench-broker.js';
import { runChild, startChild } from './children.js';
import type { HttpLoadPlan, HttpReport } from './http-load.js';
import { medianBy, writeResults } from './machine.js';
import { printTable } from './print-table.js';
import { startServiceUnderTest } from './service-under-test.js';
import { verifyAnswers } from './verify-answers.js';

const size = runSize();
const bodies = { format: 'nhsa', count: Math.min(500, size.claims), seed: runSeed(size), lines: 30 } as const;
const connections = 32;

type Reports = Readonly<Record<'bare' | 'service', HttpReport>>;

async function main(): Promise<void> {
  const broker = await openBenchBroker();
  const bare = await startChild<{ url: string }>('./http-bare.js', {});
  const service = await startServiceUnderTest(broker.url);
  const bareUrl = new URL(bare.ready.url);
  try {
    const verified = await verifyAnswers(broker.url, { ...bodies, count: Math.min(100, bodies.count) });
    console.log(`verified: ${verified.claims} claims answered alike`, verified.statuses);
    const targets = {
      bare: { url: bareUrl.origin, route: bareUrl.pathname },
      service: { url: service.url, route: null },
    };
    const most = await compare(targets, null);
    const rate = Math.max(50, Math.floor(most.service.rate / 2));
    const half = await compare(targets, rate);
    printReport(most, half, rate);
    const results = { size, bodies, connections, verified, most, half };
    if (!size.smoke) console.log(`written: ${writeResults('http', results)}`);
    const failed = [most, half].reduce((sum, { bare: b, service: s }) => sum + b.failed + s.failed, 0);
    if (failed > 0) throw new Error(`${failed} requests failed in the reported runs`);
  } finally {
    await service.stop();
    await bare.stop();
    await broker.stop();
  }
}

type Targets = Readonly<Record<'bare' | 'service', Pick<HttpLoadPlan, 'url' | 'route'>>>;

async function compare(targets: Targets, rate: number | null): Promise<Reports> {
  const runs: Record<'bare' | 'service', HttpReport[]> = { bare: [], service: [] };
  for (let run = 0; run < size.runs; run++) {
    for (const name of ['bare', 'service'] as const) {
      const { seconds, warmSeconds } = size;
      // autocannon counts in whole seconds.
      const times = { seconds: Math.ceil(seconds), warmSeconds: Math.ceil(warmSeconds) };
      const plan: HttpLoadPlan = { ...targets[name], bodies, connections, ...times, rate };
      const environment = { BENCH_PLAN: JSON.stringify(plan) };
      runs[name].push(await runChild<HttpReport>('./http-load.js', environment));
    }
  }
  const middle = (reports: HttpReport[]): HttpReport => medianBy(reports, (report) => report.rate);
  return { bare: middle(runs.bare), service: middle(runs.service) };
}

function printReport(most: Reports, half: Reports, rate: number): void {
  printTable(
    ['HTTP, 3101/3102, 30 lines', 'claims/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'failed'],
    [
      row(`${connections} connections: bare Fastify route`, most.bare),
      row(`${connections} connections: claimgate`, most.service),
      row(`at ${rate}/s: bare Fastify route`, half.bare),
      row(`at ${rate}/s: claimgate`, half.service),
    ],
  );
  console.log(`most: ${(most.service.rate / most.bare.rate).toFixed(3)} of the bare route`);
}

function row(name: string, report: HttpReport): string[] {
  const numbers = [report.p50Ms, report.p99Ms, report.p999Ms, report.maxMs].map((ms) => ms.toFixed(1));
  return [name, Math.round(report.rate).toString(), ...numbers, String(report.failed)];
}

await main();
