/** Worker threads of the decider die with messages in hand: nobody notices but the log. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawSeed } from '../judge/seed.js';
import { deliveriesOf } from './events.js';
import { TwoNodes, until } from './two-nodes.js';

const seed = drawSeed();
/** Further ones where no thread has been caught at its work so far: on a fast machine it mostly waits. */
const rounds = { least: 6, most: 40 };
/** Sales that come back as messages of their own count as events: hardly half of them are deliveries. */
const eventsPerRound = 200;

let two: TwoNodes;

beforeAll(async () => {
  two = await TwoNodes.start(3_000);
});

afterAll(() => two.stop());

test(`messages whose thread died are decided all the same, once (seed ${seed})`, async () => {
  const events = rounds.most * eventsPerRound;
  const deliveries = deliveriesOf({ seed, events, todayMs: Date.now() });
  const each = Math.floor(deliveries.length / rounds.most);
  let last = 0;
  let lost = 0;
  for (let round = 0; round < rounds.least || (lost === 0 && round < rounds.most); round++) {
    const { decider } = await two.roles();
    await until(`${decider.name} is ready`, () => decider.ready());
    decider.loseWorkers();
    if (round >= rounds.least) {
      // What it answers now comes after the signal; and then it has much to do at once.
      await until(`${decider.name} has heard`, () => decider.ready());
      decider.signal('SIGSTOP');
    }
    last = await two.send(deliveries.slice(round * each, (round + 1) * each));
    decider.signal('SIGCONT');
    await two.untilDecided(last);
    lost = Math.max(...(await Promise.all(two.nodes.map((node) => node.workersLostAtWork()))));
  }
  await two.untilSettled();
  expect(lost).toBeGreaterThan(0);
  expect(await two.judge()).toEqual([]);
});
