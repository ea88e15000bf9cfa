/**
 * A decider that dies and wakes at the worst moment: it has committed what it decided, the broker goes away before it
 * can say so, and it is frozen. The other takes over and decides the same and more. Then it wakes, and what it had to
 * say stands in DECISIONS behind what it does not know yet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawSeed } from '../judge/seed.js';
import { deliveriesOf } from './events.js';
import { lastSequence } from './streams.js';
import { TwoNodes, until } from './two-nodes.js';

const seed = drawSeed();
/** Long enough for the decider to commit in time what reached it before the broker died, on a busy machine too. */
const leaseMs = 15_000;

let two: TwoNodes;

beforeAll(async () => {
  two = await TwoNodes.start(leaseMs);
});

afterAll(() => two.stop());

test(`a decider that publishes late still follows what was decided meanwhile (seed ${seed})`, async () => {
  const deliveries = deliveriesOf({ seed, events: 90, todayMs: Date.now() });
  const each = Math.floor(deliveries.length / 4);
  const part = (i: number) => deliveries.slice(i * each, i === 3 ? undefined : (i + 1) * each);
  const { decider, other } = await two.roles();
  const first = await two.send(part(0));
  await two.untilDecided(first);

  // The messages wait in the decider's socket; nobody but the broker's death comes after them.
  decider.signal('SIGSTOP');
  const committed = await two.send(part(1));
  await two.untilSent();
  await sleep(300);
  await two.broker.kill('SIGKILL');
  decider.signal('SIGCONT');
  await two.untilAt(decider, committed);
  decider.signal('SIGSTOP');

  await two.broker.revive();
  // More where the other has been quick to take messages of several sales apart.
  await until('the broker has its streams', async () => {
    return (await lastSequence(two.connection, 'CLAIMS')) >= committed;
  });
  const meanwhile = await two.send(part(2));
  await two.untilDecided(meanwhile);
  await two.untilAt(other, meanwhile);

  decider.signal('SIGCONT');
  await until('the late entries stand behind the later ones', async () => {
    const decided = await two.decided();
    return decided.lastIndexOf(committed) > decided.indexOf(meanwhile);
  });
  await two.untilAt(decider, meanwhile);

  await decider.end('SIGKILL');
  decider.start();
  const last = await two.send(part(3));
  await two.untilDecided(last);
  await two.untilSettled();
  expect(await two.judge()).toEqual([]);
});
