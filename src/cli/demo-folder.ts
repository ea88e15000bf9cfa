/**
 * Where a demo keeps its broker's files: apart from the data of a real service, and apart from another demo that runs
 * at the same time.
 */
import { join } from 'node:path';
import { readBrokerRecord } from '../nats/broker-record.js';

const most = 20;

/** The first of `<dataDir>/demo`, `demo-2` … that nobody uses; the last one where all seem to be in use. */
export async function freeDemoFolder(dataDir: string): Promise<string> {
  let folder = '';
  for (let number = 1; number <= most; number++) {
    folder = join(dataDir, number === 1 ? 'demo' : `demo-${number}`);
    const record = await readBrokerRecord(join(folder, 'nats'));
    if (record === null || !runs(record.ownerPid)) break;
  }
  return folder;
}

function runs(pid: number): boolean {
  try {
    // Signal 0 only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
