/** Main's end of a line without a thread; with threads it is tested by the pool's tests. */
import { expect, test } from 'vitest';
import { Line } from '../../src/screening/line.js';
import type { Loss } from '../../src/screening/loss.js';
import { envelopeUntil } from './fixtures/settings.js';

const loss: Loss = { cause: 'exit', claim: 1, rule: 'first-rule' };
const claims = [{ body: Buffer.from('body'), envelope: envelopeUntil(0) }];

const under = { rulesetId: 'sha256:one', overlay: '' };
const empty = new SharedArrayBuffer(1);

test('a line that is cut fails what was asked', async () => {
  const line = new Line();
  const asked = line.screen(under, claims);
  line.cut(loss);
  expect(await asked).toEqual({ ok: false, error: loss });
});

test('and keeps nobody waiting who asks later', async () => {
  const line = new Line();
  line.cut(loss);
  expect(await line.load({ artifact: empty, tables: empty, keep: [], gently: false })).toEqual({
    ok: false,
    error: loss,
  });
  expect(await line.screen(under, claims)).toEqual({ ok: false, error: loss });
});

test('two questions at once are a bug', async () => {
  const line = new Line();
  const asked = line.screen(under, claims);
  await expect(line.screen(under, claims)).rejects.toThrow('one question at a time');
  line.cut(loss);
  await asked;
});
