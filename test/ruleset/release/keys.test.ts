import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKey, readPublicKey, readSigningKey } from '../../../src/ruleset/release/keys.js';
import { readTrustedKeys } from '../../../src/ruleset/release/trust.js';

test('a key has one id, whichever half is read', () => {
  const { id, privatePem, publicKey } = createKey();
  expect(readSigningKey(privatePem)).toMatchObject({ ok: true, value: { id } });
  expect(readPublicKey(publicKey)).toMatchObject({ ok: true, value: { id } });
});

test('other keys are refused', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  expect(readSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()).ok).toBe(false);
  expect(readPublicKey(publicKey.export({ type: 'spki', format: 'der' }).toString('base64')).ok).toBe(false);
  expect(readSigningKey('no key').ok).toBe(false);
  expect(readPublicKey('bm8ga2V5').ok).toBe(false);
});

const { publicKey } = createKey();

test.each([
  ['not JSON', 'keys:', 'not JSON'],
  ['without a list', '{}', 'list "keys"'],
  ['without a name', JSON.stringify({ keys: [{ publicKey, may: ['publish'] }] }), '"name" is missing'],
  ['without a role', JSON.stringify({ keys: [{ name: 'a', publicKey, may: [] }] }), '"may" is missing'],
  ['with an unknown role', JSON.stringify({ keys: [{ name: 'a', publicKey, may: ['rule'] }] }), '"rule"'],
  [
    'with a key twice',
    JSON.stringify({ keys: ['a', 'b'].map((name) => ({ name, publicKey, may: ['publish'] })) }),
    'there twice',
  ],
])('a file of trusted keys %s is refused', (_, text, sentence) => {
  const read = readTrustedKeys(text);
  expect(read.ok ? '' : read.error).toContain(sentence);
});
