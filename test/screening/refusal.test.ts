import { expect, test } from 'vitest';
import { unpackWire } from '../../src/base/wire.js';
import { claimLimits } from '../../src/claim/fields.js';
import { refuse } from '../../src/screening/refusal.js';

const envelope = { format: null, institution: 'H1', receivedAtMs: 1_773_800_500_000 };
const utf8 = (text: string) => new TextEncoder().encode(text);

test('speaks the format of a body that it does not read', () => {
  const formats = [utf8('{"eventId":'), utf8('{"infno":'), Uint8Array.of(0x81, 0xa7)].map(
    (body) => refuse(body, envelope, 'overload', null).outcome.format,
  );
  expect(formats).toEqual(['native-json', 'nhsa-json', 'native-msgpack']);
});

test('takes the envelope’s word for the format', () => {
  const answer = refuse(utf8('{"infno":'), { ...envelope, format: 'native-msgpack' }, 'overload', null);
  const decision = unpackWire(answer.bytes, claimLimits);
  expect(decision.ok && decision.value).toMatchObject({ status: 'not_screened', cause: 'overload' });
});

test('says the same in the answer and in the outcome, and names nobody', () => {
  const answer = refuse(utf8('{"eventId":"E1"}'), envelope, 'worker', 'A sentence.');
  expect(JSON.parse(Buffer.from(answer.bytes).toString())).toMatchObject({
    status: 'not_screened',
    cause: 'worker',
    detail: 'A sentence.',
    eventId: null,
    claimId: null,
    decisionId: null,
  });
  expect(answer.outcome).toMatchObject({
    status: 'not_screened',
    cause: 'worker',
    decisionId: null,
    screenMs: 0,
  });
});
