import { describe, expect, it } from 'vitest';
import { makeSettlements, personNumber, settlementType } from '../../../bench/durable/settlements.js';
import { buildDictionaries } from '../../../src/claim/dictionaries.js';
import { readEvent } from '../../../src/claim/durable/read-event.js';
import { patientKeyer } from '../../../src/claim/patient-key.js';

const plan = { count: 12, seed: 7, lines: 30, patients: 5, tag: 'A' };
const dictionaries = buildDictionaries({});
const patientKey = patientKeyer('a secret of this test');

function read(body: Uint8Array) {
  if (!dictionaries.ok) throw new Error(dictionaries.error.join());
  const event = readEvent(body, 'native-msgpack', { dictionaries: dictionaries.value, patientKey });
  if (!event.ok) throw new Error(event.error.message);
  return event.value.claim;
}

describe('settlements of the benchmark', () => {
  const claims = makeSettlements(plan).map(({ body }) => read(body));

  it('are settlements of their institution with ids of their own', () => {
    const institutions = makeSettlements(plan).map(({ institution }) => institution);
    expect(claims.map(({ institution }) => institution.code)).toEqual(institutions);
    expect(claims.every(({ kind }) => kind === 'settlement')).toBe(true);
    for (const ids of [claims.map(({ eventId }) => eventId), claims.map(({ claimId }) => claimId)]) {
      expect(new Set(ids).size).toBe(plan.count);
    }
    expect(settlementType).toBe('application/msgpack');
  });

  it('go round the patients that there are', () => {
    const keys = claims.map(({ patient }) => patient.key);
    expect(keys[0]).toBe(patientKey(personNumber(0), '350100'));
    expect(keys.slice(5, 10)).toEqual(keys.slice(0, 5));
    expect(new Set(keys).size).toBe(plan.patients);
  });

  it('carry trace codes that nobody else sells', () => {
    const codes = claims.flatMap(({ lines }) => lines.flatMap(({ traceCodes }) => traceCodes));
    expect(codes).toHaveLength(3 * plan.count);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^\d{20}$/.test(code))).toBe(true);
  });

  it('of another tag share no id', () => {
    const others = makeSettlements({ ...plan, tag: 'B' }).map(({ body }) => read(body));
    const ids = new Set(
      claims.flatMap(({ eventId, claimId, encounter }) => [eventId, claimId, encounter.id]),
    );
    for (const { eventId, claimId, encounter } of others) {
      expect([eventId, claimId, encounter.id].filter((id) => ids.has(id))).toEqual([]);
    }
  });
});
