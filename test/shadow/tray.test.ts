import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tray } from '../../src/shadow/tray.js';
import { envelopeUntil } from '../screening/fixtures/settings.js';

const limits = { claims: 4, bytes: 100, bodyBytes: 40 };
const place = (tray: Tray, text: string, rulesetId = 'one') =>
  tray.place(Buffer.from(text), envelopeUntil(0), rulesetId);
const texts = (taken: readonly { readonly body: Uint8Array }[]) =>
  taken.map(({ body }) => Buffer.from(body).toString());

test('a body that changes afterwards is here as it was', () => {
  const tray = new Tray(limits);
  const body = Buffer.from('before');
  tray.place(body, envelopeUntil(0), 'one');
  body.fill(0);
  expect(texts(tray.take(9, 99))).toEqual(['before']);
});

test('what finds no room is left out: by number, by bytes, by size', () => {
  const tray = new Tray(limits);
  expect(['a', 'b', 'c', 'd', 'e'].map((text) => place(tray, text))).toEqual([
    'taken',
    'taken',
    'taken',
    'taken',
    'full',
  ]);
  const other = new Tray(limits);
  expect([40, 40, 41, 40, 20].map((size) => place(other, 'x'.repeat(size)))).toEqual([
    'taken',
    'taken',
    'large',
    'full',
    'taken',
  ]);
});

test('what is taken together was judged by one rule set, in the order it came', () => {
  const tray = new Tray(limits);
  place(tray, 'a');
  place(tray, 'b', 'two');
  place(tray, 'c', 'two');
  place(tray, 'd');
  expect([tray.take(9, 99), tray.take(9, 99), tray.take(9, 99), tray.take(9, 99)].map(texts)).toEqual([
    ['a'],
    ['b', 'c'],
    ['d'],
    [],
  ]);
});

test('nothing is lost, doubled or kept beyond the limits', () => {
  const step = fc.oneof(fc.nat({ max: 50 }), fc.constant('take' as const), fc.constant('clear' as const));
  fc.assert(
    fc.property(
      fc.array(step),
      fc.integer({ min: 1, max: 5 }),
      fc.nat({ max: 80 }),
      (steps, claims, bytes) => {
        const tray = new Tray(limits);
        let waiting: number[] = [];
        for (const one of steps) {
          if (one === 'clear') {
            expect(tray.clear()).toBe(waiting.length);
            waiting = [];
          } else if (one === 'take') {
            const taken = tray.take(claims, bytes).map(({ body }) => body.byteLength);
            expect(taken).toEqual(waiting.splice(0, taken.length));
            expect(taken.length).toBeLessThanOrEqual(claims);
            if (taken.length > 1) expect(taken.reduce((a, b) => a + b)).toBeLessThanOrEqual(bytes);
          } else if (place(tray, 'x'.repeat(one)) === 'taken') waiting.push(one);
          expect(tray.size).toBe(waiting.length);
          expect(waiting.length).toBeLessThanOrEqual(limits.claims);
          expect(waiting.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(limits.bytes);
        }
      },
    ),
  );
});
