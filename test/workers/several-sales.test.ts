/** A 3505A of several sales in the log: taken apart by whoever decides, then sale by sale. */
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { stateSource } from '../../src/history/source.js';
import { historyHorizonMs, Overlay } from '../../src/history/state.js';
import type { DurableEntry, LoggedMessage } from '../../src/screening/protocol/decide.js';
import { decideBatch } from '../../workers/decide-batch.js';
import {
  encodeMessage,
  type Goods,
  type Sale,
  salesMessage,
  stockMessage,
} from '../claim/durable/national-messages.js';
import { findsItemX, loadedOf, newProgress } from './fixtures/rulesets.js';

const institution = 'P35010200088';
const itemCode = 'XC09DBA407A001010100553';
const at = '2026-03-12 10:06:51';
const sending = (eventId: string) => ({ eventId, at: '2026-03-12 18:00:00' });
const loaded = loadedOf(findsItemX);

type Sold = readonly [Omit<Sale, 'institution'>, readonly Goods[]];
const sold = (name: string, quantity = 1): Sold => {
  const codes = [`8123456000123456789${name}`];
  const goods = { record: `PC${name}`, itemCode, name: '片', quantity, price: 10, at, codes };
  return [{ settlement: `S${name}`, visit: `V${name}`, person: `P${name}` }, [goods]];
};
const batchOf = (eventId: string, ...sales: readonly Sold[]) =>
  encodeMessage(salesMessage(institution, sending(eventId), sales));

/** A node and the log that it reads; what it takes apart comes back at the end of the log. */
class Node {
  readonly #state = new Overlay({ get: () => undefined }, historyHorizonMs, true);
  readonly #history = stateSource(this.#state);
  readonly entries: DurableEntry[] = [];
  readonly log: Uint8Array[] = [];

  /** `decider`: one that has decided the same log. */
  send(body: Uint8Array, decider: Node | null = null): this {
    this.log.push(body);
    while (this.entries.length < this.log.length) this.#work(decider);
    return this;
  }

  #work(decider: Node | null): void {
    const seq = this.entries.length + 1;
    const decided = decider?.entries[seq - 1]?.bytes ?? null;
    const mode = decided === null ? 'screen' : 'follow';
    const body = this.log[seq - 1] as Uint8Array;
    const message: LoggedMessage = {
      ...{ body, format: null, institution, seq, streamMs: 1_773_800_500_000 + seq, mode, decided },
    };
    const batch = { messages: [message], pending: [] };
    const reply = decideBatch(batch, this.#state, loaded, newProgress(), systemClock);
    this.#state.putAll(reply.writes);
    const [entry] = reply.entries as [DurableEntry];
    expect(entry.parts.length === 0 || reply.writes.length === 0).toBe(true);
    this.entries.push(entry);
    if (decider === null) this.log.push(...entry.parts);
  }

  /** What DECISIONS says of each message. */
  said(): readonly string[] {
    return this.entries.map(({ bytes }) => {
      const { note, status, reason, eventId } = JSON.parse(Buffer.from(bytes).toString());
      return [eventId, note ?? status, ...(reason === null || reason === undefined ? [] : [reason])].join(
        ' ',
      );
    });
  }

  /** How often the goods of a sale count, and what is left of the stock. */
  counts(...names: readonly string[]) {
    const codes = names.map((name) => this.#history.sales(`8123456000123456789${name}`).length);
    return [...codes, (this.#history.stockE4(institution, itemCode) ?? 0) / 10_000];
  }
}

const stock = encodeMessage(
  stockMessage(institution, sending('K'), 'count', [{ record: 'K1', itemCode, quantity: 100 }]),
);

test('every sale is decided and counted, each with its own goods', () => {
  const node = new Node().send(stock).send(batchOf('M1', sold('1'), sold('2', 5), sold('3')));
  expect(node.said()).toEqual(['K stock', 'M1 split', 'M1/S1 pass', 'M1/S2 pass', 'M1/S3 pass']);
  expect(node.counts('1', '2', '3')).toEqual([1, 1, 1, 93]);
});

test('whoever follows comes to the same, and takes nothing apart', () => {
  const decider = new Node().send(stock).send(batchOf('M1', sold('1'), sold('2')));
  const follower = new Node();
  for (const body of decider.log) follower.send(body, decider);
  expect(follower.counts('1', '2')).toEqual(decider.counts('1', '2'));
  expect(follower.entries.flatMap(({ parts }) => parts)).toEqual([]);
  expect(follower.said()).toEqual(decider.said());
});

test('sent again, whole or in part, every sale counts once', () => {
  const whole = batchOf('M1', sold('1'), sold('2'), sold('3'));
  const node = new Node().send(stock).send(whole).send(whole);
  expect(node.said().slice(5)).toEqual(['M1 split', 'M1/S1 duplicate', 'M1/S2 duplicate', 'M1/S3 duplicate']);
  expect(
    new Set(node.entries.filter(({ parts }) => parts.length > 0).map((one) => one.decisionId)).size,
  ).toBe(2);
  node.send(batchOf('M1', sold('2'), sold('4')));
  expect(node.said().slice(9)).toEqual(['M1 split', 'M1/S2 duplicate', 'M1/S4 pass']);
  node.send(batchOf('M2', sold('1'), sold('4')));
  node.send(batchOf('M3', sold('3')));
  expect(node.counts('1', '2', '3', '4')).toEqual([1, 1, 1, 1, 96]);
});

test('one that has changed is a conflict alone', () => {
  const node = new Node().send(stock).send(batchOf('M1', sold('1'), sold('2')));
  node.send(batchOf('M1', sold('1', 7), sold('3')));
  expect(node.said().slice(4)).toEqual(['M1 split', 'M1/S1 deadletter conflicting-content', 'M1/S3 pass']);
  expect(node.counts('1', '2', '3')).toEqual([1, 1, 1, 97]);
});

test('one that nobody can read is a dead letter alone', () => {
  const [, goods] = sold('2');
  const two = [goods[0], { ...goods[0], record: 'PC9' }] as const;
  const body = JSON.parse(
    Buffer.from(batchOf('M1', sold('1'), [{ settlement: 'S2' }, two as never])).toString(),
  );
  const rows = body.input.selinfoDetail as Record<string, unknown>[];
  // The two rows of one sale are of two persons.
  rows[1] = { ...rows[1], psn_no: 'P2' };
  rows[2] = { ...rows[2], psn_no: 'P3' };
  const node = new Node().send(stock).send(Buffer.from(JSON.stringify(body)));
  expect(node.said()).toEqual(['K stock', 'M1 split', 'M1/S1 pass', 'M1/S2 deadletter unreadable']);
  expect(node.counts('1', '2')).toEqual([1, 0, 99]);
});

test.each([
  ['of another institution', { fixmedins_code: 'P2' }, 'wrong-institution'],
  ['without an id', { msgid: '' }, 'no-event-id'],
])('a message %s is a dead letter whole', (_what, changes, reason) => {
  const body = JSON.parse(Buffer.from(batchOf('M1', sold('1'), sold('2'))).toString());
  const node = new Node().send(Buffer.from(JSON.stringify({ ...body, ...changes })));
  expect(node.entries.map(({ deadLetter, parts }) => [deadLetter?.reason, parts])).toEqual([[reason, []]]);
});
