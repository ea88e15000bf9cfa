import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readOrder, shownOrder } from '../../src/replay-desk/read-order.js';

const days = { from: '2026-10-01', to: '2026-10-31' };
const read = (body: unknown) => readOrder(Buffer.from(JSON.stringify(body)));

test('takes what is named and texts, and what is usual for what is left out', () => {
  const usual = { ...days, known: 'now', threads: 1, against: null };
  expect(read({ ...days, ruleset: 3 })).toEqual({ ok: true, value: { ...usual, ruleset: 3 } });
  const files = { 'ruleset.yaml': 'name: own', 'tables/a.csv': '' };
  const whole = { ...days, known: 'then', threads: availableParallelism(), ruleset: { files } };
  const order = read({ ...whole, against: 'live' });
  expect(order).toEqual({ ok: true, value: { ...whole, against: 'live' } });
  expect(order.ok && shownOrder(order.value)).toEqual({ ...whole, ruleset: 'files', against: 'live' });
});

test.each([
  [7, 'The body is not a JSON object.'],
  [{ ruleset: 'folder' }, '"from" and "to" are days (YYYY-MM-DD).'],
  [{ ...days, from: '2026-02-30', ruleset: 'folder' }, "'2026-02-30' is no day (YYYY-MM-DD)."],
  [days, '"ruleset" is a version, "live", "folder", or has "files".'],
  [{ ...days, ruleset: 1, against: 'dead' }, '"against" is a version, "live", "folder", or has "files".'],
  [{ ...days, ruleset: { files: { '../x': '' } } }, '"../x" is no file of a rule set.'],
  [{ ...days, ruleset: { files: { 'ruleset.yaml': 1 } } }, '"ruleset.yaml" is not a text.'],
  [{ ...days, ruleset: 1, known: 'later' }, '"known" is now or then.'],
  [{ ...days, ruleset: 1, threads: 0 }, expect.stringContaining('"threads" is a whole number from 1 to ')],
])('refuses %j', (body, error) => {
  expect(read(body)).toEqual({ ok: false, error });
});
