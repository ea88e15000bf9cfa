/** The log while everything happens at once, in an order that fast-check draws and prints where it fails. */
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OrderedLog, openClaimsLog } from '../../src/nats/claims-log.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import type { NatsLink } from '../../src/nats/connection.js';
import { type Jetstream, linkTo, startJetstream, until } from './jetstream-fixture.js';

let js: Jetstream;
let reader: NatsLink;
/** Asks again soon: a broker that was killed answers nothing. */
let manager: JetStreamManager;
let publisher: ConfirmedPublisher;
let runs = 0;

beforeEach(async () => {
  js = await startJetstream();
  reader = await linkTo(js.broker.url);
  manager = await jetstreamManager(js.link.connection);
  publisher = new ConfirmedPublisher({ link: js.link, retryMs: 500 });
});
afterEach(async () => {
  publisher.close();
  await reader.close();
  await js.stop();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('settle' as const), count: fc.integer({ min: 1, max: 80 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('freeze' as const), ms: fc.integer({ min: 1, max: 200 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 150 }) }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Ids published by the steps so far. */
async function happen(steps: readonly Step[], from: string): Promise<string[]> {
  const published: string[] = [];
  const confirmations: Promise<unknown>[] = [];
  for (const one of steps) {
    if (one.do === 'settle') {
      for (let i = 0; i < one.count; i++) {
        const id = `${from}-${published.length}`;
        published.push(id);
        const headers = { 'Nats-Msg-Id': id };
        const data = Buffer.from(id);
        confirmations.push(publisher.publish({ subject: 'claimgate.settle.H1', data, headers }));
      }
    } else if (one.do === 'kill') signal('SIGKILL');
    else if (one.do === 'freeze') await freeze(one.ms);
    else if (one.do === 'forget') await forgetConsumers();
    else await pause(one.ms);
    await until(() => js.link.connected);
  }
  await Promise.all(confirmations);
  return published;
}

async function freeze(ms: number): Promise<void> {
  signal('SIGSTOP');
  await pause(ms);
  signal('SIGCONT');
}

/** To the broker that runs now; where it has just been killed, to nobody. */
function signal(name: NodeJS.Signals): void {
  try {
    process.kill(js.broker.broker.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function forgetConsumers(): Promise<void> {
  // The broker may be away: then it forgets them without our help.
  const consumers = await manager.consumers
    .list('CLAIMS')
    .next()
    .catch(() => []);
  for (const { name } of consumers) await manager.consumers.delete('CLAIMS', name).catch(() => {});
}

/** Asked until it answers: the run before may have ended with a kill. */
async function lastSequence(): Promise<number> {
  let last: number | null = null;
  await until(async () => {
    last = js.link.connected ? await streamEnd() : null;
    return last !== null;
  });
  return last ?? 0;
}

async function streamEnd(): Promise<number | null> {
  try {
    return (await manager.streams.info('CLAIMS')).state.last_seq;
  } catch {
    return null;
  }
}

async function readAll(log: OrderedLog, most: number, taken: { seq: number; body: string }[]): Promise<void> {
  for (;;) {
    const messages = await log.take(most, 300);
    if (messages.length === 0) return;
    taken.push(...messages.map(({ seq, data }) => ({ seq, body: Buffer.from(data).toString() })));
  }
}

test('every message is taken once, in the order of the stream', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 12 }),
      fc.integer({ min: 1, max: 50 }),
      async (steps, most) => {
        runs += 1;
        const before = await lastSequence();
        const after = { seq: before, streamMs: null };
        const log = openClaimsLog({
          link: reader,
          after,
          streamCreated: null,
          window: { messages: 40, bytes: 2_000 },
        });
        const publishing = happen(steps, `run${runs}`);
        const taken: { seq: number; body: string }[] = [];
        const reading = readAll(log, most, taken);
        const published = await publishing;
        await until(() => taken.length >= published.length);
        // What would come twice has time to come.
        await pause(50);
        await log.close();
        await reading;
        expect(taken.map(({ seq }) => seq)).toEqual(published.map((_, i) => before + 1 + i));
        expect(taken.map(({ body }) => body)).toEqual(published);
      },
    ),
    { numRuns: 5, endOnFailure: true },
  );
});
