/** A real broker for a test file, in a folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  static async start(permissions: string): Promise<ConfiguredBroker> {
    const folder = await mkdtemp(join(tmpdir(), 'claimgate-nats-'));
    await writeFile(join(folder, 'nats.conf'), configurationWith(permissions));
    const args = ['--config', join(folder, 'nats.conf'), '--port=-1'];
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
