import { expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import { contentMark, entryHeader } from '../../src/egress/decision-entry.js';
import type { Answer } from '../../src/egress/decision-publisher.js';
import { withParts } from '../../src/ingress/parts-again.js';
import type { LogMessage } from '../../src/nats/claims-log.js';

const body = Buffer.from('of two sales');
const message: LogMessage = {
  ...{ seq: 7, streamMs: 0, subject: 'claimgate.settle.P1', data: body, header: () => null },
};
const answer = (headers: Answer['headers']): Answer => {
  return { seq: 7, subject: 'claimgate.decisions.P1.receipt', headers, bytes: body, deadLetter: null };
};
const apart = answer({
  [entryHeader.messageId]: 'D7',
  [entryHeader.parts]: '2',
  [entryHeader.content]: contentMark(body),
});
const takeApart = async ({ data }: LogMessage) => [data.subarray(0, 2), data.subarray(2)];

test('what was taken apart is taken apart again, into the same messages', async () => {
  const messageAt = async () => ok(message);
  const [first, again] = await withParts([apart, apart], { messageAt, takeApart });
  expect(first?.parts?.map(({ subject, headers }) => [subject, headers['Nats-Msg-Id']])).toEqual([
    ['claimgate.settle.P1', 'part:D7:1'],
    ['claimgate.settle.P1', 'part:D7:2'],
  ]);
  expect(again).toEqual(first);
});

test.each([
  ['was not taken apart has no parts', answer({}), message, {}],
  ['CLAIMS has lost has lost its parts', apart, null, { partsLost: true }],
  [
    'CLAIMS has lost, and given its place to another, likewise',
    apart,
    { ...message, data: Buffer.from('another') },
    { partsLost: true },
  ],
])('a message that %s', async (_what, given, found, said) => {
  const again = await withParts([given], { messageAt: async () => ok(found), takeApart });
  expect(again).toEqual([{ ...given, ...said }]);
});

test('a broker that cannot be asked is no reason to go on without them', async () => {
  const asked = withParts([apart], { messageAt: async () => fail('the broker is away'), takeApart });
  await expect(asked).rejects.toThrow('the broker is away');
});
