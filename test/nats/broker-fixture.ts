/** A real broker for a test file, in a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedBroker, startBroker } from '../../src/nats/embedded.js';
import { obtainServer } from '../../src/nats/server-binary.js';

/** Shared by all tests and by the service, so that it is fetched once per checkout. */
export const cacheDir = new URL('../../.cache', import.meta.url).pathname;
export const maxPayloadBytes = 8 * 1024 * 1024;

export interface TestBroker {
  readonly url: string;
  readonly folder: string;
  readonly broker: EmbeddedBroker;
  stop(): Promise<void>;
}

export async function serverProgram(): Promise<string> {
  const program = await obtainServer(cacheDir);
  if (!program.ok) throw new Error(program.error);
  return program.value.path;
}

export async function startTestBroker(): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-nats-'));
  const started = await startBroker({ program: await serverProgram(), folder, maxPayloadBytes });
  if (!started.ok) throw new Error(started.error);
  const broker = started.value;
  return {
    url: broker.url,
    folder,
    broker,
    stop: async () => {
      await broker.stop();
      await rm(folder, { recursive: true });
    },
  };
}
