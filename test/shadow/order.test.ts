import { describe, expect, test } from 'vitest';
import { sign } from '../../src/ruleset/release/statement.js';
import { acceptOrder, type ShadowOrder, signOrder } from '../../src/shadow/order.js';
import { person, trusting } from '../ruleset/release/people.js';

const author = person('作者甲', 'publish');
const activator = person('审核乙', 'activate');
const operator = person('值班丙', 'operate');
const stranger = person('路人丁', 'publish', 'activate');
const trusted = trusting(author, activator, operator);

const order: ShadowOrder = {
  format: 1,
  serial: 7,
  version: 3,
  rulesetId: 'sha256:three',
  reason: 'to see what it changes',
  signedAt: '2026-07-02T08:00:00.000Z',
};

const reasonOf = (signed: unknown, serial = 0) => {
  const accepted = acceptOrder(signed, serial, trusted);
  return accepted.ok ? 'accepted' : accepted.error.reason;
};

test.each([author, activator])('$name may order a shadow', (by) => {
  const accepted = acceptOrder(signOrder(order, by.signing), 7, trusted);
  expect(accepted.ok && accepted.value.order).toEqual(order);
  expect(accepted.ok && accepted.value.signer.name).toBe(by.name);
});

test('the end of one is an order as well', () => {
  const end = { ...order, version: null, rulesetId: null };
  expect(reasonOf(signOrder(end, author.signing))).toBe('accepted');
});

describe('what is not accepted', () => {
  const signed = signOrder(order, author.signing);
  test.each([
    ['unsigned', order, 0],
    ['unsigned', null, 0],
    ['tampered', { ...signed, statement: signed.statement.replace('"version":3', '"version":4') }, 0],
    ['tampered', { ...sign('pointer', order, author.signing) }, 0],
    ['unknown-key', signOrder(order, stranger.signing), 0],
    ['wrong-role', signOrder(order, operator.signing), 0],
    ['overtaken', signed, 8],
    ['unfit', signOrder({ ...order, serial: Number.MAX_SAFE_INTEGER }, author.signing), 0],
    ['unfit', signOrder({ ...order, serial: 9e12 }, author.signing), 7],
    ['unsigned', sign('shadow', { ...order, more: 1 }, author.signing), 0],
    ['unsigned', sign('shadow', { ...order, serial: 'x' }, author.signing), 0],
  ])('%s', (reason, document, serial) => {
    expect(reasonOf(document, serial)).toBe(reason);
  });
});
