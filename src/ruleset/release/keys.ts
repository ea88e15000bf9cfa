/** Ed25519 keys of the people who publish, activate and operate rule sets. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';

export const roles = ['publish', 'activate', 'operate'] as const;
/** `publish`: a new version. `activate`: which version is in force. `operate`: switches and snoozes of single rules. */
export type Role = (typeof roles)[number];

export interface SigningKey {
  readonly id: string;
  readonly key: KeyObject;
}

export interface NewKey {
  readonly id: string;
  /** PKCS #8, PEM. */
  readonly privatePem: string;
  /** SubjectPublicKeyInfo, DER, Base64. */
  readonly publicKey: string;
}

export function createKey(): NewKey {
  const pair = generateKeyPairSync('ed25519');
  const der = pair.publicKey.export({ type: 'spki', format: 'der' });
  const privatePem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { id: keyId(der), privatePem, publicKey: der.toString('base64') };
}

/** Fails with a sentence. */
export function readSigningKey(pem: string): Result<SigningKey, string> {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') return fail('the key is not an Ed25519 key');
    return ok({ id: keyId(createPublicKey(key).export({ type: 'spki', format: 'der' })), key });
  } catch {
    return fail('this is no private key in PEM (PKCS #8)');
  }
}

/** `publicKey`: SubjectPublicKeyInfo, DER, Base64. Fails with a sentence. */
export function readPublicKey(publicKey: string): Result<{ id: string; key: KeyObject }, string> {
  try {
    const der = Buffer.from(publicKey, 'base64');
    const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
    if (key.asymmetricKeyType !== 'ed25519') return fail('the key is not an Ed25519 key');
    return ok({ id: keyId(der), key });
  } catch {
    return fail('this is no public key (SubjectPublicKeyInfo, DER, Base64)');
  }
}

function keyId(der: Buffer): string {
  return sha256Hex(der).slice(0, 16);
}
