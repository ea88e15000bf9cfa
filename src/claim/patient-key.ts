/**
 * The key under which a patient's history is kept. The national person number goes in and does not come out
 * again: HMAC-SHA-256 under a key of the province, derived from one secret, so that the records of two
 * provinces cannot be joined even where one operator runs both.
 */
import { createHmac } from 'node:crypto';
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
  const keys = new Map<string, Buffer>();
  return (personNumber, region) => {
    const province = region?.slice(0, 2) ?? '';
    const key = keys.get(province) ?? deriveKey(bytes, province);
    keys.set(province, key);
    return createHmac('sha256', key).update(personNumber).digest('hex');
  };
}

function deriveKey(secret: Uint8Array, province: string): Buffer {
  return createHmac('sha256', secret).update(`claimgate patient key ${province}`).digest();
}
