/**
 * How soon a node with a large history is back, after leaving in order and after a kill -9: from the start of
 * the process to ready, and to its first decision; and how fast a lost history is made anew from the streams.
 */
import { rm } from 'node:fs/promises';
import { systemClock } from '../../src/base/clock.js';
import { openBenchBroker } from '../load/bench-broker.js';
import { medianBy } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { startServiceUnderTest } from '../load/service-under-test.js';
import { ClaimsStreams } from './claims-streams.js';
import type { DurableSize } from './durable-size.js';
import { measureRebuild, type Rebuild } from './rebuild.js';
import { underTest, untilDecided } from './settle-run.js';
import { makeSettlements } from './settlements.js';
import { copyOf, warmHistory } from './warm-history.js';

export interface Restart {
  readonly killed: boolean;
  readonly readyMs: number;
  /** From ready until a settlement that waited in CLAIMS has its entry; after a kill the lease has to run out first. */
  readonly firstDecisionMs: number;
}

export interface Recovery {
  /** By patients in the history. */
  readonly starts: Readonly<Record<number, readonly Restart[]>>;
  readonly rebuild: Rebuild;
}

const targetMs = 3_000;

export async function measureRecovery(size: DurableSize): Promise<Recovery> {
  const starts: Record<number, readonly Restart[]> = {};
  for (const patients of size.recoveredPatients) starts[patients] = await restarts(patients, size);
  const row = (patients: number, killed: boolean): string[] => {
    const of = (starts[patients] ?? []).filter((start) => start.killed === killed);
    const { readyMs, firstDecisionMs } = medianBy(of, (start) => start.readyMs);
    const worst = Math.max(...of.map((start) => start.readyMs));
    const name = `${patients.toLocaleString('en')} patients, after ${killed ? 'kill -9' : 'SIGTERM'}`;
    return [name, readyMs.toFixed(0), worst.toFixed(0), firstDecisionMs.toFixed(0)];
  };
  printTable(
    ['restart', 'ready ms', 'at worst', 'then first decision ms'],
    size.recoveredPatients.flatMap((patients) => [row(patients, false), row(patients, true)]),
  );
  console.log(`ready with a million patients: target at most ${targetMs} ms`);
  const rebuild = await measureRebuild(size);
  console.log(
    `history rebuild: ${rebuild.messages} messages in ${rebuild.seconds.toFixed(1)} s in all, ` +
      `${rebuild.rate?.toFixed(0) ?? 'unknown'}/s while reading, equal to the state before; ` +
      `the service had decided ${rebuild.decidedRate.toFixed(0)}/s`,
  );
  return { starts, rebuild };
}

/** The same node again and again; before each start a settlement waits for it. */
async function restarts(patients: number, size: DurableSize): Promise<readonly Restart[]> {
  const history = await warmHistory(patients);
  const broker = await openBenchBroker();
  const claims = await ClaimsStreams.open(broker.url);
  const dataDir = await copyOf(history, await claims.claimsCreated());
  const settlements = makeSettlements({ ...size.settlements, count: 2 * size.runs + 1, tag: 'W' });
  try {
    const found: Restart[] = [];
    let killed = false;
    for (const [i, settlement] of settlements.entries()) {
      await claims.settle([settlement]);
      const service = await startServiceUnderTest(broker.url, { ...underTest, CLAIMGATE_DATA_DIR: dataDir });
      const readyAtMs = systemClock.tickMs();
      await untilDecided(claims, i + 1);
      const firstDecisionMs = systemClock.tickMs() - readyAtMs;
      found.push({ killed, readyMs: service.startedInMs, firstDecisionMs });
      killed = i % 2 === 1;
      if (killed) process.kill(service.pid, 'SIGKILL');
      await service.stop();
    }
    // The first start of a machine reads the program from disk.
    return found.slice(1);
  } finally {
    await claims.close();
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
