/**
 * What history costs an advisory claim: two services, each with a broker of its own, one whose history knows the
 * patients of the claims and one that knows nobody; closed loop, in turn.
 */
import { rm } from 'node:fs/promises';
import { unpackWire } from '../../src/base/wire.js';
import { claimLimits } from '../../src/claim/fields.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { makeBodies } from '../load/bodies.js';
import { medianBy } from '../load/machine.js';
import type { LoadReport } from '../load/nats-load.js';
import { closedLoop } from '../load/nats-report.js';
import { cpuPerAnswer } from '../load/nats-runs.js';
import { printTable } from '../load/print-table.js';
import { pairedRatio, type Ratio, ratioText } from '../load/ratios.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { type AdvisoryTarget, runAdvisory } from './advisory-runs.js';
import { ClaimsStreams } from './claims-streams.js';
import type { DurableSize } from './durable-size.js';
import { underTest } from './settle-run.js';
import { personNumber } from './settlements.js';
import { copyOf, warmHistory } from './warm-history.js';

export interface HistoryCost {
  readonly patients: number;
  /** Share of the claims whose patient has a history. */
  readonly known: number;
  readonly withHistory: readonly LoadReport[];
  readonly without: readonly LoadReport[];
  readonly rate: Ratio;
  /** CPU of the service an answer, without to with. */
  readonly byCpu: Ratio;
}

interface Running {
  readonly target: AdvisoryTarget;
  stop(): Promise<void>;
}

export async function measureHistory(size: DurableSize): Promise<HistoryCost> {
  const stops: Running[] = [];
  try {
    const [known, empty] = [await startWith(size.advisoryPatients), await startWith(0)];
    stops.push(known, empty);
    const withHistory: LoadReport[] = [];
    const without: LoadReport[] = [];
    for (let round = 0; round < size.runs; round++) {
      without.push(await runAdvisory(empty.target, closedLoop, size));
      withHistory.push(await runAdvisory(known.target, closedLoop, size));
    }
    const share = knownShare(size);
    const ratios = ratiosOf(withHistory, without);
    const cost = { patients: size.advisoryPatients, known: share, withHistory, without, ...ratios };
    printCost(cost);
    return cost;
  } finally {
    for (const { stop } of stops) await stop();
  }
}

async function startWith(patients: number): Promise<Running> {
  const history = await warmHistory(patients);
  const broker = await openBenchBroker();
  const claims = await ClaimsStreams.open(broker.url);
  const dataDir = await copyOf(history, await claims.claimsCreated());
  await claims.close();
  const service = await startServiceUnderTest(broker.url, { ...underTest, CLAIMGATE_DATA_DIR: dataDir });
  return {
    target: { url: broker.url, pid: service.pid, brokerPid: broker.pid },
    stop: async () => {
      await service.stop();
      await broker.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The generator sends visitors too, who are nobody's patients. */
function knownShare({ settlements, advisoryClaims: count, advisoryPatients }: DurableSize): number {
  const bodies = makeBodies({ format: 'native-msgpack', count, seed: settlements.seed + 1, lines: 30 });
  const last = personNumber(advisoryPatients - 1);
  const known = bodies.filter(({ body }) => {
    const claim = unpackWire(body, claimLimits);
    if (!claim.ok) throw new Error('a claim of the generator cannot be read');
    return (claim.value as { readonly patient: { readonly id: string } }).patient.id <= last;
  });
  return known.length / count;
}

function ratiosOf(
  withHistory: readonly LoadReport[],
  without: readonly LoadReport[],
): Pick<HistoryCost, 'rate' | 'byCpu'> {
  const rates = (reports: readonly LoadReport[]): number[] => reports.map(({ loop }) => loop.rate);
  return {
    rate: pairedRatio(rates(withHistory), rates(without)),
    byCpu: pairedRatio(without.map(cpuOf), withHistory.map(cpuOf)),
  };
}

function cpuOf({ cpu, counts }: LoadReport): number {
  return cpuPerAnswer(cpu, 'responder', counts.answered) ?? Number.NaN;
}

function printCost({ patients, known, withHistory, without, rate, byCpu }: HistoryCost): void {
  const row = (name: string, reports: readonly LoadReport[]): string[] => {
    const report = medianBy(reports, ({ loop }) => loop.rate);
    const { p50Ms, p99Ms } = report.counts.latency;
    return [name, report.loop.rate.toFixed(0), p50Ms.toFixed(2), p99Ms.toFixed(2), cpuOf(report).toFixed(0)];
  };
  printTable(
    ['advisory, 30 lines, 128 in flight', 'claims/s', 'p50 ms', 'p99 ms', 'CPU µs a claim'],
    [
      row('history knows nobody', without),
      row(`history of ${patients.toLocaleString('en')} patients`, withHistory),
    ],
  );
  console.log(`${(100 * known).toFixed(0)} % of the claims are of patients with a history`);
  console.log(
    `with history to without: ${ratioText(rate)}, target at least 0.7; by the service's CPU ${ratioText(byCpu)}`,
  );
}
