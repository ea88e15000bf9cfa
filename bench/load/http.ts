/** Screening over HTTP beside a bare Fastify route that only parses, in the same run. */
import { runSeed, runSize } from './arguments.js';
import { openBenchBroker } from './bench-broker.js';
import type { HttpReport } from './http-load.js';
import {
  assertNoneFailed,
  connections,
  type HttpRuns,
  httpBodies,
  httpRatio,
  httpTargets,
  runHttpInTurn,
  startBareRoute,
  warmUpHttp,
} from './http-runs.js';
import { medianBy, writeResults } from './machine.js';
import { printTable } from './print-table.js';
import { ratioText } from './ratios.js';
import { startServiceUnderTest } from './service-under-test.js';
import { verifyAnswers } from './verify-answers.js';
import { verifyNational } from './verify-national.js';

const size = runSize();
const bodies = httpBodies(size, runSeed(size));
/** Claims that each answers before the first run. */
const warmUpAnswers = size.name === 'full' ? 25_000 : 1;

async function main(): Promise<void> {
  const broker = await openBenchBroker();
  const bare = await startBareRoute();
  const service = await startServiceUnderTest(broker.url);
  try {
    const verified = await verifyAnswers(broker.url, bodies);
    console.log(`verified: ${verified.claims} claims answered alike`, verified.statuses);
    const national = await verifyNational(service.url, bodies);
    console.log(`verified: ${national.claims} national answers, ${national.findings} findings, as natively`);
    const targets = httpTargets(bare, service);
    await warmUpHttp(targets, warmUpAnswers, size, bodies);
    const most = await runHttpInTurn(targets, { kind: 'closed' }, size, bodies);
    const rate = Math.max(50, Math.floor(medianBy(most.service, (one) => one.rate).rate / 2));
    const fewer = { ...size, runs: Math.ceil(size.runs / 2) };
    const open = await runHttpInTurn(targets, { kind: 'open', rate }, fewer, bodies);
    const bursts = await runHttpInTurn(
      targets,
      { kind: 'autocannon-rate', rate },
      { ...size, runs: 1 },
      bodies,
    );
    const ratios = {
      ofBare: httpRatio(most, (one) => one.rate),
      openP50: httpRatio(open, ({ latency }) => latency.p50Ms),
      openP99: httpRatio(open, ({ latency }) => latency.p99Ms),
    };
    printReport(most, open, bursts, rate);
    console.log(`of the bare route: ${ratioText(ratios.ofBare)}, target at least 0.9`);
    console.log(
      `open loop: p50 ${ratioText(ratios.openP50)}, p99 ${ratioText(ratios.openP99)} of the bare route's`,
    );
    warnOfGenerator(most);
    assertNoneFailed([most, open, bursts]);
    const results = {
      size,
      bodies,
      connections,
      warmUpAnswers,
      verified: { ...verified, national },
      rate,
      ratios,
      runs: { most, open, bursts },
    };
    if (size.name === 'full') console.log(`written: ${writeResults('http', results)}`);
  } finally {
    await service.stop();
    await bare.stop();
    await broker.stop();
  }
}

function printReport(most: HttpRuns, open: HttpRuns, bursts: HttpRuns, rate: number): void {
  const head = ['claims/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'CPU µs', 'generator', 'failed'];
  const both = (what: string, runs: HttpRuns, middle: (report: HttpReport) => number): string[][] => [
    row(`${what}: bare Fastify route`, medianBy(runs.bare, middle)),
    row(`${what}: claimgate`, medianBy(runs.service, middle)),
  ];
  printTable(
    ['HTTP, 3101/3102, 30 lines', ...head],
    [
      ...both(`${connections} connections`, most, (one) => one.rate),
      ...both(`open loop, ${rate}/s`, open, ({ latency }) => latency.p99Ms),
      ...both(`autocannon at ${rate}/s (bursts)`, bursts, (one) => one.rate),
    ],
  );
  console.log('CPU: of the responder, an answer; generator: share of a core that the load itself took');
}

function row(name: string, report: HttpReport): string[] {
  const { p50Ms, p99Ms, p999Ms, maxMs } = report.latency;
  const numbers = [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(2));
  const spent = report.cpu['responder'];
  const micros = typeof spent === 'number' ? ((spent * 1e6) / report.answered).toFixed(0) : '';
  const share = generatorShare(report);
  const load = share === null ? '' : `${(100 * share).toFixed(0)} %`;
  return [name, Math.round(report.rate).toString(), ...numbers, micros, load, String(report.failed)];
}

function generatorShare({ cpu, seconds }: HttpReport): number | null {
  const spent = cpu['generator'];
  return typeof spent === 'number' ? spent / seconds : null;
}

/** A generator that has no core left measures itself, and draws every ratio towards 1. */
function warnOfGenerator({ bare, service }: HttpRuns): void {
  const busiest = Math.max(...[...bare, ...service].map((report) => generatorShare(report) ?? 0));
  if (busiest > 0.9) {
    console.log(`autocannon took up to ${(100 * busiest).toFixed(0)} % of a core: the ratio may be its own`);
  }
}

await main();
