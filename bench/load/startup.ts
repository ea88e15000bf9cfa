/**
 * What a start costs with the whole official rule set: process to ready, loading and warming one worker, memory per
 * worker (resident memory with four workers less that with two, halved: what each further worker really takes).
 */
import { runSize } from './arguments.js';
import { openBenchBroker } from './bench-broker.js';
import { medianBy, writeResults } from './machine.js';
import { printTable } from './print-table.js';
import { startServiceUnderTest } from './service-under-test.js';

const size = runSize();
const targets = { loadMs: 3_000, megabytes: 300 };

interface Start {
  readonly workers: number;
  readonly readyMs: number;
  /** Loading and warming the rule set in the last thread. */
  readonly loadMs: number;
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
}

async function main(): Promise<void> {
  const broker = await openBenchBroker();
  try {
    const two = await startSeveral(broker.url, 2);
    const four = await startSeveral(broker.url, 4);
    const perWorker = (four.residentMegabytes - two.residentMegabytes) / 2;
    printTable(
      ['start', 'ready ms', 'load and warm a worker ms', 'heap of a worker MB', 'resident MB'],
      [row(two), row(four)],
    );
    console.log(
      `each further worker: ${perWorker.toFixed(0)} MB resident (target at most ${targets.megabytes})`,
    );
    console.log(`load and warm: ${two.loadMs.toFixed(0)} ms a worker (target at most ${targets.loadMs})`);
    if (!size.smoke)
      console.log(`written: ${writeResults('startup', { size, two, four, perWorker, targets })}`);
  } finally {
    await broker.stop();
  }
}

async function startSeveral(natsUrl: string, workers: number): Promise<Start> {
  const starts: Start[] = [];
  for (let run = 0; run < size.runs; run++) starts.push(await startOnce(natsUrl, workers));
  return medianBy(starts, ({ readyMs }) => readyMs);
}

async function startOnce(natsUrl: string, workers: number): Promise<Start> {
  const service = await startServiceUnderTest(natsUrl, { CLAIMGATE_WORKERS: String(workers) });
  try {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const value = (name: string): number => {
      const found = new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+-]+)$`, 'm').exec(metrics)?.[1];
      if (found === undefined) throw new Error(`the service exposes no ${name}`);
      return Number(found);
    };
    return {
      workers,
      readyMs: service.startedInMs,
      loadMs: value('claimgate_worker_load_seconds') * 1000,
      heapMegabytes: value('claimgate_worker_heap_bytes') / 2 ** 20,
      residentMegabytes: value('process_resident_memory_bytes') / 2 ** 20,
    };
  } finally {
    await service.stop();
  }
}

function row(start: Start): string[] {
  const numbers = [start.readyMs, start.loadMs, start.heapMegabytes, start.residentMegabytes];
  return [`${start.workers} workers`, ...numbers.map((number) => number.toFixed(0))];
}

await main();
