import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClaimQueue } from '../../src/screening/queue.js';

interface Item {
  readonly body: Uint8Array;
  readonly envelope: { readonly path: 'advisory' | 'durable' };
  readonly name: string;
}

const item = (name: string, bytes = 1, path: Item['envelope']['path'] = 'advisory'): Item => ({
  name,
  body: new Uint8Array(bytes),
  envelope: { path },
});
const names = (items: readonly Item[]) => items.map(({ name }) => name).join('');

function queueOf(...items: readonly Item[]): ClaimQueue<Item> {
  const queue = new ClaimQueue<Item>({ claims: 100, bytes: 1_000 });
  for (const one of items) queue.push(one);
  return queue;
}

describe('a batch of one kind', () => {
  const kindOf = ({ name }: Item) => name.slice(0, 1);

  test('begins with the next claim, and leaves the others where they are', () => {
    const queue = queueOf(...['a1', 'b1', 'a2', 'b2', 'a3'].map((name) => item(name)));
    expect(names(queue.takeAlike(2, 100, kindOf))).toBe('a1a2');
    expect(names(queue.takeAlike(9, 100, kindOf))).toBe('b1b2');
    expect(names(queue.takeAlike(9, 100, kindOf))).toBe('a3');
    expect(queue.takeAlike(9, 100, kindOf)).toEqual([]);
    expect([queue.size, queue.bytes]).toEqual([0, 0]);
  });

  test('whatever waits: all of it once, in order within its kind, whoever is next among them', () => {
    const waiting = fc.array(
      fc.record({ kind: fc.constantFrom('a', 'b', 'c'), bytes: fc.integer({ min: 1, max: 9 }) }),
    );
    const caps = fc.record({
      claims: fc.integer({ min: 1, max: 5 }),
      bytes: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(waiting, caps, (kinds, cap) => {
        const items = kinds.map(({ kind, bytes }, i) => item(`${kind}${i} `, bytes));
        const queue = queueOf(...items);
        const rest = [...items];
        for (let size = queue.size; size > 0; size = queue.size) {
          const batch = queue.takeAlike(cap.claims, cap.bytes, kindOf);
          const [first] = rest;
          // As a plain walk over what waits would take them.
          const alike = rest.filter((one) => kindOf(one) === kindOf(first as Item));
          expect(batch).toEqual(alike.slice(0, batch.length));
          const bytes = batch.reduce((sum, { body }) => sum + body.byteLength, 0);
          const next = alike[batch.length];
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length === 1 || bytes <= cap.bytes).toBe(true);
          const full = batch.length === cap.claims || bytes + (next?.body.byteLength ?? 0) > cap.bytes;
          expect(next === undefined || full).toBe(true);
          for (const one of batch) rest.splice(rest.indexOf(one), 1);
          expect(queue.bytes).toBe(rest.reduce((sum, { body }) => sum + body.byteLength, 0));
        }
        expect(rest).toEqual([]);
      }),
    );
  });
});

describe('a batch', () => {
  test('is in order of receipt, capped by count', () => {
    const queue = queueOf(item('a'), item('b'), item('c'));
    expect(names(queue.takeBatch(2, 100))).toBe('ab');
    expect(names(queue.takeBatch(2, 100))).toBe('c');
    expect(queue.takeBatch(2, 100)).toEqual([]);
  });

  test('is capped by bytes, but holds one claim at least', () => {
    const queue = queueOf(item('a', 3), item('b', 3), item('c', 30));
    expect(names(queue.takeBatch(9, 5))).toBe('a');
    expect(names(queue.takeBatch(9, 5))).toBe('b');
    expect(names(queue.takeBatch(9, 5))).toBe('c');
  });

  test('holds advisory claims first, and never both kinds', () => {
    const queue = queueOf(item('d', 1, 'durable'), item('a'), item('e', 1, 'durable'), item('b'));
    expect(names(queue.takeBatch(9, 100))).toBe('ab');
    expect(names(queue.takeBatch(9, 100))).toBe('de');
  });
});

test('a durable claim waits for the advisory ones, an advisory one not for the durable', () => {
  const queue = queueOf(item('a'), item('d', 1, 'durable'), item('e', 1, 'durable'));
  expect([queue.ahead('advisory'), queue.ahead('durable')]).toEqual([1, 3]);
});

test('has room up to its limits of claims and of bytes', () => {
  const queue = new ClaimQueue<Item>({ claims: 2, bytes: 10 });
  queue.push(item('a', 6));
  expect([queue.hasRoomFor(new Uint8Array(4)), queue.hasRoomFor(new Uint8Array(5))]).toEqual([true, false]);
  queue.push(item('b', 1));
  expect(queue.hasRoomFor(new Uint8Array(0))).toBe(false);
});

test('claims in the middle can be taken out, and the rest keeps its order', () => {
  const queue = queueOf(item('a'), item('x', 2), item('b'), item('x', 2, 'durable'), item('c', 1, 'durable'));
  expect(names(queue.remove(({ name }) => name === 'x'))).toBe('xx');
  expect([queue.size, queue.bytes]).toEqual([3, 3]);
  expect(names(queue.takeBatch(9, 100)) + names(queue.takeBatch(9, 100))).toBe('abc');
});

test('knows the earliest of what waits', () => {
  const queue = queueOf(item('a', 5), item('b', 3), item('c', 4, 'durable'));
  expect(queue.earliest(({ body }) => body.byteLength)).toBe(3);
  expect(queueOf().earliest(() => 1)).toBe(Number.POSITIVE_INFINITY);
});

test('behaves as a plain list does, whatever is done to it', () => {
  const step = fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ remove: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = queueOf();
      let plain: Item[] = [];
      for (const [i, one] of steps.entries()) {
        if ('push' in one) {
          queue.push(item(`${i}`, one.push));
          plain.push(item(`${i}`, one.push));
        } else if ('take' in one) {
          expect(names(queue.takeBatch(one.take, 1_000))).toBe(names(plain.slice(0, one.take)));
          plain = plain.slice(one.take);
        } else {
          queue.remove(({ body }) => body.byteLength === one.remove);
          plain = plain.filter(({ body }) => body.byteLength !== one.remove);
        }
        expect(queue.size).toBe(plain.length);
        expect(queue.bytes).toBe(plain.reduce((sum, { body }) => sum + body.byteLength, 0));
      }
    }),
  );
});
