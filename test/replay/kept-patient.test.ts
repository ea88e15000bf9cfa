/** What is kept of a patient reads as the packed record of the same claims, and can be turned into it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs, dayOf } from '../../src/base/calendar.js';
import { PackedHistory, type PatientHistory } from '../../src/history/patient-history.js';
import { PatientRecord, type RecordedLine, type Recording } from '../../src/history/patient-record.js';
import { key64 } from '../../src/history/state.js';
import { KeptPatient } from '../../src/replay/kept-patient.js';
import { KeptRows } from '../../src/replay/kept-rows.js';

const start = Date.parse('2026-03-01T00:00:00+08:00');
const moment = fc.integer({ min: -1, max: 40 }).map((hours) => start + hours * 3_600_000);

const line = fc.record({
  code: fc.constantFrom('XA01', 'T1', 'T10', '项目', 'Z9'),
  at: fc.oneof(moment, fc.constant(-5)),
  days: fc.constantFrom(-1, 0, 3, 70_000),
  quantityE4: fc.constantFrom(1, 10_000, 2 ** 50),
  amountFen: fc.constantFrom(-7, 0, 1_250),
});

const claim = fc.record({
  type: fc.constantFrom('outpatient' as const, 'inpatient' as const, null),
  admittedAt: fc.option(moment),
  dischargedAt: fc.option(fc.constant(-5)),
  emergency: fc.constantFrom(true, false, null),
  mainDiagnosis: fc.constantFrom('I20.000', 'T1', '心绞痛', null),
  lines: fc.array(line, { maxLength: 50 }),
});

type Drawn = typeof claim extends fc.Arbitrary<infer One> ? One : never;

function recordingOf({ lines: _, ...facts }: Drawn, i: number): Recording {
  const institution = `H${i % 2}`;
  const names = [institution, `V${i}`] as const;
  return {
    ...facts,
    institution,
    key: key64(...names),
    claim: key64(institution, `C${i}`),
    recordedMs: start + i * dayMs,
  };
}

function linesOf({ lines }: Drawn, i: number): readonly RecordedLine[] {
  return lines.map(({ days, ...one }, n) => ({
    ...one,
    key: key64(`H${i % 2}`, `V${i}`, `L${n}`),
    lastDay: dayOf(one.at) + days,
  }));
}

function told(history: PatientHistory): unknown {
  const encounter = (e: number) => ({
    key: history.encounterKey(e),
    institution: history.encounterInstitution(e),
    type: history.encounterType(e),
    admittedAt: history.admittedAt(e),
    dischargedAt: history.dischargedAt(e),
    emergency: history.emergency(e),
    mainDiagnosis: history.mainDiagnosis(e),
  });
  const lines = Array.from({ length: history.lines }, (_, n) => ({
    key: history.lineKey(n),
    code: history.codeText(history.lineCode(n)),
    isFound: history.findCode(history.codeText(history.lineCode(n))) === history.lineCode(n),
    at: history.lineAt(n),
    days: [history.lineFirstDay(n), history.lineLastDay(n)],
    quantityE4: history.lineQuantityE4(n),
    amountFen: history.lineAmountFen(n),
    encounter: history.encounterKey(history.lineEncounter(n)),
  }));
  const visits = Array.from({ length: history.encounters }, (_, e) => encounter(e));
  return { lines, visits: new Set(visits.map((visit) => JSON.stringify(visit))), codes: history.codes };
}

describe('a kept patient', () => {
  test('reads as the record of the same claims, line by line, and becomes it', () => {
    // Of all patients of a thread: those of somebody else nearly fill the first chunk.
    const rows = new KeptRows();
    const other = { key: key64('other'), code: 'T1', at: start, lastDay: dayOf(start) };
    for (let i = 0; i < 4_000; i++) rows.add({ ...other, quantityE4: 1, amountFen: 1 }, 0, 0);
    fc.assert(
      fc.property(fc.array(claim, { minLength: 1, maxLength: 6 }), (claims) => {
        const kept = new KeptPatient(rows);
        const record = PatientRecord.open(undefined);
        for (const [i, one] of claims.entries()) {
          const recording = recordingOf(one, i);
          record.record(recording.claim, recording, linesOf(one, i), recording.recordedMs);
          kept.addEncounter(recording);
          for (const each of linesOf(one, i)) kept.addLine(each);
        }
        const packed = record.bytes() as Uint8Array;
        expect(told(kept)).toEqual(told(new PackedHistory().open(packed)));
        expect(kept.packed().bytes()).toEqual(packed);
        expect([kept.oldestMs, kept.newestMs]).toEqual([start, start + (claims.length - 1) * dayMs]);
      }),
      { numRuns: 60 },
    );
    expect(rows.bytes).toBeGreaterThan(4_096 * 44);
  });

  test('has no code that it never had', () => {
    expect(new KeptPatient(new KeptRows()).findCode('T1')).toBe(-1);
  });
});
