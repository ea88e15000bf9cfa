/** A checker that finds nothing proves nothing: every kind of fault is put in by hand and has to be found. */
import { describe, expect, test } from 'vitest';
import { check, checkExports, type History } from './checker.js';
import { drawLoad } from './drawn-load.js';
import { honestExport, honestStreams } from './honest-product.js';
import type { Event, Message } from './meaning.js';
import { modelAt } from './model.js';
import { readExport } from './state.js';
import type { Entry } from './streams.js';
import { checkTwin } from './twin.js';

const kinds = ['settlement', 'sale', 'reversal', 'refund', 'return', 'stock', 'fees'] as const;

const { seed, messages } = drawLoad({ events: 700, todayMs: Date.UTC(2026, 10, 22) }, hasAll);
const answers = modelAt(messages, Number.POSITIVE_INFINITY).answers;
const last = messages.length;
const streams = honestStreams(messages);
const exports = ['a', 'b'].map((node) => readExport(node, honestExport(messages, last)));

/** What faults are put into: dead letters, and of each kind an event without which another state would be left. */
function hasAll(drawn: readonly Message[]): boolean {
  const made = modelAt(drawn, Number.POSITIVE_INFINITY).answers;
  const reasons = new Set(made.flatMap((answer) => (answer.as === 'dead' ? [answer.reason] : [])));
  if (!reasons.has('unreadable') || !reasons.has('conflicting-content')) return false;
  const state = honestExport(drawn, drawn.length);
  const without = (i: number) => honestExport(drawn.toSpliced(i, 1), drawn.length);
  return kinds.every((kind) =>
    made.some(
      (answer, i) =>
        (answer.as === 'decision' || answer.as === 'receipt') &&
        answer.event.kind === kind &&
        without(i) !== state,
    ),
  );
}

function honest(): History & { decisions: Entry[]; deadLetters: Entry[] } {
  return { messages, decisions: [...streams.decisions], deadLetters: [...streams.deadLetters], exports };
}

function rulesBroken(history: History): string[] {
  return [...new Set(check(history).map(({ rule }) => rule))];
}

/** What is said of a product that took `taken` for what was sent, and says it is at the end. */
function stateRules(taken: readonly Message[]): string[] {
  return exportRules(honestExport(taken, last));
}

function exportRules(...texts: readonly string[]): string[] {
  const nodes = texts.map((text, i) => readExport(`node ${i}`, text));
  return [...new Set(checkExports(messages, nodes).map(({ rule }) => rule))];
}

function changed(entry: Entry, change: (body: Record<string, unknown>) => object): Entry {
  const body = JSON.parse(Buffer.from(entry.body).toString());
  return { ...entry, body: Buffer.from(JSON.stringify(change(body))) };
}

function withHeader(entry: Entry, name: string, value: string): Entry {
  return { ...entry, headers: new Map([...entry.headers, [name, value]]) };
}

/** Position of the first answer for which this holds; the load is large enough to have one. */
function where(holds: (answer: (typeof answers)[number], i: number) => boolean): number {
  const i = answers.findIndex(holds);
  if (i === -1) throw new Error(`seed ${seed} made no such event`);
  return i;
}

function eventOf(i: number): Event | undefined {
  const meaning = messages[i]?.meaning;
  return meaning?.dead === null && meaning.event !== null ? meaning.event : undefined;
}

const standing = new Set(
  modelAt(messages, last)
    .standing()
    .map(({ event }) => event),
);

/** Whether it is in the history of a patient in the end. */
function stands(event: Event): boolean {
  return event.patient !== null && 'bills' in event && standing.has(event);
}

/** All but one message, of those that are counted. */
function but(i: number): Message[] {
  return messages.filter((_, k) => k !== i);
}

describe(`seed ${seed}`, () => {
  test('a history without faults passes', () => {
    expect(check(honest())).toEqual([]);
  });

  test('the seeded run has every kind of event and every kind of trouble', () => {
    expect(new Set(messages.map((_, i) => eventOf(i)?.kind))).toEqual(new Set([...kinds, undefined]));
    const reasons = new Set(answers.flatMap((answer) => (answer.as === 'dead' ? [answer.reason] : [])));
    expect(reasons).toContain('conflicting-content');
    expect(reasons).toContain('unreadable');
    expect(new Set(answers.map((answer) => answer.as))).toEqual(
      new Set(['decision', 'receipt', 'repetition', 'dead', 'split']),
    );
  });

  test('an answer published twice in equal bytes is no fault', () => {
    const history = honest();
    const again = history.decisions.slice(100, 180).map((entry) => ({ ...entry }));
    history.decisions.splice(200, 0, ...again);
    expect(check(history)).toEqual([]);
  });
});

describe('streams', () => {
  test('a decision that was lost', () => {
    const history = honest();
    history.decisions.splice(200, 1);
    expect(rulesBroken(history)).toContain('every message is answered');
  });

  test('a repetition with one other byte', () => {
    const history = honest();
    const body = Uint8Array.from(history.decisions[50]!.body);
    body[body.length - 2]! ^= 1;
    history.decisions.push({ ...history.decisions[50]!, body });
    expect(rulesBroken(history)).toContain('repetitions are equal');
  });

  test('two answers that changed places', () => {
    const history = honest();
    const [a, b] = [history.decisions[300]!, history.decisions[301]!];
    history.decisions.splice(300, 2, b, a);
    expect(rulesBroken(history)).toContain('order');
  });

  test('an answer to nothing', () => {
    const history = honest();
    history.decisions.push(withHeader(history.decisions[0]!, 'Claimgate-Sequence', '999999'));
    expect(rulesBroken(history)).toContain('nothing is made up');
  });

  test('an event that came again and was answered as if it were new', () => {
    const history = honest();
    const i = where(({ as }) => as === 'repetition');
    const headers = new Map(history.decisions[i]!.headers);
    headers.delete('Claimgate-Duplicate-Of');
    history.decisions[i] = { ...history.decisions[i]!, headers };
    expect(rulesBroken(history)).toContain('duplicates');
  });

  test('an event that came again and got other bytes', () => {
    const history = honest();
    const i = where(({ as }) => as === 'repetition');
    history.decisions[i] = changed(history.decisions[i]!, (body) => ({ ...body, extra: 1 }));
    expect(rulesBroken(history)).toContain('duplicates');
  });

  test('an event that came again and names another as its first', () => {
    const history = honest();
    const i = where(({ as }) => as === 'repetition');
    history.decisions[i] = withHeader(history.decisions[i]!, 'Claimgate-Duplicate-Of', '999999');
    expect(rulesBroken(history)).toContain('duplicates');
  });

  test('a new event that was taken for a repetition', () => {
    const history = honest();
    const i = where(({ as }, k) => as === 'decision' && k > 100);
    history.decisions[i] = withHeader(history.decisions[i]!, 'Claimgate-Duplicate-Of', '1');
    expect(rulesBroken(history)).toContain('duplicates');
  });

  test('two messages under one message id', () => {
    const history = honest();
    const id = history.decisions[0]!.headers.get('Nats-Msg-Id')!;
    history.decisions[1] = withHeader(history.decisions[1]!, 'Nats-Msg-Id', id);
    expect(rulesBroken(history)).toContain('message ids');
  });

  test('an answer under the wrong subject', () => {
    const history = honest();
    history.decisions[3] = { ...history.decisions[3]!, subject: 'claimgate.decisions.H35010200417.hold' };
    expect(rulesBroken(history)).toContain('envelope');
  });

  test('a settlement that nobody screened', () => {
    const history = honest();
    const i = where(({ as }) => as === 'decision');
    const blank = changed(history.decisions[i]!, (body) => ({ ...body, status: 'not_screened' }));
    const institution = answers[i]!.institution;
    const subject = `claimgate.decisions.${institution}.not_screened`;
    history.decisions[i] = { ...withHeader(blank, 'Claimgate-Status', 'not_screened'), subject };
    expect(rulesBroken(history)).toContain('identity');
  });

  test('a reversal that retracts nothing', () => {
    const history = honest();
    const i = where((answer) => answer.as === 'receipt' && answer.undoes?.whole === true);
    history.decisions[i] = changed(history.decisions[i]!, (body) => ({ ...body, retracts: [] }));
    expect(rulesBroken(history)).toContain('retraction');
  });
});

describe('dead letters', () => {
  test('one that was lost', () => {
    const history = honest();
    const i = history.deadLetters.findIndex((letter) => {
      const sequence = Number(letter.headers.get('Claimgate-Sequence'));
      const answer = answers[sequence - 1];
      return answer?.as === 'dead' && answer.of === null;
    });
    history.deadLetters.splice(i, 1);
    expect(rulesBroken(history)).toContain('dead letters');
  });

  test('one that is not whole', () => {
    const history = honest();
    const i = history.deadLetters.findIndex(({ body }) => body.length > 3);
    const letter = history.deadLetters[i]!;
    history.deadLetters[i] = { ...letter, body: letter.body.subarray(1) };
    expect(rulesBroken(history)).toContain('dead letters');
  });

  test('one under another reason', () => {
    const history = honest();
    history.deadLetters[0] = { ...history.deadLetters[0]!, subject: 'claimgate.deadletter.other' };
    expect(rulesBroken(history)).toContain('dead letters');
  });

  test('one that should be none', () => {
    const history = honest();
    const i = where(({ as }) => as === 'decision');
    const headers = new Map([['Claimgate-Sequence', String(i + 1)]]);
    const subject = 'claimgate.deadletter.unreadable';
    history.deadLetters.push({ sequence: 999, subject, headers, body: messages[i]!.body });
    expect(rulesBroken(history)).toContain('dead letters');
  });

  test('an event in conflict that was answered as if it counted', () => {
    const history = honest();
    const i = where((answer) => answer.as === 'dead' && answer.reason === 'conflicting-content');
    history.decisions[i] = changed(history.decisions[i]!, (body) => ({ ...body, reason: null }));
    expect(rulesBroken(history)).toContain('dead letters');
  });
});

describe('state', () => {
  test('one message behind what it says', () => {
    // The last message that leaves a trace for certain.
    const i = answers.findLastIndex((answer) => answer.as === 'decision' && stands(answer.event));
    expect(stateRules(messages.slice(0, i))).toContain('state');
  });

  test.each(['settlement', 'sale'] as const)('a %s counted twice', (kind) => {
    const i = where(
      (answer) => answer.as === 'decision' && answer.event.kind === kind && stands(answer.event),
    );
    const event = eventOf(i) as Extract<Event, { claimId: string }>;
    const twin = { ...event, eventId: 'again', claimId: `${event.claimId}-again` } as Event;
    const again: Message = { ...messages[i]!, body: Buffer.from('x'), meaning: { dead: null, event: twin } };
    expect(stateRules([...messages, again])).toContain('state');
  });

  test.each(kinds)('%s events that were forgotten', (kind) => {
    const ofKind = answers.flatMap((answer, i) => {
      const isNew = answer.as === 'decision' || answer.as === 'receipt';
      return isNew && answer.event.kind === kind ? [i] : [];
    });
    // Not every one leaves a trace: fees may be deleted, or sent again.
    expect(ofKind.some((i) => stateRules(but(i)).includes('state'))).toBe(true);
  });

  test('an event in conflict that was counted', () => {
    const i = where(
      (answer, k) =>
        answer.as === 'dead' && answer.reason === 'conflicting-content' && 'bills' in (eventOf(k) ?? {}),
    );
    const event = eventOf(i) as Extract<Event, { kind: 'settlement' | 'sale' }>;
    const lines = [{ ...event.lines[0]!, id: 'other', amountFen: 1 }];
    const counted: Event = { ...event, eventId: 'other', claimId: 'other', patient: 'other', lines };
    const messagesTaken = messages.with(i, { ...messages[i]!, meaning: { dead: null, event: counted } });
    expect(stateRules(messagesTaken)).toContain('state');
  });

  test('the lines of one patient at another', () => {
    const text = honestExport(messages, last);
    const rows = text
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    const [a, ...others] = rows.filter((row) => row.patient !== undefined);
    const lines = JSON.stringify(a.encounters[0].lines);
    const b = others.find((row) => JSON.stringify(row.encounters[0].lines) !== lines);
    [a.encounters[0].lines, b.encounters[0].lines] = [b.encounters[0].lines, a.encounters[0].lines];
    const spoilt = rows.map((row) => JSON.stringify(row)).join('\n');
    expect(exportRules(spoilt)).toContain('state');
  });

  test.each([
    ['a quantity', /"quantity":"([^"]+)"/, '"quantity":"123456"'],
    ['an amount', /"amountFen":\d+/, '"amountFen":1'],
    ['a time', /"at":"(\d{4})-/, '"at":"2019-'],
    ['a stock balance', /"quantity":(\d+)/, '"quantity":7777777'],
    ['a trace code', /"code":"8/, '"code":"9'],
    ['a sale of a trace code', /"sales":\["/, '"sales":["other","'],
    ['a diagnosis', /"mainDiagnosis":("[^"]+"|null)/, '"mainDiagnosis":"Z00"'],
  ])('%s that is another', (_, pattern, other) => {
    const text = honestExport(messages, last);
    const spoilt = text.replace(pattern, other);
    expect(spoilt).not.toBe(text);
    expect(exportRules(spoilt)).toContain('state');
  });

  test('digests that differ at the same position', () => {
    const text = honestExport(messages, last);
    const other = text.replace(/"digest":"./, '"digest":"x');
    expect(exportRules(text, other)).toEqual(['digests']);
  });
});

describe('undisturbed twin', () => {
  test('agrees with itself', () => {
    expect(checkTwin(streams.decisions, honestStreams(messages).decisions)).toEqual([]);
  });

  test('a decision that came out otherwise in peace', () => {
    const twin = [...streams.decisions];
    twin[40] = changed(twin[40]!, (body) => ({ ...body, extra: 1 }));
    expect(checkTwin(streams.decisions, twin).map(({ rule }) => rule)).toEqual(['same input, same bytes']);
  });
});
