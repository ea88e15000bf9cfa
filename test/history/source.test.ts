/** The history of a state, as rules ask for it. */
import { expect, test } from 'vitest';
import { changeStock } from '../../src/history/events/stock-record.js';
import { setSale } from '../../src/history/events/trace-record.js';
import { PatientRecord } from '../../src/history/patient-record.js';
import { stateSource } from '../../src/history/source.js';
import { key16, key64, Overlay } from '../../src/history/state.js';

test('answers from what events have written, and forgets what they took back', () => {
  const state = new Overlay({ get: () => undefined });
  const source = stateSource(state);
  const isNothing = () => [source.patient('p').lines, source.sales('t1'), source.stockE4('H1', 'XA02')];
  expect(isNothing()).toEqual([0, [], null]);

  const record = PatientRecord.open(undefined);
  const facts = { type: null, admittedAt: null, dischargedAt: null, emergency: null, mainDiagnosis: null };
  const line = { code: 'XA02', at: 5000, lastDay: 0, quantityE4: 20_000, amountFen: 99 };
  const encounter = { ...facts, key: key64('H1', 'e1'), institution: 'H1' };
  record.record(key64('H1', 'c1'), encounter, [{ ...line, key: key64('H1', 'e1', '1') }], 7000);
  state.put('patients', key16('p'), record.bytes() as Uint8Array);
  setSale('t1', 'H1/c1', { line: '1', split: true }, 7000, state);
  changeStock('H1', 'XA02', { seq: 1, isCount: true, quantityE4: 50_000 }, 1, 7000, state);

  const patient = source.patient('p');
  expect([patient.lines, patient.lineQuantityE4(0), patient.codeText(patient.lineCode(0))]).toEqual([
    1,
    20_000,
    'XA02',
  ]);
  expect(source.sales('t1')).toEqual([{ sale: 'H1/c1', line: '1', split: true }]);
  expect(source.stockE4('H1', 'XA02')).toBe(50_000);
  expect(source.patient('q').lines).toBe(0);

  setSale('t1', 'H1/c1', null, 8000, state);
  expect(source.sales('t1')).toEqual([]);
});
