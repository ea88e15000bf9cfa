/** The batcher on a real pool; the worker is a fixture that does what the bodies say. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { forAll } from '../../src/ruleset/release/in-force.js';
import { type Answer, Batcher, type BatcherSettings } from '../../src/screening/batcher.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { type PoolSettings, ScreeningPool } from '../../src/screening/pool.js';
import type { Envelope } from '../../src/screening/protocol.js';
import {
  artifactOf,
  batcherSettings,
  envelopeUntil,
  type Happening,
  poolSettings,
  rememberingEvents,
  until,
} from './fixtures/settings.js';

interface Stand {
  readonly batcher: Batcher;
  readonly pool: ScreeningPool;
  readonly happened: Happening[];
  /** Lets every thread that obeys "wait" go on. */
  readonly go: () => void;
  readonly screen: (command: string, budgetMs?: number) => Promise<Answer>;
}

const running: Stand[] = [];
afterEach(async () => {
  for (const { batcher, pool, go } of running.splice(0)) {
    go();
    await batcher.stop(0);
    await pool.stop();
  }
});

async function stand(
  changes: Partial<BatcherSettings> = {},
  poolChanges: Partial<PoolSettings> = {},
): Promise<Stand> {
  const shared = new SharedArrayBuffer(12);
  const switches = new Int32Array(shared);
  const worker = { ...poolSettings.worker, switches: shared };
  const { events, happened } = rememberingEvents();
  const settings = { ...poolSettings, worker, ...poolChanges };
  const pool = await ScreeningPool.start(artifactOf('sha256:one'), settings, events);
  if (!pool.ok) throw new Error(pool.error);
  const batcher = new Batcher(pool.value, { ...batcherSettings, ...changes }, events, systemClock);
  const made: Stand = {
    batcher,
    pool: pool.value,
    happened,
    go: () => {
      Atomics.store(switches, 2, 1);
      Atomics.notify(switches, 2);
    },
    screen: (command, budgetMs = 200_000) =>
      batcher.screen(Buffer.from(command), envelopeUntil(systemClock.tickMs() + budgetMs)),
  };
  running.push(made);
  return made;
}

const textOf = ({ bytes }: Answer) => Buffer.from(bytes).toString();
const causeOf = ({ outcome }: Answer) => outcome.cause;
const batchSizes = (happened: readonly Happening[]) =>
  happened.flatMap(({ name, what }) => (name === 'batchScreened' ? [(what as { size: number }).size] : []));
const count = (happened: readonly Happening[], wanted: string) =>
  happened.filter(({ name }) => name === wanted).length;
/** Occupies both threads, so that whatever comes next has to queue. */
async function occupyAll({ screen, pool }: Stand): Promise<Promise<Answer>[]> {
  const first = screen('wait');
  await until(() => pool.counts().busy === 1);
  const second = screen('wait');
  await until(() => pool.counts().busy === 2);
  return [first, second];
}

describe('batches', () => {
  test('a lone claim goes out at once, alone', async () => {
    const { screen, happened } = await stand();
    expect(textOf(await screen('lone'))).toBe('lone');
    expect(batchSizes(happened)).toEqual([1]);
  });

  test('claims of the same moment share a batch, each answered with its own answer', async () => {
    const { screen, happened } = await stand();
    const answers = await Promise.all(['a', 'bb', 'ccc'].map((body) => screen(body)));
    expect(answers.map(textOf)).toEqual(['a', 'bb', 'ccc']);
    expect(batchSizes(happened)).toEqual([3]);
  });

  test('what queues while all threads are busy goes out in order, capped by count', async () => {
    const made = await stand({ batchClaims: 4 });
    const waiting = await occupyAll(made);
    const order: string[] = [];
    const queued = [...'abcdef'].map((body) =>
      made.screen(body).then((answer) => {
        order.push(textOf(answer));
      }),
    );
    expect(made.batcher.queued.claims).toBe(6);
    made.go();
    await Promise.all([...queued, ...waiting]);
    // Two threads take the two batches, so only the order within a batch is the batcher's.
    const within = (batch: string) => order.filter((body) => batch.includes(body)).join('');
    expect([within('abcd'), within('ef')]).toEqual(['abcd', 'ef']);
    expect(batchSizes(made.happened).toSorted()).toEqual([1, 1, 2, 4]);
  });

  test('of many that wait, a batch leaves most for the next ones', async () => {
    const made = await stand();
    const waiting = await occupyAll(made);
    const queued = Array.from({ length: 62 }, () => made.screen('x'));
    made.go();
    await Promise.all([...queued, ...waiting]);
    const sizes = batchSizes(made.happened);
    // A quarter of those without an answer, among them one or two that occupied the threads; never less than eight.
    expect(Math.max(...sizes)).toBe(16);
    expect(sizes.length).toBeLessThanOrEqual(2 + Math.ceil(62 / 8));
  });

  test('the spare thread stands by while a batch is in time', async () => {
    const made = await stand({ turns: { atOnce: 1, lateAfterMs: 60_000 } });
    const first = made.screen('wait');
    await until(() => made.pool.counts().busy === 1);
    const second = made.screen('second');
    await new Promise((resolve) => setImmediate(resolve));
    expect([made.pool.counts().busy, made.batcher.queued.claims]).toEqual([1, 1]);
    made.go();
    expect((await Promise.all([first, second])).map(textOf)).toEqual(['wait', 'second']);
  });

  test('the spare thread helps out when a batch is late', async () => {
    const { screen, pool, go } = await stand({ turns: { atOnce: 1, lateAfterMs: 20 } });
    const first = screen('wait');
    await until(() => pool.counts().busy === 1);
    expect(textOf(await screen('second'))).toBe('second');
    go();
    expect(textOf(await first)).toBe('wait');
  });

  test('there is leisure while nothing waits and fewer batches run than may', async () => {
    const made = await stand({ turns: { atOnce: 1, lateAfterMs: 20 } });
    expect(made.batcher.hasLeisure).toBe(true);
    const first = made.screen('wait');
    expect(made.batcher.hasLeisure).toBe(false);
    await until(() => made.pool.counts().busy === 1);
    // Late, so that another may run; the core is still taken.
    await made.screen('second');
    expect(made.batcher.hasLeisure).toBe(false);
    made.go();
    await first;
    expect(made.batcher.hasLeisure).toBe(true);
  });

  test('a batch is capped by bytes, and a larger body travels alone', async () => {
    const made = await stand({ batchBytes: 10 });
    const waiting = await occupyAll(made);
    const bodies = ['x'.repeat(6), 'y'.repeat(4), 'z'.repeat(20), 'u'];
    const queued = bodies.map((body) => made.screen(body));
    made.go();
    expect((await Promise.all(queued)).map(textOf)).toEqual(bodies);
    await Promise.all(waiting);
    expect(batchSizes(made.happened).toSorted()).toEqual([1, 1, 1, 1, 2]);
  });

  test('bodies that are views on one shared buffer stay usable', async () => {
    const { batcher } = await stand();
    const chunk = Buffer.from('onetwo');
    const envelope = envelopeUntil(systemClock.tickMs() + 60_000);
    const answers = await Promise.all([
      batcher.screen(chunk.subarray(0, 3), envelope),
      batcher.screen(chunk.subarray(3), envelope),
    ]);
    expect(answers.map(textOf)).toEqual(['one', 'two']);
    expect(chunk.toString()).toBe('onetwo');
  });
});

describe('limits', () => {
  test('a queue full of claims answers overload at once, in the format of the body', async () => {
    const made = await stand({ queue: { claims: 2, bytes: 1_000 } });
    const waiting = await occupyAll(made);
    const queued = [made.screen('a'), made.screen('b')];
    const { outcome } = await made.screen('{"infno":"3101"}');
    expect([outcome.status, outcome.cause, outcome.format]).toEqual([
      'not_screened',
      'overload',
      'nhsa-json',
    ]);
    expect(count(made.happened, 'overloaded')).toBe(1);
    made.go();
    expect((await Promise.all([...queued, ...waiting])).map(causeOf)).toEqual([null, null, null, null]);
  });

  test('a queue full of bytes answers overload at once', async () => {
    const made = await stand({ queue: { claims: 1_000, bytes: 10 } });
    const waiting = await occupyAll(made);
    const queued = made.screen('x'.repeat(8));
    expect(causeOf(await made.screen('y'.repeat(3)))).toBe('overload');
    expect(made.batcher.queued).toEqual({ claims: 1, bytes: 8 });
    made.go();
    await Promise.all([queued, ...waiting]);
  });

  test('a queue that is longer than the budget answers overload at once', async () => {
    const made = await stand();
    await made.screen('slow');
    const waiting = await occupyAll(made);
    // An empty queue takes any claim; behind one that takes 100 ms there is room for patient ones only.
    const first = made.screen('a', 30_000);
    expect(causeOf(await made.screen('b', 5))).toBe('overload');
    const patient = made.screen('c', 30_000);
    made.go();
    expect((await Promise.all([first, patient, ...waiting])).map(causeOf)).toEqual([null, null, null, null]);
  });

  test('a claim whose budget ends in the queue is answered without waiting for a thread', async () => {
    const made = await stand();
    const waiting = await occupyAll(made);
    // Both threads stay occupied until after this answer.
    expect(causeOf(await made.screen('late', 20))).toBe('budget');
    expect(made.batcher.queued.claims).toBe(0);
    expect(count(made.happened, 'budgetSpentInQueue')).toBe(1);
    made.go();
    await Promise.all(waiting);
  });

  test('a claim that comes after its deadline is answered the same way', async () => {
    const { screen } = await stand();
    expect(causeOf(await screen('late', -1))).toBe('budget');
  });
});

describe('lost threads', () => {
  test.each(['exit', 'heap', 'throw', 'loop'])(
    '"%s": the others of the batch are answered, the culprit is not screened, and the next claim is',
    async (command) => {
      // The loop takes all of both; in its second run each of the others has one of its own, on a busy machine too.
      const [budgetMs, retryBudgetMs] = command === 'loop' ? [1_500, 5_000] : [200_000, 200_000];
      const { screen, happened } = await stand({ retryBudgetMs });
      const answers = await Promise.all(['a', command, 'c', 'd'].map((body) => screen(body, budgetMs)));
      expect(answers.map(causeOf)).toEqual([null, 'worker', null, null]);
      expect([answers[0], answers[2], answers[3]].map((answer) => answer && textOf(answer))).toEqual([
        'a',
        'c',
        'd',
      ]);
      expect(textOf(answers[1] as Answer)).toContain('first-rule');
      expect(count(happened, 'workerLost')).toBe(2);
      expect(textOf(await screen('next'))).toBe('next');
    },
  );

  test('several culprits in one batch each cost their own screening only', async () => {
    const { screen } = await stand();
    const answers = await Promise.all(['exit 1', 'b', 'exit 2', 'd'].map((body) => screen(body)));
    expect(answers.map(causeOf)).toEqual(['worker', null, 'worker', null]);
  });

  test('a body that was lost twice is answered without running, and others like it are not', async () => {
    const { screen, happened } = await stand();
    await screen('exit 1');
    expect(causeOf(await screen('exit 1'))).toBe('worker');
    expect(count(happened, 'workerLost')).toBe(2);
    expect(count(happened, 'quarantineHit')).toBe(1);
    expect(textOf(await screen('other'))).toBe('other');
  });

  test('a second run has a budget of its own, and no stage of it is over before it begins', async () => {
    const { batcher } = await stand({ retryBudgetMs: 30_000 });
    const receivedMs = systemClock.tickMs();
    const stageDeadlines = { preMs: receivedMs + 60_000, midMs: receivedMs + 1 };
    const sent = envelopeUntil(receivedMs + 60_000, { stageDeadlines });
    const bodies = ['exit', 'envelope'].map((body) => Buffer.from(body));
    const [, answer] = await Promise.all(bodies.map((body) => batcher.screen(body, sent)));
    const seen = JSON.parse(textOf(answer as Answer)) as Envelope;
    expect(seen.stageDeadlines).toBeNull();
    expect(seen.deadlineMs).toBeGreaterThan(receivedMs + 30_000);
  });

  test('claims are answered while a loss is being repaired', async () => {
    const { screen } = await stand();
    const doomed = screen('exit');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => screen(`claim ${i}`)));
    expect(answers.map(causeOf)).toEqual(answers.map(() => null));
    expect(causeOf(await doomed)).toBe('worker');
  });

  test('any mixture of claims and culprits: each claim has one answer, its own', async () => {
    const { screen, batcher } = await stand({ batchClaims: 8 });
    const culprit = fc.constantFrom('exit', 'throw');
    const claims = fc.array(
      fc.oneof({ weight: 9, arbitrary: fc.constant('claim') }, { weight: 1, arbitrary: culprit }),
      {
        maxLength: 40,
      },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(claims, async (commands) => {
        run += 1;
        const bodies = commands.map((command, i) => `${command} ${run}/${i}`);
        const answers = await Promise.all(bodies.map((body) => screen(body)));
        answers.forEach((answer, i) => {
          if (commands[i] === 'claim') expect(textOf(answer)).toBe(bodies[i]);
          else expect(causeOf(answer)).toBe('worker');
        });
        expect(batcher.queued).toEqual({ claims: 0, bytes: 0 });
      }),
      { numRuns: 6 },
    );
  });

  test('a claim that waits too long for its second run is answered without one, naming the rule', async () => {
    const { screen, happened } = await stand({ retryPatienceMs: 0 });
    const answer = await screen('exit');
    expect(causeOf(answer)).toBe('worker');
    expect(textOf(answer)).toContain('first-rule');
    expect(count(happened, 'quarantined')).toBe(0);
  });
});

test('a rule set swap under load loses no claim, and no claim sees the old one afterwards', async () => {
  const { screen, pool, happened } = await stand();
  let swapped = false;
  const swap = pool.load(packArtifact(artifactOf('sha256:two'))).then(() => {
    pool.use(forAll('sha256:two'));
    swapped = true;
  });
  const seen: (string | null)[] = [];
  while (!swapped) {
    const burst = await Promise.all(Array.from({ length: 20 }, (_, i) => screen(`claim ${i}`)));
    seen.push(...burst.map(({ outcome }) => outcome.decisionId));
  }
  await swap;
  seen.push((await screen('after')).outcome.decisionId);
  expect(seen.at(-1)).toBe('sha256:two');
  expect(seen.toSorted()).toEqual(seen);
  expect(count(happened, 'workerLost')).toBe(0);
});

describe('several rule sets in force', () => {
  const from = (institution: string) => envelopeUntil(systemClock.tickMs() + 200_000, { institution });
  const usedFor = ({ outcome }: Answer) => outcome.decisionId;

  async function standWithTwo(changes: Partial<BatcherSettings> = {}): Promise<Stand> {
    const made = await stand(changes);
    await made.pool.load(packArtifact(artifactOf('sha256:two')));
    made.pool.use({ common: 'sha256:one', special: new Map([['H2', 'sha256:two']]) });
    return made;
  }

  test('each claim goes by its institution, and batches are as few as rule sets', async () => {
    const made = await standWithTwo();
    const waiting = await occupyAll(made);
    const institutions = Array.from({ length: 12 }, (_, i) => `H${i % 3}`);
    const queued = institutions.map((one) => made.batcher.screen(Buffer.from(one), from(one)));
    made.go();
    const answers = await Promise.all(queued);
    expect(answers.map(textOf)).toEqual(institutions);
    expect(answers.map(usedFor)).toEqual(
      institutions.map((one) => (one === 'H2' ? 'sha256:two' : 'sha256:one')),
    );
    await Promise.all(waiting);
    expect(batchSizes(made.happened).toSorted()).toEqual([1, 1, 4, 8]);
  });

  test('what runs again goes by its institution too', async () => {
    const { batcher } = await standWithTwo();
    const bodies = ['a', 'exit', 'c'];
    const answers = await Promise.all(bodies.map((body) => batcher.screen(Buffer.from(body), from('H2'))));
    expect(answers.map(causeOf)).toEqual([null, 'worker', null]);
    expect([answers[0], answers[2]].map((answer) => answer && usedFor(answer))).toEqual([
      'sha256:two',
      'sha256:two',
    ]);
  });

  test('threads that come, go and load at any time: every claim is answered, by a rule set that was in force', async () => {
    const made = await standWithTwo();
    const ids = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `sha256:${name}`);
    const used = new Set<string>(['sha256:one', 'sha256:two']);
    let swapping = true;
    const swaps = (async () => {
      for (const id of [...ids, ...ids.toReversed()]) {
        const special = [...made.pool.inForce.special.values()];
        const loaded = await made.pool.load(packArtifact(artifactOf(id)), special);
        if (!loaded.ok) continue;
        used.add(id);
        made.pool.use({ common: id, special: new Map([['H2', made.pool.inForce.common]]) });
      }
      swapping = false;
    })();
    while (swapping) {
      const bodies = Array.from({ length: 20 }, (_, i) => (i === 7 ? `exit ${Math.random()}` : `claim ${i}`));
      const answers = await Promise.all(
        bodies.map((body, i) => made.batcher.screen(Buffer.from(body), from(`H${i % 3}`))),
      );
      answers.forEach((answer, i) => {
        if (i === 7) expect(causeOf(answer)).toBe('worker');
        else expect([textOf(answer), used.has(usedFor(answer) ?? '')]).toEqual([bodies[i], true]);
      });
    }
    await swaps;
  });
});

describe('stop', () => {
  test('answers what is there and refuses what comes', async () => {
    const made = await stand();
    const waiting = await occupyAll(made);
    const queued = made.screen('queued');
    const stopped = made.batcher.stop(60_000);
    expect(causeOf(await made.screen('new'))).toBe('stopping');
    made.go();
    await stopped;
    expect(textOf(await queued)).toBe('queued');
    expect((await Promise.all(waiting)).map(causeOf)).toEqual([null, null]);
  });

  test('loses patience with a thread that does not answer', async () => {
    const made = await stand();
    const waiting = await occupyAll(made);
    await made.batcher.stop(10);
    expect((await Promise.all(waiting)).map(causeOf)).toEqual(['stopping', 'stopping']);
  });
});
