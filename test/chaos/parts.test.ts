/** A checker of what comes back out of messages of several sales, with every fault that such a product could have. */
import { describe, expect, test } from 'vitest';
import { drawSeed } from '../judge/seed.js';
import { check } from './checker.js';
import { deliveriesOf } from './events.js';
import { honestClaims, honestExport, honestStreams } from './honest-product.js';
import type { Message, Settlement } from './meaning.js';
import { modelAt } from './model.js';
import { batchOf } from './parts.js';
import { readExport } from './state.js';
import { type Entry, Meanings } from './streams.js';

const seed = drawSeed();
const deliveries = deliveriesOf({ seed, events: 500, todayMs: Date.UTC(2026, 10, 22) });
const meanings = new Meanings(deliveries);
const honest = honestClaims(deliveries);
const messages = meanings.messages(honest);
const { answers } = modelAt(messages, Number.POSITIVE_INFINITY);

/** What is said of a product that takes these for the messages, and is honest beyond that. */
function rulesBroken(claims: readonly Entry[]): string[] {
  const taken = meanings.messages(inSequence(claims));
  return rulesOf(taken, honestStreams(taken).decisions, taken);
}

/** `remembered`: what the state is made of. */
function rulesOf(taken: readonly Message[], decisions: readonly Entry[], remembered: readonly Message[]) {
  const { deadLetters } = honestStreams(taken);
  const exports = [readExport('node', honestExport(remembered, taken.length))];
  const found = check({ messages: taken, decisions, deadLetters, exports });
  return [...new Set(found.map(({ rule }) => rule))];
}

/** Counted from one again; what came back names its message by the new count. */
function inSequence(claims: readonly Entry[]): Entry[] {
  const places = new Map(claims.map(({ sequence }, i) => [sequence, i + 1]));
  return claims.map((entry, i) => {
    const headers = [...entry.headers].map(([name, value]): [string, string] => {
      return name === partOf ? [name, String(places.get(Number(value)) ?? value)] : [name, value];
    });
    return { ...entry, sequence: i + 1, headers: new Map(headers) };
  });
}

const partOf = 'Claimgate-Part-Of';

/** Place of the first message of which this holds; the load is large enough to have one. */
function where(holds: (message: Message, i: number) => boolean): number {
  const i = messages.findIndex(holds);
  if (i === -1) throw new Error(`seed ${seed} made no such message`);
  return i;
}

const isCounted = (i: number) => answers[i]?.as === 'decision';
const firstPart = where(({ partOf: of }, i) => of !== undefined && isCounted(i));
const kept = new Set(
  modelAt(messages, Number.POSITIVE_INFINITY)
    .standing()
    .map(({ event }) => event),
);
/** Whether it is in the history of a patient in the end. */
const keptPart = where(({ partOf: of, meaning }, i) => {
  const event = meaning.dead === null ? meaning.event : null;
  return (
    of !== undefined &&
    isCounted(i) &&
    event !== null &&
    event.patient !== null &&
    kept.has(event as Settlement)
  );
});

function rewritten(claims: readonly Entry[], i: number, change: (body: Row) => object): Entry[] {
  const entry = claims[i]!;
  const body = Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(entry.body).toString()))));
  return claims.with(i, { ...entry, body });
}

type Row = Record<string, unknown>;

function decisionsWith(i: number, change: (entry: Entry, body: Row) => Entry): Entry[] {
  const { decisions } = honestStreams(messages);
  const entry = decisions[i]!;
  return decisions.with(i, change(entry, JSON.parse(Buffer.from(entry.body).toString())));
}

function judged(decisions: readonly Entry[]): string[] {
  return rulesOf(messages, decisions, messages);
}

function withHeader(entry: Entry, name: string, value: string | null): Entry {
  const headers = new Map(entry.headers);
  if (value === null) headers.delete(name);
  else headers.set(name, value);
  return { ...entry, headers };
}

function withBody(entry: Entry, body: object): Entry {
  return { ...entry, body: Buffer.from(JSON.stringify(body)) };
}

describe(`sales of several in one message (seed ${seed})`, () => {
  test('come back, are decided once, and that passes', () => {
    expect(rulesBroken(honest)).toEqual([]);
  });

  test('the load has them whole, in part, changed, with rows that name none, and many at once', () => {
    const batches = messages.flatMap((message) => batchOf(message) ?? []);
    const sizes = batches.map(({ parts }) => parts.length);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(10);
    expect(new Set(batches.map(({ eventId }) => eventId)).size).toBeLessThan(batches.length);
    const ofParts = answers.filter((_, i) => messages[i]?.partOf !== undefined);
    const ends = ofParts.map((answer) => (answer.as === 'dead' ? answer.reason : answer.as));
    expect(ends).toEqual(expect.arrayContaining(['decision', 'repetition']));
  });

  test('that come back twice are no fault: the second is a repetition', () => {
    const again = honest.slice(firstPart, firstPart + 1).map((entry) => ({ ...entry, sequence: 0 }));
    expect(rulesBroken([...honest, ...again])).toEqual([]);
  });
});

describe('what is found', () => {
  test('a sale that does not come back', () => {
    expect(rulesBroken(honest.toSpliced(keptPart, 1))).toContain('sales come back');
  });

  test('a sale that comes back of none of the messages that held it', () => {
    const lost = messages[keptPart]!.partOf!.part.name;
    const others = honest.filter((_, i) => messages[i]?.partOf?.part.name !== lost);
    expect(rulesBroken(others)).toEqual(expect.arrayContaining(['sales come back', 'a sale counts once']));
  });

  test('a sale that comes back under another id, and so could count again', () => {
    const claims = rewritten(honest, firstPart, (body) => ({
      ...body,
      msgid: `${String(body['msgid'])}/again`,
    }));
    expect(rulesBroken(claims)).toContain('sales as sent');
  });

  test('a sale of which the message says other things', () => {
    const claims = rewritten(honest, firstPart, (body) => ({ ...body, inf_time: '2030-01-01 00:00:00' }));
    expect(rulesBroken(claims)).toContain('sales as sent');
  });

  test('a sale that comes back in other bytes the next time', () => {
    const again = { ...honest[firstPart]!, sequence: 0 };
    const spaced = Buffer.from(` ${Buffer.from(again.body).toString()}`);
    expect(rulesBroken([...honest, { ...again, body: spaced }])).toContain('sales as sent');
  });

  test('a sale with a row too many, or that nobody sent', () => {
    const claims = rewritten(honest, firstPart, (body) => ({ ...body, input: { selinfoDetail: [{}] } }));
    expect(() => rulesBroken(claims)).toThrow('was sent by nobody');
  });

  test('a sale at another institution', () => {
    const entry = { ...honest[firstPart]!, subject: 'claimgate.settle.H35010200417' };
    expect(rulesBroken(honest.with(firstPart, entry))).toContain('sales as sent');
  });

  test('a message that is decided as a sale itself', () => {
    const i = where((message) => batchOf(message) !== null);
    const status = 'pass';
    const decisions = decisionsWith(i, (entry, body) => {
      const subject = entry.subject.replace(/receipt$/, status);
      return { ...withHeader(withBody(entry, { ...body, status }), 'Claimgate-Status', status), subject };
    });
    expect(judged(decisions)).toContain('split');
  });

  test.each([
    ['another number of sales', '999'],
    ['no number of sales', null],
  ])('a receipt with %s', (_, value) => {
    const i = where((message) => batchOf(message) !== null);
    expect(judged(decisionsWith(i, (entry) => withHeader(entry, 'Claimgate-Parts', value)))).toEqual([
      'split',
    ]);
  });

  test.each([
    ['another note', { note: 'held' }],
    ['findings', { findings: [{ findingId: 'F' }] }],
    ['another id', { eventId: 'M0' }],
  ])('a receipt with %s', (_, more) => {
    const i = where((message) => batchOf(message) !== null);
    const decisions = decisionsWith(i, (entry, body) => withBody(entry, { ...body, ...more }));
    expect(judged(decisions)).toEqual(['split']);
  });

  test('a repeated sale that is decided as if it were new', () => {
    const i = where(({ partOf: of, meaning }, k) => {
      return of !== undefined && answers[k]?.as === 'repetition' && meaning.dead === null;
    });
    const decisions = decisionsWith(i, (entry) => withHeader(entry, 'Claimgate-Duplicate-Of', null));
    expect(judged(decisions)).toEqual(expect.arrayContaining(['duplicates', 'a sale counts once']));
  });

  test('a sale that nobody decided', () => {
    const { decisions } = honestStreams(messages);
    const left = decisions.toSpliced(firstPart, 1);
    expect(judged(left)).toEqual(expect.arrayContaining(['every message is answered', 'a sale counts once']));
  });

  test('a sale that no node remembers', () => {
    const { decisions } = honestStreams(messages);
    const name = messages[keptPart]!.partOf!.part.name;
    const forgotten = messages.filter(({ partOf: of }) => of?.part.name !== name);
    expect(rulesOf(messages, decisions, forgotten)).toEqual(['state']);
  });
});
