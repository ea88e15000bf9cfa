import { expect, test } from 'vitest';
import { Quarantine } from '../../src/screening/quarantine.js';

const bodyOf = (text: string) => new TextEncoder().encode(text);

function at(start: number): {
  readonly clock: { wallMs(): number; tickMs(): number };
  set(ms: number): void;
} {
  let now = start;
  return {
    clock: { wallMs: () => 0, tickMs: () => now },
    set: (ms) => {
      now = ms;
    },
  };
}

test('holds a body by its content, with the rule that ran', () => {
  const quarantine = new Quarantine({ holdMs: 100, limit: 10 }, at(0).clock);
  quarantine.add(bodyOf('bad'), 'r1');
  expect(quarantine.find(bodyOf('bad'))).toMatchObject({ rule: 'r1' });
  expect(quarantine.find(bodyOf('good'))).toBeNull();
});

test('lets go after its time', () => {
  const { clock, set } = at(0);
  const quarantine = new Quarantine({ holdMs: 100, limit: 10 }, clock);
  quarantine.add(bodyOf('bad'), null);
  set(99);
  expect(quarantine.find(bodyOf('bad'))).toMatchObject({ rule: null });
  set(100);
  expect(quarantine.find(bodyOf('bad'))).toBeNull();
  expect(quarantine.size).toBe(0);
});

test('never holds more than its limit: the oldest makes room', () => {
  const quarantine = new Quarantine({ holdMs: 100, limit: 2 }, at(0).clock);
  for (let i = 0; i < 1_000; i++) quarantine.add(bodyOf(`bad ${i}`), null);
  expect(quarantine.size).toBe(2);
  expect(quarantine.find(bodyOf('bad 997'))).toBeNull();
  expect(quarantine.find(bodyOf('bad 998'))).not.toBeNull();
});

test('a body that comes again is held from then on', () => {
  const { clock, set } = at(0);
  const quarantine = new Quarantine({ holdMs: 100, limit: 2 }, clock);
  quarantine.add(bodyOf('a'), null);
  quarantine.add(bodyOf('b'), null);
  set(50);
  quarantine.add(bodyOf('a'), null);
  set(120);
  expect([quarantine.find(bodyOf('a')), quarantine.find(bodyOf('b'))]).toEqual([expect.anything(), null]);
});
