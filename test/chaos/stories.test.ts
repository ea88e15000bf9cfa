/**
 * Short stories by hand, told to one real node in peace and judged by the same model as the chaos: what a random load
 * finds seldom or says at length. Each story has an institution of its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.js';
import { check } from './checker.js';
import { claimSequence, type Disagreement } from './entries.js';
import type { Event, Line, Message, Settlement, StockRecord } from './meaning.js';
import { NodeProcess } from './node-process.js';
import { readStream } from './streams.js';
import { encode } from './wire.js';

/** What happens, in its order, at one institution. */
type Story = (at: string) => readonly Event[];

let ids = 0;
const id = (prefix: string): string => `${prefix}${++ids}`;

function line(more: Partial<Line> = {}): Line {
  return {
    id: id('L'),
    itemCode: 'T990000001',
    at: '2026-09-01T10:00:00+08:00',
    days: null,
    quantity: 2,
    amountFen: 2000,
    selfPaid: false,
    traceCodes: [],
    reverses: null,
    chargeBatch: null,
    ...more,
  };
}

function settled(
  institution: string,
  kind: 'settlement' | 'sale',
  lines: readonly Line[],
  bills: Settlement['bills'] = [],
): Settlement {
  const admittedAt = '2026-09-01T09:00:00+08:00';
  const visit = {
    type: 'outpatient',
    admittedAt,
    dischargedAt: null,
    emergency: false,
    mainDiagnosis: null,
  } as const;
  const claimId = `${institution}/V1`;
  return {
    institution,
    patient: institution,
    kind,
    eventId: id('S'),
    encounterId: 'V1',
    claimId,
    visit,
    lines,
    bills,
  };
}

function reversed(institution: string): Event {
  return { institution, patient: null, kind: 'reversal', eventId: id('X'), claimId: `${institution}/V1` };
}

function returned(institution: string, original: Line, quantity: number): Event {
  const amountFen = (-original.amountFen / original.quantity) * quantity;
  const back = { ...original, id: id('R'), quantity: -quantity, amountFen, reverses: original.id };
  return {
    institution,
    patient: null,
    kind: 'return',
    eventId: id('V'),
    claimId: `${institution}/V1`,
    lines: [back],
  };
}

function fees(institution: string, lines: readonly Line[], deletes: string | null = null): Event {
  const taken = deletes === null ? null : { chargeBatch: deletes, lines: null };
  return {
    institution,
    patient: institution,
    kind: 'fees',
    eventId: id('F'),
    encounterId: 'V1',
    lines,
    deletes: taken,
  };
}

function stock(institution: string, ...records: (readonly [StockRecord['type'], number])[]): Event {
  const all = records.map(([type, quantity]) => ({ itemCode: 'T980000001', quantity, type, id: id('K') }));
  return { institution, patient: null, kind: 'stock', eventId: id('E'), records: all };
}

const resold = [line({ traceCodes: ['8000000000000000001'] }), line({ traceCodes: ['8000000000000000002'] })];
const held = line({ chargeBatch: 'B1' });

const stories: Readonly<Record<string, Story>> = {
  'a settlement that was undone and settled anew counts': (at) => [
    settled(at, 'settlement', [line()]),
    reversed(at),
    settled(at, 'settlement', [line({ amountFen: 2100 })]),
  ],
  'a count sets the balance, also after other records of its event': (at) => [
    stock(at, ['purchase', 5], ['count', 10]),
  ],
  'of two counts in one event the later holds': (at) => [stock(at, ['count', 10], ['count', 20])],
  'a record after a count in one event adds to it': (at) => [stock(at, ['count', 10], ['purchase', 5])],
  'two packs are sold': (at) => [settled(at, 'sale', resold)],
  'a return that comes first takes one finding back; the other keeps the sale an alert': (at) => [
    returned(at, resold[0]!, 2),
    settled(at, 'sale', resold),
  ],
  'fees deleted while they are billed stay billed, and are gone when the settlement is undone': (at) => [
    fees(at, [held]),
    settled(at, 'settlement', [line()], 'all'),
    fees(at, [], 'B1'),
    reversed(at),
    settled(at, 'settlement', [line({ amountFen: 2100 })], 'all'),
  ],
  'fees are held again when the settlement that billed them is undone': (at) => [
    fees(at, [held]),
    settled(at, 'settlement', [line()], 'all'),
    reversed(at),
    settled(at, 'settlement', [line({ amountFen: 2100 })], 'all'),
  ],
};

const names = Object.keys(stories);
const institutionOf = (name: string): string => `P350102${String(names.indexOf(name)).padStart(5, '0')}`;
const events = names.flatMap((name) => stories[name]?.(institutionOf(name)) ?? []);
const messages: Message[] = events.map((event, i) => {
  const body = encode(event, i % 2 === 0 ? 'json' : 'messagepack');
  return { sequence: i + 1, institution: event.institution, body, meaning: { dead: null, event } };
});

let disagreements: Disagreement[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-stories-'));
  const broker = await BrokerProcess.start(join(folder, 'broker'));
  const node = new NodeProcess('node', folder, broker.url);
  const connection = await broker.connect();
  try {
    node.start();
    while (!(await node.ready())) await sleep(100);
    for (const { institution, body } of messages) {
      await jetstream(connection, { timeout: 60_000 }).publish(`claimgate.settle.${institution}`, body);
    }
    const done = async () =>
      (await readStream(connection, 'DECISIONS')).some((e) => claimSequence(e) === messages.length);
    while (!(await done())) await sleep(100);
    const decisions = await readStream(connection, 'DECISIONS');
    const deadLetters = await readStream(connection, 'DEADLETTER');
    disagreements = check({ messages, decisions, deadLetters, exports: [await node.export()] });
  } finally {
    await node.end('SIGKILL');
    await connection.close();
    await broker.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});

describe('one node in peace', () => {
  test.each(names)('%s', (name) => {
    const institution = institutionOf(name);
    const own = messages.filter((message) => message.institution === institution);
    const marks = [institution, ...own.map(({ sequence }) => `CLAIMS ${sequence}:`)];
    expect(disagreements.filter(({ detail }) => marks.some((mark) => detail.includes(mark)))).toEqual([]);
  });
});
