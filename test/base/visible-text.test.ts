/** Texts of others on a terminal: what they may not do there. */
import { expect, test } from 'vitest';
import { steers, visible, visibleLines } from '../../src/base/visible-text.js';

test.each([
  ['a line feed', 'a\nb', 'a\\u000ab'],
  ['a carriage return', 'a\rb', 'a\\u000db'],
  ['the escape of a terminal', '\u001b[31mred', '\\u001b[31mred'],
  ['the same in one byte', '\u009b2J', '\\u009b2J'],
  ['a separator of lines', 'a\u2028b', 'a\\u2028b'],
  ['an order from right to left', 'a\u202eb', 'a\\u202eb'],
])('%s is spelled out', (_, text, shown) => {
  expect([steers(text), visible(text)]).toEqual([true, shown]);
});

test('words are left as they are', () => {
  for (const text of ['', '误报，见工单 12', 'naïve – 100 %', '𠮷 👩‍⚕️']) {
    expect([steers(text), visible(text)]).toEqual([false, text]);
  }
});

test('a text with lines of its own keeps them', () => {
  expect(visibleLines('a\u001b\nb')).toBe('a\\u001b\nb');
});
