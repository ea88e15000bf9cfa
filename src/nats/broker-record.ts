/**
 * Who runs the embedded broker of a data directory. nats-server has no switch to end with its parent, so the
 * record lets the next start find a broker that a killed process left behind, and end it before opening the
 * same store.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../base/result.js';
import { describeProcess, signalProcess } from './process-table.js';

const patienceMs = 5_000;

export interface BrokerRecord {
  readonly ownerPid: number;
  readonly brokerPid: number;
  readonly port: number;
  readonly url: string;
}

/** The record in a broker folder, or null where none was ever written (or it is not readable as one). */
export async function readBrokerRecord(folder: string): Promise<BrokerRecord | null> {
  try {
    const record = JSON.parse(await readFile(recordPath(folder), 'utf8')) as BrokerRecord;
    const sound = Number.isInteger(record.brokerPid) && Number.isInteger(record.port);
    return sound ? record : null;
  } catch {
    return null;
  }
}

/** Written whole or not at all, since a reader may look at any moment. */
export async function writeBrokerRecord(folder: string, record: BrokerRecord): Promise<void> {
  const path = recordPath(folder);
  await writeFile(`${path}.new`, JSON.stringify(record));
  await rename(`${path}.new`, path);
}

/**
 * Ends a broker that still runs on this folder although its owner is gone. Fails with one line where the
 * owner lives: two services must not share a data directory. `configPath` stands in the broker's command line
 * and tells it from a stranger that has got the same process number.
 */
export async function reapOrphan(folder: string, configPath: string): Promise<Result<null, string>> {
  const record = await readBrokerRecord(folder);
  if (record === null || !(await isOurBroker(record.brokerPid, configPath))) return ok(null);
  const parent = (await describeProcess(record.brokerPid))?.parent;
  if (parent === record.ownerPid && parent !== process.pid) {
    return fail(`the data directory is in use by process ${parent}; stop it or set CLAIMGATE_DATA_DIR`);
  }
  await endProcess(record.brokerPid, () => isOurBroker(record.brokerPid, configPath));
  return ok(null);
}

function recordPath(folder: string): string {
  return join(folder, 'broker.json');
}

async function isOurBroker(pid: number, configPath: string): Promise<boolean> {
  return (await describeProcess(pid))?.command.includes(configPath) ?? false;
}

async function endProcess(pid: number, lives: () => Promise<boolean>): Promise<void> {
  signalProcess(pid, 'SIGTERM');
  for (let waited = 0; waited < patienceMs; waited += 50) {
    if (!(await lives())) return;
    await sleep(50);
  }
  signalProcess(pid, 'SIGKILL');
  await sleep(100);
}
