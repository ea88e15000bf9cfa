/** Whose a message of the streams is, told by its body alone. */
import { expect, test } from 'vitest';
import { PersonFinder } from '../../src/cli/history-person-messages.js';
import type { LogMessage } from '../../src/nats/ordered-log.js';
import { encodeMessage, type Goods, salesMessage } from '../claim/durable/national-messages.js';

const goods: Goods = { record: 'PC1', itemCode: 'T000000001', name: '片', quantity: 1, at: '2026-03-12' };
const batch = encodeMessage(
  salesMessage('P35010200088', { eventId: 'M1', at: '2026-03-12 18:00:00' }, [
    [{ settlement: 'S1', person: '350102195411200001' }, [goods]],
    [{ settlement: 'S2', person: '350102196001010002' }, [goods]],
  ]),
);
const message = (data: Uint8Array): LogMessage => {
  return { seq: 1, streamMs: 0, subject: 'claimgate.settle.P35010200088', data, header: () => null };
};

test.each([
  ['350102195411200001', null, 'yes'],
  ['350102196001010002', '35', 'yes'],
  ['350102196001010002', '11', 'no'],
  ['350102197001010003', null, 'no'],
])(
  'a message of several sales is of everybody whom one of them is of: %s, province %s',
  (number, province, whose) => {
    expect(new PersonFinder({ number, province }).belongs(message(batch))).toBe(whose);
  },
);
