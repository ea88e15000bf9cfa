/** A broker and two nodes for a story that is told step by step, each step waiting for what the one before has done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import { BrokerProcess } from './broker-process.js';
import { check } from './checker.js';
import { claimSequence, type Disagreement } from './entries.js';
import type { Delivery } from './events.js';
import { NodeProcess } from './node-process.js';
import { lastSequence, Meanings, readStream } from './streams.js';

export class TwoNodes {
  readonly broker: BrokerProcess;
  readonly nodes: readonly [NodeProcess, NodeProcess];
  readonly connection: NatsConnection;
  readonly #folder: string;
  readonly #sent: Delivery[] = [];

  private constructor(folder: string, broker: BrokerProcess, connection: NatsConnection, leaseMs: number) {
    this.#folder = folder;
    this.broker = broker;
    this.connection = connection;
    const settings = { CLAIMGATE_LEASE_MS: String(leaseMs) };
    this.nodes = [
      new NodeProcess('node-0', folder, broker.url, settings),
      new NodeProcess('node-1', folder, broker.url, settings),
    ];
  }

  /** Both are ready. The broker forgets message ids at once, so that what is published twice is there twice. */
  static async start(leaseMs: number): Promise<TwoNodes> {
    const folder = await mkdtemp(join(tmpdir(), 'claimgate-two-nodes-'));
    const broker = await BrokerProcess.start(join(folder, 'broker'));
    const two = new TwoNodes(folder, broker, await broker.connect(), leaseMs);
    for (const node of two.nodes) node.start();
    for (const node of two.nodes) await until(`${node.name} is ready`, () => node.ready());
    const manager = await jetstreamManager(two.connection);
    await manager.streams.update('DECISIONS', { duplicate_window: nanos(100) });
    return two;
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) {
      node.signal('SIGCONT');
      await node.end('SIGKILL');
    }
    await this.connection.close();
    await this.broker.kill('SIGKILL');
    await rm(this.#folder, { recursive: true });
  }

  /** The node that holds the lease, and the other; waits until one does. */
  async roles(): Promise<{ readonly decider: NodeProcess; readonly other: NodeProcess }> {
    const bucket = await new Kvm(jetstream(this.connection, { timeout: patienceMs })).open('claimgate-lease');
    const [first, second] = this.nodes;
    for (;;) {
      const holder = (await bucket.get('decider'))?.string() ?? '';
      const isOf = ({ pid, running }: NodeProcess) => running && holder.includes(`-${pid}-`);
      if (isOf(first)) return { decider: first, other: second };
      if (isOf(second)) return { decider: second, other: first };
      await sleep(50);
    }
  }

  /** Stores them in CLAIMS, one after the other; returns the sequence of the last. */
  async send(deliveries: readonly Delivery[]): Promise<number> {
    const stream = jetstream(this.connection, { timeout: patienceMs });
    let last = 0;
    for (const { institution, body } of deliveries) {
      last = (await stream.publish(`claimgate.settle.${institution}`, body)).seq;
    }
    this.#sent.push(...deliveries);
    return last;
  }

  /** Until the broker has sent all of CLAIMS to whoever reads it. */
  async untilSent(): Promise<void> {
    const { consumers } = await jetstreamManager(this.connection);
    const isSent = async () => (await consumers.list('CLAIMS').next()).every((one) => one.num_pending === 0);
    await until('the broker has sent all of CLAIMS', isSent);
  }

  /** Sequences in CLAIMS of which DECISIONS speaks, in the order of DECISIONS. */
  async decided(): Promise<readonly number[]> {
    return (await readStream(this.connection, 'DECISIONS')).map(claimSequence);
  }

  /** Until DECISIONS has an entry for this message of CLAIMS. */
  async untilDecided(sequence: number): Promise<void> {
    await until(`message ${sequence} is decided`, async () => (await this.decided()).includes(sequence));
  }

  /** Until the node remembers everything up to this message; what a message was taken apart into stands behind it. */
  async untilAt(node: NodeProcess, sequence: number): Promise<void> {
    const isThere = async () => (await node.export()).position >= sequence;
    await until(`${node.name} remembers everything up to message ${sequence}`, isThere);
  }

  /** Until every message of CLAIMS has its entry, those that others were taken apart into too, and all nodes know. */
  async untilSettled(): Promise<void> {
    await until('everything is decided, and remembered by all', async () => {
      const decided = new Set(await this.decided());
      const last = await lastSequence(this.connection, 'CLAIMS');
      if (!Array.from({ length: last }, (_, i) => i + 1).every((sequence) => decided.has(sequence)))
        return false;
      const exports = await Promise.all(this.nodes.map((node) => node.export()));
      return exports.every(({ position }) => position === last);
    });
  }

  /** What model, streams and nodes disagree about. */
  async judge(): Promise<readonly Disagreement[]> {
    const messages = new Meanings(this.#sent).messages(await readStream(this.connection, 'CLAIMS'));
    const decisions = await readStream(this.connection, 'DECISIONS');
    const deadLetters = await readStream(this.connection, 'DEADLETTER');
    const exports = await Promise.all(this.nodes.map((node) => node.export()));
    return check({ messages, decisions, deadLetters, exports });
  }
}

const patienceMs = 120_000;

/** Rejects with what never came to be. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  // A broker or a node that is just getting up refuses; asked again.
  while (!(await holds().catch(() => false))) {
    if (performance.now() - startedMs > patienceMs) throw new Error(`it never came to be that ${what}`);
    await sleep(100);
  }
}
