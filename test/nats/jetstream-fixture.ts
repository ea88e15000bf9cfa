/** A real broker with our streams, and ways to do to it what happens to brokers. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Result } from '../../src/base/result.js';
import { NatsLink } from '../../src/nats/connection.js';
import { type EmbeddedBroker, startBroker } from '../../src/nats/embedded.js';
import type { LogMessage } from '../../src/nats/ordered-log.js';
import { storedMessage } from '../../src/nats/stored-message.js';
import { ensureStreams } from '../../src/nats/streams.js';
import { maxPayloadBytes, serverProgram, startTestBroker, type TestBroker } from './broker-fixture.js';

export interface Jetstream {
  readonly broker: TestBroker;
  readonly link: NatsLink;
  /** Operator's access. */
  readonly manager: JetStreamManager;
  /** Brokers that took the first one's place. */
  readonly revived: EmbeddedBroker[];
  stop(): Promise<void>;
}

export async function startJetstream(): Promise<Jetstream> {
  const broker = await startTestBroker();
  const link = await linkTo(broker.url);
  const made = await ensureStreams(link, { replicas: 1 });
  if (!made.ok) throw new Error(made.error.problems.join('; '));
  // A busy broker may take its time.
  const manager = await jetstreamManager(link.connection, { timeout: 60_000 });
  const revived: EmbeddedBroker[] = [];
  return {
    broker,
    link,
    manager,
    revived,
    stop: async () => {
      await link.close();
      for (const one of revived) await one.stop();
      await broker.stop();
    },
  };
}

export async function linkTo(url: string): Promise<NatsLink> {
  const link = new NatsLink({ url, name: 'test' });
  const up = await link.up();
  if (!up.ok) throw new Error(up.error);
  return link;
}

/** Kills the broker without warning; resolves when the links to it are up again, on the same store. */
export async function killBroker({ broker }: Jetstream, ...links: readonly NatsLink[]): Promise<void> {
  const gone = links.map((link) => until(() => !link.connected));
  process.kill(broker.broker.pid, 'SIGKILL');
  await Promise.all(gone);
  await Promise.all(links.map((link) => until(() => link.connected)));
}

/** Stops the process; resolves when none of its threads runs: on a busy machine they still answer for a moment. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await until(async () => {
    const threads = await readdir(`/proc/${pid}/task`);
    const statuses = threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8'));
    return (await Promise.all(statuses)).every((status) => /^State:\tT/m.test(status));
  });
}

/** What the broker has stored, as it is at one moment: while it runs, files come and go under whoever copies them. */
export async function copyStore({ broker }: Jetstream, to: string): Promise<void> {
  const { pid } = broker.broker;
  await freeze(pid);
  await cp(join(broker.folder, 'jetstream'), to, { recursive: true });
  process.kill(pid, 'SIGCONT');
}

/** As `storedMessage`; asked again where a busy broker takes longer than one question waits. */
export async function storedInTime(
  link: NatsLink,
  stream: string,
  seq: number,
): Promise<Result<LogMessage | null, string>> {
  let found = await storedMessage(link, stream, seq);
  while (!found.ok && found.error === 'timeout') found = await storedMessage(link, stream, seq);
  return found;
}

/** Has the broker forget everything since the store was copied, as a power cut may; `link` is up again then. */
export async function loseTail(js: Jetstream, link: NatsLink, copy: string): Promise<void> {
  const { broker } = js;
  await broker.broker.stop();
  await until(() => !link.connected);
  const store = join(broker.folder, 'jetstream');
  await rm(store, { recursive: true });
  await cp(copy, store, { recursive: true });
  const options = { program: await serverProgram(), folder: broker.folder, maxPayloadBytes };
  const again = await startBroker(options);
  if (!again.ok) throw new Error(again.error);
  js.revived.push(again.value);
  await until(() => link.connected);
}

/** Stores a body as a hospital would and returns its sequence. */
export async function settle(link: NatsLink, body: string | Uint8Array, institution = 'H1'): Promise<number> {
  const reply = await link.request(`claimgate.settle.${institution}`, Buffer.from(body), {
    timeoutMs: 60_000,
  });
  if (!reply.ok) throw new Error(reply.error);
  const answer = JSON.parse(Buffer.from(reply.value.data).toString()) as {
    readonly seq: number;
    readonly error?: { readonly description: string };
  };
  if (answer.error !== undefined) throw new Error(answer.error.description);
  return answer.seq;
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
