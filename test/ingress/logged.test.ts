import { expect, test } from 'vitest';
import { logged } from '../../src/ingress/logged.js';
import type { LogMessage } from '../../src/nats/claims-log.js';
import { entryOf } from './entry-fixture.js';

const message = (seq: number): LogMessage => ({
  seq,
  streamMs: 1_000,
  subject: 'claimgate.settle.H35010200417',
  data: Buffer.from('{}'),
  header: () => null,
});

test('a message is decided here, followed, or passed over where it did nothing when it was decided', () => {
  const own = entryOf(2, { at: 10 });
  const again: LogMessage = {
    ...entryOf(3, { at: 11 }),
    header: (name) => (name === 'Claimgate-Duplicate-Of' ? '2' : null),
  };
  const entries = new Map([
    [2, own],
    [3, again],
  ]);
  const decided = { for: ({ seq }: Pick<LogMessage, 'seq'>) => entries.get(seq) ?? null };
  expect(
    logged([message(1), message(2), message(3)], 0, decided).map((one) => [one.mode, one.decided]),
  ).toEqual([
    ['screen', null],
    ['follow', own.data],
    ['skip', again.data],
  ]);
});
