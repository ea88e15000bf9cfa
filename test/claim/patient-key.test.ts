/** The key of a patient is what HMAC-SHA-256 says, however it is come by. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patientKeyer } from '../../src/claim/patient-key.js';

const secret = 'a secret of these tests';

function slowly(number: string, region: string | null): string {
  const province = region?.slice(0, 2) ?? '';
  const key = createHmac('sha256', secret).update(`claimgate patient key ${province}`).digest();
  return createHmac('sha256', key).update(number).digest('hex');
}

test('is the same for any text, one after the other', () => {
  const keyer = patientKeyer(secret);
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom('\ud800', '人'.repeat(128), '人'.repeat(129)),
  );
  fc.assert(
    fc.property(text, fc.constantFrom('350100', '3502', '', null, '11'), (number, region) => {
      expect(keyer(number, region)).toBe(slowly(number, region));
    }),
  );
});
