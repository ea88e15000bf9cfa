/** What the NATS benchmark says on the terminal, and the ratios that it is about. */
import { type PeerEngine, peerEngines } from '../peers/engines.js';
import type { LoadReport, NatsLoop } from './nats-load.js';
import {
  coresBusy,
  cpuPerAnswer,
  middleRun,
  p50Of,
  p99Of,
  type Runs,
  rateOf,
  ratioOf,
  wholeCpuOf,
} from './nats-runs.js';
import { printTable } from './print-table.js';
import { type Ratio, ratioText } from './ratios.js';
import type { ResponderName } from './responders.js';

export const closedLoop: NatsLoop = { kind: 'closed', width: 128 };
export const everybody: readonly ResponderName[] = ['echo', 'service', ...peerEngines];

const names: Readonly<Record<ResponderName, string>> = {
  echo: 'bare echo',
  service: 'claimgate',
  zen: 'an afternoon: ZEN',
  'json-rules-engine': 'an afternoon: json-rules-engine',
};

/** Runs at one rate. */
export interface OpenRuns {
  readonly rate: number;
  readonly runs: Runs;
}

export interface NatsRatios {
  readonly ofEcho: Ratio;
  /** What the rates would be if every core worked for nothing else; a busy machine moves it little. */
  readonly ofEchoByCpu: Ratio;
  /** The faster of the services of an afternoon. */
  readonly better: PeerEngine;
  readonly ofBetterPeer: Ratio;
  readonly openP50: Ratio;
  readonly openP99: Ratio;
}

export function betterPeer(closed: Runs): PeerEngine {
  const rateOfPeer = (engine: PeerEngine): number => rateOf(middleRun(closed, engine, closedLoop));
  return peerEngines.toSorted((a, b) => rateOfPeer(b) - rateOfPeer(a))[0] ?? 'zen';
}

/** `half`: echo and claimgate at half of claimgate's maximum. */
export function natsRatios(closed: Runs, half: Runs): NatsRatios {
  const better = betterPeer(closed);
  return {
    ofEcho: ratioOf(closed, 'service', 'echo', rateOf),
    ofEchoByCpu: ratioOf(closed, 'echo', 'service', wholeCpuOf),
    better,
    ofBetterPeer: ratioOf(closed, 'service', better, rateOf),
    openP50: ratioOf(half, 'service', 'echo', p50Of),
    openP99: ratioOf(half, 'service', 'echo', p99Of),
  };
}

const head =
  'NATS, MessagePack, 30 lines|claims/s|p50 ms|p99 ms|p99.9 ms|max ms|late p50|CPU µs|generator|cores|failed';

export function printRuns(closed: Runs, half: OpenRuns, fixed: readonly OpenRuns[]): void {
  const open = ({ rate, runs }: OpenRuns, what = `${rate}/s`): string[][] =>
    rows(what, runs, { kind: 'open', rate });
  printTable(head.split('|'), [
    ...rows('128 in flight', closed, closedLoop),
    ...open(half, `${half.rate}/s (half)`),
    ...fixed.flatMap((one) => open(one)),
  ]);
  console.log(
    'late: how long after its time a request left (part of every latency); CPU: of the responder, an',
  );
  console.log('answer; generator: share of a core that the load itself took; cores: busy with generator,');
  console.log('broker and responder together');
}

export function printRatios(ratios: NatsRatios): void {
  console.log(`of the bare echo:  ${ratioText(ratios.ofEcho)}, target at least 0.45, aim 0.55`);
  console.log(`  by CPU of all three processes: ${ratioText(ratios.ofEchoByCpu)}`);
  console.log(`of ${names[ratios.better]}:  ${ratioText(ratios.ofBetterPeer)}, target at least 5`);
  console.log(`open loop at half: p50 ${ratioText(ratios.openP50)} of echo's, target at most 2.5`);
  console.log(`                   p99 ${ratioText(ratios.openP99)} of echo's, target at most 2.5`);
}

function rows(what: string, runs: Runs, loop: NatsLoop): string[][] {
  return everybody
    .filter((name) => runs[name] !== undefined)
    .map((name) => row(`${what}: ${names[name]}`, middleRun(runs, name, loop)));
}

function row(name: string, report: LoadReport): string[] {
  const { loop, counts, cpu } = report;
  const { p50Ms, p99Ms, p999Ms, maxMs } = counts.latency;
  const numbers = [p50Ms, p99Ms, p999Ms, maxMs].map((ms) => ms.toFixed(2));
  const late = 'late' in loop ? loop.late.p50Ms.toFixed(2) : '';
  const cost = cpuPerAnswer(cpu, 'responder', counts.answered)?.toFixed(0) ?? '';
  const generator = cpu['generator'];
  const share =
    typeof generator === 'number' ? `${((100 * generator) / loop.elapsedSeconds).toFixed(0)} %` : '';
  const cores = coresBusy(report);
  const busy = Number.isNaN(cores) ? '' : cores.toFixed(2);
  return [name, Math.round(loop.rate).toString(), ...numbers, late, cost, share, busy, String(counts.failed)];
}
