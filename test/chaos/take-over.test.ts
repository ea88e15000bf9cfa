/**
 * The decider is killed again and again while settlements flow: the other decides what comes, and whoever asks
 * meanwhile is answered. How soon is measured by `npm run bench:takeover`.
 */
import { headers } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawSeed } from '../judge/seed.js';
import { deliveriesOf } from './events.js';
import { TwoNodes, until } from './two-nodes.js';

const seed = drawSeed();
const kills = 3;

let two: TwoNodes;

beforeAll(async () => {
  two = await TwoNodes.start(3_000);
});

afterAll(() => two.stop());

test(`the other decides and goes on answering (seed ${seed})`, async () => {
  const deliveries = deliveriesOf({ seed, events: 400, todayMs: Date.now() });
  const each = Math.floor(deliveries.length / (kills + 1));
  for (let i = 0; i < kills; i++) {
    const { decider, other } = await two.roles();
    const [, sent] = await Promise.all([
      decider.end('SIGKILL'),
      two.send(deliveries.slice(i * each, (i + 1) * each)),
    ]);
    // Nobody holds the lease yet.
    expect(inDoubt(await screenings(20))).toEqual([]);
    await two.untilDecided(sent);
    expect((await two.roles()).decider).toBe(other);
    decider.start();
    await until(`${decider.name} is back`, () => decider.ready());
  }
  const last = await two.send(deliveries.slice(kills * each));
  await two.untilDecided(last);
  await two.untilSettled();
  expect(await two.judge()).toEqual([]);
});

/**
 * What was not answered. A single one may have been given to the node that was killed, by a broker that had not heard of
 * its end; while that one was waited for, it has.
 */
function inDoubt(answers: readonly string[]): readonly string[] {
  const others = answers.filter((answer) => answer !== 'answered');
  return others.length === 1 && others[0] === 'TimeoutError: timeout' ? [] : others;
}

/** Advisory requests, one after the other, none of them repeated. */
async function screenings(count: number): Promise<readonly string[]> {
  const fields = headers();
  fields.set('Content-Type', 'application/json');
  const claim = { patient: { id: '350100196204090001' }, lines: [] };
  const answers: string[] = [];
  for (let i = 0; i < count; i++) {
    const options = { timeout: 20_000, headers: fields };
    const asked = two.connection.request('claimgate.screen.H35010200417', JSON.stringify(claim), options);
    answers.push(
      await asked.then(
        ({ headers: said }) => (said?.has('Claimgate-Status') === true ? 'answered' : 'something else'),
        (error: unknown) => String(error),
      ),
    );
  }
  return answers;
}
