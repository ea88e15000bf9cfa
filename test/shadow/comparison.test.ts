/** A comparison without threads: what it asks, when, and what it leaves out. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { forAll, type InForce } from '../../src/ruleset/release/in-force.js';
import { JudgedWatchers } from '../../src/screening/judged.js';
import type { ComparedClaim, CompareReply } from '../../src/screening/protocol/shadow.js';
import type { Outcome, UnreadClaim } from '../../src/screening/protocol.js';
import type { ShadowLoss } from '../../src/screening/shadow-process.js';
import { Comparison } from '../../src/shadow/comparison.js';
import { outcome } from '../ingress/edge-fixture.js';
import { envelopeUntil, until } from '../screening/fixtures/settings.js';

const limits = {
  tray: { claims: 4, bytes: 1_000, bodyBytes: 100 },
  batch: { claims: 2, bytes: 1_000 },
};

interface Asked {
  readonly texts: readonly string[];
  readonly rulesetId: string;
  readonly overlay: string;
  readonly answer: (reply: Result<CompareReply, ShadowLoss>) => void;
}

const ended: Comparison[] = [];
afterEach(() => {
  for (const comparison of ended.splice(0)) comparison.end();
});

function stand({ leisure = true, loads = true } = {}) {
  const asked: Asked[] = [];
  const told: string[] = [];
  const held = new Set(['live', 'candidate']);
  const screening = { watchers: new JudgedWatchers(), hasLeisure: leisure };
  const judges = {
    inForce: forAll('live') as InForce,
    overlay: 'overlay 3',
    packed: (id: string) =>
      id === 'gone' ? null : { id, bytes: new SharedArrayBuffer(0), tables: new SharedArrayBuffer(0) },
  };
  const aside = {
    has: (id: string) => held.has(id),
    load: async ({ id }: { readonly id: string }, keep: readonly string[]) => {
      told.push(`load ${id}, keep ${keep}`);
      if (!loads) return fail({ cause: 'it does not', claim: -1, rule: null, wasKilled: false });
      held.add(id);
      return ok(null);
    },
    compare: (under: { rulesetId: string; overlay: string }, claims: readonly UnreadClaim[]) =>
      new Promise<Result<CompareReply, ShadowLoss>>((answer) => {
        const texts = claims.map(({ body }) => Buffer.from(body).toString());
        asked.push({ texts, rulesetId: under.rulesetId, overlay: under.overlay, answer });
      }),
  };
  const comparison = new Comparison({
    aside,
    candidate: 'candidate',
    screening,
    judges,
    clock: { ...systemClock, tickMs: () => Date.now() },
    limits,
    told: {
      compared: ({ claims }) => told.push(`compared ${claims.length}`),
      dropped: (reason, claims) => claims > 0 && told.push(`${reason} ${claims}`),
      inForce: () => told.push('in force'),
      lost: ({ cause, rule }) => told.push(`lost: ${cause}, ${rule}`),
    },
  });
  ended.push(comparison);
  /** As the batcher tells it. */
  const judged = (texts: readonly string[], rulesetId = 'live', status: Outcome['status'] = 'pass') => {
    const claims = texts.map((text) => ({ body: Buffer.from(text), envelope: envelopeUntil(0) }));
    screening.watchers.tell({
      rulesetId,
      path: 'advisory',
      claims,
      outcomes: texts.map(() => outcome({ status })),
    });
    return claims;
  };
  return { asked, told, screening, judges, comparison, judged };
}

const same: ComparedClaim = { scene: '2', live: 'pass', candidate: 'pass', rules: [], failure: null };
const replyTo = ({ texts }: Asked): Result<CompareReply, ShadowLoss> =>
  ok({ claims: texts.map(() => same), liveMs: 1, candidateMs: 1 });
/** Answers whatever is asked from now on until so many claims have been compared. */
async function answerAll({ asked, comparison }: ReturnType<typeof stand>, claims: number): Promise<void> {
  let next = 0;
  await until(() => {
    for (; next < asked.length; next++) (asked[next] as Asked).answer(replyTo(asked[next] as Asked));
    return comparison.figures().compared >= claims;
  });
}
const turns = () => new Promise((resolve) => setTimeout(resolve, 50));

test('claims that have their answers are compared, under the overlay in force, in small batches', async () => {
  const made = stand();
  made.judged(['a', 'b', 'c']);
  expect(made.asked).toEqual([]);
  await answerAll(made, 3);
  expect(made.asked.map(({ texts, rulesetId, overlay }) => [texts, rulesetId, overlay])).toEqual([
    [['a', 'b'], 'live', 'overlay 3'],
    [['c'], 'live', 'overlay 3'],
  ]);
  expect(made.told).toEqual(['compared 2', 'compared 1']);
  expect(made.comparison.figures()).toMatchObject({ seen: 3, compared: 3 });
});

test('a body may change as soon as it has been told of', async () => {
  const made = stand();
  for (const { body } of made.judged(['before'])) body.fill(0);
  await answerAll(made, 1);
  expect(made.asked[0]?.texts).toEqual(['before']);
});

test('nothing is asked while a claim waits, and all of it when none does any more', async () => {
  const made = stand({ leisure: false });
  made.judged(['a']);
  await turns();
  expect(made.asked).toEqual([]);
  made.screening.hasLeisure = true;
  await answerAll(made, 1);
});

test('one batch at a time; what finds no room meanwhile is counted', async () => {
  const made = stand();
  made.judged(['a', 'b']);
  await until(() => made.asked.length === 1);
  made.judged(['c', 'd', 'e', 'f', 'g']);
  made.judged(['x'.repeat(101)]);
  await turns();
  expect(made.asked).toHaveLength(1);
  await answerAll(made, 6);
  expect(made.comparison.figures()).toMatchObject({
    seen: 8,
    compared: 6,
    dropped: { busy: 1, large: 1, stale: 0 },
  });
  expect(made.told.slice(0, 2)).toEqual(['busy 1', 'large 1']);
});

test('it rests for four times as long as it has taken, however long that was', async () => {
  vi.useFakeTimers();
  try {
    const made = stand();
    made.judged(['a', 'b', 'c']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(made.asked).toHaveLength(1);
    (made.asked[0] as Asked).answer(replyTo(made.asked[0] as Asked));
    await vi.advanceTimersByTimeAsync(7_900);
    expect(made.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(made.asked).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('what the candidate has judged itself, was not screened, or is settled has nothing to be compared', async () => {
  const made = stand();
  made.judged(['a'], 'candidate');
  made.judged(['b'], 'live', 'not_screened');
  made.judged(['c'], 'neither');
  const { watchers } = made.screening;
  watchers.tell({ rulesetId: 'live', path: 'durable', claims: [], outcomes: [outcome({})] });
  await turns();
  expect([made.asked, made.comparison.figures().seen]).toEqual([[], 0]);
});

describe('when something else comes into force', () => {
  test('figures begin anew, and the thread gets what it has to compare with', async () => {
    const made = stand();
    made.judged(['a']);
    await answerAll(made, 1);
    made.judges.inForce = { common: 'live', special: new Map([['H1', 'next']]) };
    made.judged(['b'], 'next');
    made.judged(['c'], 'live');
    await answerAll(made, 2);
    expect(made.comparison.against).toEqual(['live', 'next']);
    expect(made.comparison.figures()).toMatchObject({ seen: 2, compared: 2 });
    expect(made.told).toContain('load next, keep candidate,live,next');
  });

  test('what waits has been judged by what is gone', async () => {
    const made = stand({ leisure: false });
    made.judged(['a', 'b']);
    made.judges.inForce = forAll('next');
    made.comparison.look();
    expect(made.told).toEqual(['stale 2']);
    made.judges.inForce = forAll('gone');
    made.comparison.look();
    made.judged(['c'], 'gone');
    made.screening.hasLeisure = true;
    await until(() => made.comparison.figures().dropped.stale === 1);
    expect(made.asked).toEqual([]);
  });

  test('the same again is no change', () => {
    const made = stand();
    const { since } = made.comparison.figures();
    made.judged(['a']);
    made.judges.inForce = forAll('live');
    made.comparison.look();
    expect(made.comparison.figures()).toMatchObject({ since, seen: 1 });
  });

  test('the candidate for some is compared at the others; for all it is told', async () => {
    const made = stand();
    made.judges.inForce = { common: 'live', special: new Map([['H1', 'candidate']]) };
    made.judged(['a'], 'candidate');
    made.judged(['b'], 'live');
    await answerAll(made, 1);
    expect(made.comparison.against).toEqual(['live']);
    made.judges.inForce = forAll('candidate');
    made.comparison.look();
    expect(made.told.at(-1)).toBe('in force');
  });
});

test('a thread that is lost is told once, and nothing is asked after the end', async () => {
  const made = stand();
  made.judged(['a', 'b', 'c']);
  await until(() => made.asked.length === 1);
  made.asked[0]?.answer(fail({ cause: 'hung', claim: 0, rule: 'sex-drug', wasKilled: false }));
  await until(() => made.told.length === 1);
  expect(made.told).toEqual(['lost: hung, sex-drug']);
  made.comparison.end();
  const before = made.asked.length;
  made.judged(['d']);
  await turns();
  expect(made.asked).toHaveLength(before);
});

test('a thread that cannot load what is in force is lost as well', async () => {
  const made = stand({ loads: false });
  made.judges.inForce = forAll('next');
  made.judged(['a'], 'next');
  await until(() => made.told.length === 3);
  expect(made.told).toEqual(['load next, keep candidate,next', 'lost: it does not, null', 'stale 1']);
});
