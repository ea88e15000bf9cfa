/** A real nats-server that can be killed and comes back on the same port and store. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { obtainServer } from '../../src/nats/server-binary.js';
import { freePort } from '../free-port.js';
import { cacheDir } from './place.js';
import { slowDown } from './slow-disk.js';

const maxPayloadBytes = 8 * 1024 * 1024;

export class BrokerProcess {
  readonly url: string;
  readonly #program: string;
  readonly #configuration: string;
  #child: ChildProcess | undefined;
  #revival: Promise<void> = Promise.resolve();

  private constructor(program: string, configuration: string, port: number) {
    this.#program = program;
    this.#configuration = configuration;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async start(folder: string): Promise<BrokerProcess> {
    await mkdir(folder, { recursive: true });
    const port = await freePort();
    const configuration = join(folder, 'nats.conf');
    const store = `jetstream { store_dir: "${join(folder, 'store')}" }`;
    await writeFile(
      configuration,
      `host: 127.0.0.1\nport: ${port}\nmax_payload: ${maxPayloadBytes}\n${store}\n`,
    );
    const program = await obtainServer(cacheDir);
    if (!program.ok) throw new Error(program.error);
    const broker = new BrokerProcess(program.value.path, configuration, port);
    await broker.revive();
    return broker;
  }

  /** Starts it (again); resolves when it takes connections. */
  async revive(): Promise<void> {
    const child = spawn(this.#program, ['--config', this.#configuration], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk: Buffer) => {
        said = `${said}${chunk.toString()}`.slice(-20_000);
        if (said.includes('Server is ready')) resolve();
      });
      child.once('exit', () => reject(new Error(`nats-server ended:\n${said}`)));
    });
  }

  /** One after the other, should the next death come before it is up again. */
  killAndRevive(downMs: number): Promise<void> {
    this.#revival = this.#revival.then(async () => {
      await this.kill('SIGKILL');
      await sleep(downMs);
      await this.revive();
    });
    return this.#revival;
  }

  /** Resolves when its disk is as fast as before, or the process gone. */
  async slowDown(slowMs: number): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null)
      await slowDown(this.#child, slowMs);
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** The judge's own connection, which outlives the broker's deaths. */
  connect(): Promise<NatsConnection> {
    return connect({ servers: this.url, name: 'judge', maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  }
}
