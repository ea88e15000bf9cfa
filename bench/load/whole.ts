/**
 * What the whole process costs with the official rule set: process to ready, loading and warming one worker,
 * memory of each further worker (resident memory with four less that with two, halved), and CPU at idle, half
 * and full load.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runSeed, runSize } from './arguments.js';
import { openBenchBroker } from './bench-broker.js';
import { medianBy, writeResults } from './machine.js';
import type { LoadReport, NatsLoop } from './nats-load.js';
import { assertAnswered, cpuPerAnswer, type Runs, rateOf, reportsOf, runInTurn } from './nats-runs.js';
import { printTable } from './print-table.js';
import { residentMegabytes, watchCpu } from './process-cpu.js';
import { type Responders, startResponders } from './responders.js';
import { startServiceUnderTest } from './service-under-test.js';

const size = runSize();
const bodies = { format: 'native-msgpack', count: size.claims, seed: runSeed(size), lines: 30 } as const;
const targets = { loadMs: 3_000, megabytes: 300 };
const idleSeconds = size.name === 'full' ? 5 : 0.5;

interface Start {
  readonly workers: number;
  readonly readyMs: number;
  /** Loading and warming the rule set in the last thread. */
  readonly loadMs: number;
  readonly heapMegabytes: number;
  readonly residentMegabytes: number;
}

async function main(): Promise<void> {
  const starts = await measureStarts();
  const lives: Life[] = [];
  for (let run = 0; run < Math.ceil(size.runs / 2); run++) lives.push(await liveOnce());
  printStarts(starts);
  printLife(lives);
  const results = { size, bodies, targets, starts, lives };
  if (size.name === 'full') console.log(`written: ${writeResults('whole', results)}`);
}

interface Starts {
  readonly two: Start;
  readonly four: Start;
  /** Megabytes of each further worker. */
  readonly perWorker: number;
}

async function measureStarts(): Promise<Starts> {
  const broker = await openBenchBroker();
  try {
    const two: Start[] = [];
    const four: Start[] = [];
    for (let run = 0; run < size.runs; run++) {
      two.push(await startOnce(broker.url, 2));
      four.push(await startOnce(broker.url, 4));
    }
    const resident = (starts: readonly Start[]): number =>
      medianBy(starts, (start) => start.residentMegabytes).residentMegabytes;
    const byReady = (starts: readonly Start[]): Start => medianBy(starts, ({ readyMs }) => readyMs);
    return { two: byReady(two), four: byReady(four), perWorker: (resident(four) - resident(two)) / 2 };
  } finally {
    await broker.stop();
  }
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

/**
 * One service from its start, with the usual number of workers: nothing to do, then all it can, then half of
 * that.
 */
interface Life {
  /** Milliseconds of CPU a second with nothing to do; null where the system does not say. */
  readonly idleCpuMs: number | null;
  readonly full: LoadReport;
  readonly half: LoadReport;
  /** After both loads. */
  readonly residentMegabytes: number | null;
}

async function liveOnce(): Promise<Life> {
  const responders = await startResponders([]);
  try {
    const { pid } = responders.service;
    const idleCpuMs = await idle(pid);
    const full = await load(responders, { kind: 'closed', width: 128 });
    const half = await load(responders, { kind: 'open', rate: Math.max(50, Math.floor(rateOf(full) / 2)) });
    return { idleCpuMs, full, half, residentMegabytes: residentMegabytes(pid) };
  } finally {
    await responders.stop();
  }
}

async function idle(pid: number): Promise<number | null> {
  // What a start leaves behind (late compilation, collection of garbage) is not idling.
  await sleep(1_000);
  const cpu = watchCpu({ service: pid });
  await sleep(idleSeconds * 1000);
  const seconds = cpu.stop()['service'] ?? null;
  return seconds === null ? null : (seconds / idleSeconds) * 1000;
}

async function load(responders: Responders, loop: NatsLoop): Promise<LoadReport> {
  const runs: Runs = await runInTurn(responders, ['service'], loop, { ...size, runs: 1 }, bodies);
  assertAnswered([runs]);
  return reportsOf(runs, 'service')[0] as LoadReport;
}

function printStarts({ two, four, perWorker }: Starts): void {
  const row = (start: Start): string[] => [
    `${start.workers} workers`,
    ...[start.readyMs, start.loadMs, start.heapMegabytes, start.residentMegabytes].map((n) => n.toFixed(0)),
  ];
  printTable(
    ['start', 'ready ms', 'load and warm a worker ms', 'heap of a worker MB', 'resident MB'],
    [row(two), row(four)],
  );
  console.log(
    `each further worker: ${perWorker.toFixed(0)} MB resident (target at most ${targets.megabytes})`,
  );
  console.log(`load and warm: ${two.loadMs.toFixed(0)} ms a worker (target at most ${targets.loadMs})\n`);
}

function printLife(lives: readonly Life[]): void {
  const known = (value: number | null, digits = 0): string => value?.toFixed(digits) ?? 'unknown';
  const row = (name: string, report: LoadReport): string[] => [
    name,
    rateOf(report).toFixed(0),
    known(cpuPerAnswer(report.cpu, 'responder', report.counts.answered)),
    known((report.cpu['responder'] ?? 0) / report.loop.elapsedSeconds, 2),
  ];
  printTable(
    ['the service over NATS, MessagePack, 30 lines', 'claims/s', 'CPU µs a claim', 'cores'],
    [
      row('full load, 128 in flight', medianBy(lives, ({ full }) => rateOf(full)).full),
      row('half of that, open loop', medianBy(lives, ({ half }) => half.cpu['responder'] ?? 0).half),
    ],
  );
  const idleMs = medianBy(lives, (life) => life.idleCpuMs ?? 0).idleCpuMs;
  const resident = medianBy(lives, (life) => life.residentMegabytes ?? 0).residentMegabytes;
  console.log(`idle: ${known(idleMs, 1)} ms of CPU a second; after load: ${known(resident)} MB resident`);
}

await main();
