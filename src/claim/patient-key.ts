/**
 * The key under which a patient's history is kept. The national person number goes in and does not come out
 * again: HMAC-SHA-256 under a key of the province, derived from one secret, so that the records of two
 * provinces cannot be joined even where one operator runs both.
 */
import { createHmac, hash } from 'node:crypto';
import { assert } from '../base/assert.js';

export type PatientKeyer = (personNumber: string, region: string | null) => string;

const minSecretBytes = 16;

/**
 * Makes the keyer of a deployment. `secret`: at least 16 bytes, the same for all its nodes for as long as
 * history is to be found again. The region's first two digits (the province) choose the key: a person is the
 * same person in every district of a province, and areas change.
 */
export function patientKeyer(secret: Uint8Array | string): PatientKeyer {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret;
  assert(bytes.length >= minSecretBytes, `a patient secret has at least ${minSecretBytes} bytes`);
  const keyed = new Map<string, KeyedHash>();
  return (personNumber, region) => {
    const province = region?.slice(0, 2) ?? '';
    const known = keyed.get(province);
    if (known !== undefined) return known.hexOf(personNumber);
    const made = new KeyedHash(deriveKey(bytes, province));
    keyed.set(province, made);
    return made.hexOf(personNumber);
  };
}

const blockBytes = 64;
/** A person number has 18 characters; a longer text goes the library's way. */
const longestText = 128;

/**
 * HMAC-SHA-256 under one key, as two hashes in one call each: an object for every person would cost as much as four.
 */
class KeyedHash {
  readonly #key: Buffer;
  /** The key's block, and behind it the text, or what was hashed of it. */
  readonly #inner = Buffer.alloc(blockBytes + 3 * longestText, 0x36);
  readonly #outer = Buffer.alloc(blockBytes + 32, 0x5c);

  /** `key`: of no more than a block. */
  constructor(key: Buffer) {
    this.#key = key;
    for (const block of [this.#inner, this.#outer]) {
      for (let i = 0; i < key.length; i++) block[i] = (block[i] as number) ^ (key[i] as number);
    }
  }

  hexOf(text: string): string {
    if (text.length > longestText) return createHmac('sha256', this.#key).update(text).digest('hex');
    const end = blockBytes + this.#inner.write(text, blockBytes, 'utf8');
    this.#outer.write(hash('sha256', this.#inner.subarray(0, end), 'binary'), blockBytes, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}

function deriveKey(secret: Uint8Array, province: string): Buffer {
  return createHmac('sha256', secret).update(`claimgate patient key ${province}`).digest();
}
