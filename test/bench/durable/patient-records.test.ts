import { describe, expect, it } from 'vitest';
import { PatientMaker, patientSecret } from '../../../bench/durable/patient-records.js';
import { personNumber } from '../../../bench/durable/settlements.js';
import { patientKeyer } from '../../../src/claim/patient-key.js';
import { PackedHistory } from '../../../src/history/patient-history.js';
import { key16 } from '../../../src/history/state.js';

const dayMs = 86_400_000;
const latestMs = Date.UTC(2026, 10, 1);
const townMs = Date.UTC(2026, 9, 13);

describe('patients of the warm history', () => {
  const maker = new PatientMaker(3, latestMs);

  it('are found under the key that a claim of the town has', () => {
    const key = key16(patientKeyer(patientSecret)(personNumber(41), '350100'));
    const record = maker.make(41).writes.find(({ table }) => table === 'patients');
    expect(Buffer.from(record?.key ?? []).equals(key)).toBe(true);
  });

  it('have a year of visits, all before the day of the claims', () => {
    const record = maker.make(5).writes.find(({ table }) => table === 'patients');
    const history = new PackedHistory().open(record?.value ?? undefined);
    const at = Array.from({ length: history.lines }, (_, i) => history.lineAt(i));
    expect(history.encounters).toBe(10);
    expect(history.lines).toBeGreaterThan(20);
    expect(Math.max(...at)).toBeLessThan(townMs);
    expect(Math.min(...at)).toBeGreaterThan(townMs - 400 * dayMs);
    expect(new Set(at).size).toBeGreaterThan(5);
  });

  it('are the same each time, and others for another number', () => {
    const bytes = (patient: number) =>
      maker.make(patient).writes.map(({ value }) => Buffer.from(value ?? []));
    expect(bytes(8)).toEqual(
      new PatientMaker(3, latestMs).make(8).writes.map(({ value }) => Buffer.from(value ?? [])),
    );
    expect(Buffer.concat(bytes(8)).equals(Buffer.concat(bytes(9)))).toBe(false);
  });

  it('leave of the last visit what its settlement would have left', () => {
    const { writes, records } = maker.make(2);
    expect(writes.map(({ table }) => table).sort()).toEqual(['claims', 'encounters', 'ledger', 'patients']);
    expect(records).toHaveLength(writes.length);
  });
});
