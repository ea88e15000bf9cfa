/** A broker for benchmarks: `NATS_URL` where set, else a nats-server of our own in a temporary folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '../../src/nats/embedded.js';
import { obtainServer } from '../../src/nats/server-binary.js';

export interface BenchBroker {
  readonly url: string;
  /** What carries the messages, for the result file. */
  readonly version: string;
  /** Null where the broker is somebody else's. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** Throws with one line where no nats-server can be had. */
export async function openBenchBroker(): Promise<BenchBroker> {
  const given = process.env['NATS_URL'];
  if (given !== undefined && given !== '')
    return { url: given, version: 'given', pid: null, stop: async () => {} };
  const program = await obtainServer('.cache');
  if (!program.ok) throw new Error(program.error);
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-bench-'));
  const broker = await startBroker({ program: program.value.path, folder, maxPayloadBytes: 8 * 1024 * 1024 });
  if (!broker.ok) throw new Error(broker.error);
  const stop = async (): Promise<void> => {
    await broker.value.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const { url, pid } = broker.value;
  return { url, version: program.value.version, pid, stop };
}
