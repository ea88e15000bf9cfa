import { expect, test } from 'vitest';
import { Retries } from '../../src/screening/retries.js';

const loss = (claim: number) => ({ cause: 'exit', claim, rule: 'r1' }) as const;

/** Runs everything that may run, one by one. */
function drain(retries: Retries<string>, spares: number): string[] {
  const order: string[] = [];
  for (let next = retries.start(spares); next !== null; next = retries.start(spares)) {
    order.push(next);
    retries.finish();
  }
  return order;
}

test('the claim that was running comes last', () => {
  const retries = new Retries<string>();
  retries.add(['a', 'b', 'c'], loss(0), 10);
  retries.add(['d', 'e'], loss(1), 10);
  expect(drain(retries, 1)).toEqual(['b', 'c', 'd', 'a', 'e']);
});

test('where none was running, nobody is a suspect', () => {
  const retries = new Retries<string>();
  retries.add(['a', 'b'], loss(-1), 10);
  expect(drain(retries, 0)).toEqual(['a', 'b']);
});

test('a suspect waits until a spare stands by', () => {
  const retries = new Retries<string>();
  retries.add(['a', 'b'], loss(0), 10);
  expect(drain(retries, 0)).toEqual(['b']);
  expect(retries.size).toBe(1);
  expect(drain(retries, 1)).toEqual(['a']);
});

test('only one runs at a time', () => {
  const retries = new Retries<string>();
  retries.add(['a', 'b'], loss(-1), 10);
  expect(retries.start(1)).toBe('a');
  expect(retries.start(1)).toBeNull();
  retries.finish();
  expect(retries.start(1)).toBe('b');
});

test('what has waited too long is taken out', () => {
  const retries = new Retries<string>();
  retries.add(['a', 'b'], loss(0), 10);
  retries.add(['c'], loss(-1), 20);
  expect(retries.earliestMs).toBe(10);
  // Only the suspect was running, so only with it a rule can be named.
  expect(retries.takeExpired(10)).toEqual([
    { item: 'b', untilMs: 10, rule: null },
    { item: 'a', untilMs: 10, rule: 'r1' },
  ]);
  expect([retries.size, retries.earliestMs]).toEqual([1, 20]);
});
