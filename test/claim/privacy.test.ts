import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { arbitraryClaim } from './arbitrary-claim.js';
import { render } from './render.js';
import { jsonBytes, mustRead, payload } from './settings.js';

/** Every value under a key that names a person or a person's number. */
function personalTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(personalTexts);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const personal = /(patn|opter|dr|phar|psn)_name$|^patn_id$|^psn_no$|certno$|cert_no$|^brdy$/.test(key);
    return personal && typeof child === 'string' && child !== '' ? [child] : personalTexts(child);
  });
}

describe('what a read claim keeps of persons', () => {
  it.each(['01_3101_request_outpatient_prealert.json', '05_3102_request_inpatient_presettle.json'])(
    '%s: no name and no number',
    (name) => {
      const bytes = payload(name);
      const personal = personalTexts(JSON.parse(new TextDecoder().decode(bytes)));
      expect(personal.length).toBeGreaterThan(4);
      const kept = JSON.stringify(mustRead(bytes).claim);
      for (const text of personal) expect(kept).not.toContain(text);
    },
  );

  it('a native claim: unknown keys, names and the person number are dropped', () => {
    const person = {
      id: '35000011000099005678',
      name: '李测试',
      certno: '350102195411200000',
      phone: '13900000000',
    };
    const body = {
      kind: 'screening',
      patient: person,
      encounter: { practitionerName: '测试医师乙' },
      diagnoses: [{ code: 'I10.x00', name: '原发性高血压' }],
      lines: [{ id: 'L1', patientName: '李测试' }],
    };
    const kept = JSON.stringify(mustRead(jsonBytes(body)));
    for (const text of [...Object.values(person), '测试医师乙', '原发性高血压'])
      expect(kept).not.toContain(text);
  });

  it('the person number of any claim', () => {
    fc.assert(
      fc.property(arbitraryClaim(), fc.constantFrom('native-json', 'nhsa-gbk'), (claim, format) => {
        const read = mustRead(render(claim, format as 'native-json')).claim;
        expect(read.patient.key === null).toBe(claim.patient.id === null);
        if (claim.patient.id !== null) expect(JSON.stringify(read)).not.toContain(claim.patient.id);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the patient key', () => {
  const secret = 'a secret for tests only';
  const key = patientKeyer(secret);
  const number = '35000011000099005678';

  it('is the same in every district of a province, and after a restart', () => {
    expect(key(number, '350102')).toBe(key(number, '350200'));
    expect(key(number, '350102')).toBe(patientKeyer(Buffer.from(secret))(number, '350102'));
    expect(key(number, '350102')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs by province, by person and by secret', () => {
    const keys = [
      key(number, '350102'),
      key(number, '110105'),
      key(number, null),
      key('35000011000099001234', '350102'),
      patientKeyer('another secret for tests')(number, '350102'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('needs a secret worth the name', () => {
    expect(() => patientKeyer('short')).toThrow(/at least 16 bytes/);
  });

  it('is one key for one person in all formats', () => {
    fc.assert(
      fc.property(arbitraryClaim({ maxLines: 1 }), (claim) => {
        const keys = (['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const).map(
          (format) => mustRead(render(claim, format), format).claim.patient.key,
        );
        expect(new Set(keys).size).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});
