/** Who decides, where a node cannot: the durable path of two nodes on a real broker and real stores. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../src/base/clock.js';
import { ok } from '../src/base/result.js';
import { DurablePath } from '../src/durable.js';
import { HistoryStore, HistoryWriteError } from '../src/history/store.js';
import { deciderLease, leaseHolder } from '../src/nats/lease.js';
import { createDurableEvents } from '../src/ops/durable-events.js';
import { Readiness } from '../src/ops/health.js';
import { createLogger } from '../src/ops/logger.js';
import { Metrics } from '../src/ops/metrics.js';
import { decideBatch } from '../workers/decide-batch.js';
import { entriesOf, institution, settlementOf } from './ingress/lane-fixture.js';
import { type Jetstream, settle, startJetstream, until } from './nats/jetstream-fixture.js';
import { findsItemX, loadedOf, newProgress } from './workers/fixtures/rulesets.js';

/** A node whose disk can be full. */
class DurableNode {
  readonly store: HistoryStore;
  readonly readiness = new Readiness();
  readonly lost: string[] = [];
  isFull = false;
  readonly #path: DurablePath;

  private constructor(js: Jetstream, store: HistoryStore) {
    this.store = store;
    this.readiness.clear('starting');
    const logger = createLogger({ level: 'error', readable: false, sink: { write: () => {} } });
    const loaded = loadedOf(findsItemX);
    this.#path = new DurablePath({
      link: js.link,
      store: this.#onDisk(store),
      batcher: {
        decide: async (batch) => ok(decideBatch(batch, store.reader(), loaded, newProgress(), systemClock)),
      },
      readiness: this.readiness,
      mayDecide: Promise.resolve(),
      events: {
        ...createDurableEvents(logger, new Metrics([1, 1])),
        leaseTurned: (held, why) => void (held || this.lost.push(why)),
      },
      watchdogMs: 10_000,
      replicas: 1,
      // Long enough to be renewed in time, on a busy machine too.
      leaseMs: 20_000,
      publishPatienceMs: 1_000,
    });
  }

  static async start(js: Jetstream, folder: string): Promise<DurableNode> {
    const opened = await HistoryStore.open(folder);
    if (!opened.ok) throw new Error(opened.error);
    return new DurableNode(js, opened.value);
  }

  get at(): number {
    return this.store.position()?.committed ?? 0;
  }

  async stop(): Promise<void> {
    await this.#path.stop();
    await this.store.close();
  }

  #onDisk(store: HistoryStore): HistoryStore {
    const full = async () => {
      throw new HistoryWriteError('disk-full', 'There is no room left on the disk for the history.');
    };
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'commit' && this.isFull) return full;
        if (name === 'canWrite' && this.isFull) return async () => false;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

let js: Jetstream;
let folder = '';
let nodes: DurableNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-durable-'));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string): Promise<DurableNode> {
  const node = await DurableNode.start(js, join(folder, name));
  nodes.push(node);
  return node;
}

const holder = () => leaseHolder(js.link, deciderLease);

test('a decider whose disk is full leaves deciding to the other, and takes it up again when it can write', async () => {
  const first = await start('a');
  await until(async () => (await holder()) !== null);
  const second = await start('b');
  await untilBothAt(first, second, settlementOf('E1'));
  expect([first.lost, second.lost]).toEqual([[], []]);

  first.isFull = true;
  const last = await settle(js.link, settlementOf('E2'), institution);
  await until(() => second.at === last);
  expect(first.lost).toEqual(['given-up']);
  await expect.poll(() => first.readiness.reasons).toEqual(['history']);

  first.isFull = false;
  await until(() => first.at === last);
  await expect.poll(() => first.readiness.reasons).toEqual([]);
  second.isFull = true;
  await settle(js.link, settlementOf('E3'), institution);
  await until(() => first.at === 3);
  second.isFull = false;
  await until(() => second.at === 3);
  const sequences = (await entriesOf(js.link)).map((entry) => entry.header('Claimgate-Sequence'));
  expect(sequences).toEqual(['1', '2', '3']);
  expect(second.store.digest()).toBe(first.store.digest());
});

async function untilBothAt(first: DurableNode, second: DurableNode, body: Uint8Array): Promise<void> {
  const seq = await settle(js.link, body, institution);
  await until(() => first.at === seq && second.at === seq);
}

test('a node that stands before another stream than it knew leaves deciding to the other', async () => {
  const first = await start('a');
  await until(async () => (await holder()) !== null);
  const seq = await settle(js.link, settlementOf('E1'), institution);
  await until(() => first.at === seq);
  const position = first.store.position();
  await first.stop();
  nodes = [];
  // Of a node that knows another stream.
  const opened = await HistoryStore.open(join(folder, 'a'));
  if (!opened.ok || position === null) throw new Error('the first node has taken something in');
  await opened.value.rebind('2020-01-01T00:00:00Z', 1, { decisions: position.decisions });
  await opened.value.close();

  const halted = await start('a');
  await until(() => halted.readiness.reasons.includes('stream-behind-state'));
  const other = await start('b');
  const last = await settle(js.link, settlementOf('E2'), institution);
  await until(() => other.at === last);
});
