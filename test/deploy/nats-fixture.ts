/** A real nats-server on a shipped configuration file, unchanged but for its ports and its store. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { serverProgram } from '../nats/broker-fixture.js';

const run = promisify(execFile);
export const deployFolder = new URL('../../deploy/', import.meta.url).pathname;
const configFolder = join(deployFolder, 'nats');

/** Reads `NAME=value` lines, as systemd and compose do. */
export function parseEnv(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]));
}

/** A scratch folder with the environment files that `make-env.sh` writes. */
export async function generatedEnvironment(): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-deploy-'));
  await run('sh', [join(deployFolder, 'make-env.sh'), folder]);
  const env = parseEnv(await readFile(join(folder, 'nats.env'), 'utf8'));
  const store = { CLAIMGATE_NATS_STORE: join(folder, 'store') };
  return { folder, env: { PATH: process.env['PATH'] ?? '', ...env, ...store } };
}

/** Whether the server at hand is 2.10 or newer, as production is. */
export async function isRecent(): Promise<boolean> {
  const { stdout } = await run(await serverProgram(), ['--version']);
  const [, major, minor] = /v(\d+)\.(\d+)\./.exec(stdout) ?? [];
  return Number(major) > 2 || Number(minor) >= 10;
}

/** What the server says to a configuration without starting, and whether it takes it. */
export async function checkConfig(
  file: string,
  env: Record<string, string>,
): Promise<{ readonly accepted: boolean; readonly said: string }> {
  try {
    const { stderr } = await run(await serverProgram(), ['-t', '-c', join(configFolder, file)], { env });
    return { accepted: true, said: stderr };
  } catch (error) {
    return { accepted: false, said: (error as { stderr: string }).stderr };
  }
}

export class DeployedBroker {
  readonly url: string;
  readonly monitorUrl: string;
  readonly #child: ChildProcess;
  readonly #connections: NatsConnection[] = [];

  private constructor(child: ChildProcess, port: number, monitorPort: number) {
    this.#child = child;
    this.url = `nats://127.0.0.1:${port}`;
    this.monitorUrl = `http://127.0.0.1:${monitorPort}`;
  }

  static async start(file: string, env: Record<string, string>): Promise<DeployedBroker> {
    const args = ['-c', join(configFolder, file), '--port=-1', '--http_port=-1'];
    const child = spawn(await serverProgram(), args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ports = { client: 0, monitor: 0 };
    for await (const line of createInterface({ input: child.stderr! })) {
      ports.client ||= Number(/Listening for client connections on \S+:(\d+)/.exec(line)?.[1] ?? 0);
      ports.monitor ||= Number(/Starting http monitor on \S+:(\d+)/.exec(line)?.[1] ?? 0);
      if (line.includes('Server is ready')) {
        child.stderr?.resume();
        return new DeployedBroker(child, ports.client, ports.monitor);
      }
    }
    throw new Error('nats-server ended before it was ready');
  }

  async connect(options: NodeConnectionOptions): Promise<NatsConnection> {
    const connection = await connect({ servers: this.url, reconnect: false, ...options });
    this.#connections.push(connection);
    return connection;
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) await connection.close();
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** How the broker takes a subscription: what it refuses, or 'allowed'. Collects what arrives. */
export async function listen(
  connection: NatsConnection,
  subject: string,
  heard: string[] = [],
): Promise<string> {
  let refusal = 'allowed';
  connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) refusal = error.message;
      else heard.push(message.subject);
    },
  });
  await connection.flush();
  return refusal;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
