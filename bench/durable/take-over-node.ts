/** One of two nodes: a service process that comes back after its death with the same data at the same address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { deciderLease } from '../../src/nats/lease.js';
import { endProcess, freePort, isReady } from '../load/service-under-test.js';
import { underTest } from './settle-run.js';
import type { Kill } from './take-over-judge.js';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export class TakeOverNode {
  readonly url: string;
  readonly #dataDir: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #words = '';

  private constructor(natsUrl: string, dataDir: string, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#dataDir = dataDir;
    this.#environment = {
      ...process.env,
      ...underTest,
      NATS_URL: natsUrl,
      CLAIMGATE_HTTP_PORT: String(port),
      CLAIMGATE_DATA_DIR: dataDir,
    };
  }

  static async make(natsUrl: string): Promise<TakeOverNode> {
    const dataDir = await mkdtemp(join(tmpdir(), 'claimgate-bench-data-'));
    return new TakeOverNode(natsUrl, dataDir, await freePort());
  }

  /** Throws with its last words where it ends before it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [program, 'serve'], {
      env: this.#environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#words = (this.#words + chunk.toString()).slice(-4_000);
    });
    while (!(await isReady(this.url))) {
      if (child.exitCode !== null) throw new Error(`a node did not get ready\n${this.#words}`);
      await sleep(20);
    }
  }

  async kill(): Promise<Kill> {
    const child = this.#child;
    if (child === undefined) throw new Error('nothing was started');
    const gone = once(child, 'exit');
    const fromMs = Date.now();
    child.kill('SIGKILL');
    await gone;
    return { fromMs, goneMs: Date.now() };
  }

  async remove(): Promise<void> {
    if (this.#child !== undefined) await endProcess(this.#child);
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  /** Whether the lease is held under this process's name. */
  holds(holder: string): boolean {
    return holder.includes(`-${this.#child?.pid}-`);
  }
}

/** The node that decides now; waits until one does. */
export async function deciderOf(
  nodes: readonly TakeOverNode[],
  connection: NatsConnection,
): Promise<TakeOverNode> {
  const bucket = await new Kvm(connection).open(deciderLease.bucket);
  for (;;) {
    const holder = (await bucket.get(deciderLease.key))?.string() ?? '';
    const decider = nodes.find((node) => node.holds(holder));
    if (decider !== undefined) return decider;
    await sleep(20);
  }
}
