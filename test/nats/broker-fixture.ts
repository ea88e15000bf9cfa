/** A real broker for a test file, in a folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { leastPayloadBytes } from '../../src/base/broker-limits.js';
import { writeBrokerRecord } from '../../src/nats/broker-record.js';
import { type EmbeddedBroker, startBroker } from '../../src/nats/embedded.js';
import { obtainServer } from '../../src/nats/server-binary.js';
import { freePort } from '../free-port.js';

/** Shared by all tests and by the service, so that it is fetched once per checkout. */
export const cacheDir = new URL('../../.cache', import.meta.url).pathname;
export const maxPayloadBytes = 8 * 1024 * 1024;

export interface TestBroker {
  readonly url: string;
  readonly folder: string;
  readonly broker: EmbeddedBroker;
  stop(): Promise<void>;
}

let program: Promise<string> | null = null;

/** Looked for once in a test file: each look runs programs. */
export function serverProgram(): Promise<string> {
  program ??= findProgram();
  return program;
}

async function findProgram(): Promise<string> {
  const found = await obtainServer(cacheDir);
  if (!found.ok) throw new Error(found.error);
  return found.value.path;
}

/**
 * Has a broker of this folder listen on a port that systems do not give out by themselves: where it comes back, nobody
 * has been given it meanwhile.
 */
export async function keepPort(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeBrokerRecord(folder, { ownerPid: 0, brokerPid: 0, port: await freePort(), url: '' });
}

export async function startTestBroker(): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-nats-'));
  await keepPort(folder);
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

/** A broker on a configuration of the test's own, which it can be told to read again. */
export class ConfiguredBroker {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = `nats://service:secret@127.0.0.1:${port}`;
  }

  /** `permissions`: of the only user, in the server's own words. */
  static async start(
    permissions: string,
    {
      keepsStreams = false,
      maxPayload = leastPayloadBytes,
    }: { readonly keepsStreams?: boolean; readonly maxPayload?: number } = {},
  ): Promise<ConfiguredBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'claimgate-nats-'));
    await writeFile(
      join(folder, 'nats.conf'),
      `max_payload: ${maxPayload}\n${configurationWith(permissions)}`,
    );
    const streams = keepsStreams ? ['--jetstream', `--store_dir=${folder}`] : [];
    const args = ['--config', join(folder, 'nats.conf'), '--port=-1', ...streams];
    const child = spawn(await serverProgram(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let port = '';
    for await (const line of createInterface({ input: child.stderr! })) {
      port ||= /Listening for client connections on \S+:(\d+)/.exec(line)?.[1] ?? '';
      if (line.includes('Server is ready')) break;
    }
    child.stderr!.resume();
    return new ConfiguredBroker(child, folder, port);
  }

  /** Has it read other permissions, as an operator does who mends or breaks them. */
  async reload(permissions: string): Promise<void> {
    await writeFile(join(this.#folder, 'nats.conf'), configurationWith(permissions));
    this.#child.kill('SIGHUP');
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}

function configurationWith(permissions: string): string {
  const user = `{ user: service, password: secret, permissions: ${permissions} }`;
  return `host: 127.0.0.1\nauthorization { users: [ ${user} ] }\n`;
}
