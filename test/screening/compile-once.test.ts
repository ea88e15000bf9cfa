import { expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import { refusal } from '../../src/ruleset/release/refusal.js';
import { compileOnce } from '../../src/screening/compile-once.js';
import type { CompiledRelease } from '../../src/screening/compile-process.js';

const signal = new AbortController().signal;
const task = (rulesetId: string | null, digest = 'd') => {
  return { bundle: { bytes: new Uint8Array(), digest }, label: '', rulesetId };
};
const compiled = (id: string): CompiledRelease => {
  const packed = { id, bytes: new SharedArrayBuffer(0), tables: new SharedArrayBuffer(0) };
  return { packed, name: id, version: 1, asOf: '', rules: [] };
};

function counting(refuses = false) {
  const asked: (string | null)[] = [];
  const compile = compileOnce(async ({ rulesetId }) => {
    asked.push(rulesetId);
    return refuses ? fail(refusal('failing-examples', '')) : ok(compiled(rulesetId ?? ''));
  });
  return { asked, compile };
}

test('the last one is at hand; another takes its place', async () => {
  const { asked, compile } = counting();
  const first = await compile(task('one'), signal);
  expect(await compile(task('one'), signal)).toBe(first);
  await compile(task('two'), signal);
  await compile(task('one'), signal);
  expect(asked).toEqual(['one', 'two', 'one']);
});

test('the same id of another text is another one', async () => {
  const { asked, compile } = counting();
  await compile(task('one'), signal);
  await compile(task('one', 'e'), signal);
  expect(asked).toHaveLength(2);
});

test('what was refused, or came out unasked, is compiled again', async () => {
  const refused = counting(true);
  for (let i = 0; i < 2; i++) await refused.compile(task('one'), signal);
  expect(refused.asked).toHaveLength(2);
  const any = counting();
  for (let i = 0; i < 2; i++) await any.compile(task(null), signal);
  expect(any.asked).toHaveLength(2);
});
