/** The packed record of a patient against plain lists; bytes that depend on the content alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PackedHistory } from '../../src/history/patient-history.js';
import { mostRows } from '../../src/history/patient-layout.js';
import { PatientRecord, type RecordedLine } from '../../src/history/patient-record.js';
import { key64, touchedOf } from '../../src/history/state.js';
import { type ClaimRecording, claims, lineIds, lineKey, recording } from './fixtures/arbitrary-recording.js';
import { PatientTwin, readAll } from './fixtures/patient-twin.js';

const claim = fc.constantFrom(...claims);
const later = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('record' as const), recording, later }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('return' as const),
      claim,
      line: fc.constantFrom(...lineIds),
      left: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 46 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), claim }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove-if-empty' as const), claim }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('prune' as const), ago: fc.integer({ min: 0, max: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
);

function recordIn(record: PatientRecord | PatientTwin, said: ClaimRecording, recordedMs: number): void {
  record.record(said.claim.claim, said.encounter, said.lines, recordedMs);
}

/** From the bytes of a record, however it was filled. */
function reopened(record: PatientRecord): PatientRecord {
  return PatientRecord.open(record.bytes() ?? undefined);
}

describe('a record', () => {
  test('reads as plain lists do, whatever was recorded, returned, undone and pruned', () => {
    const history = new PackedHistory();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let record = PatientRecord.open(undefined);
        const twin = new PatientTwin();
        let now = 1_790_000_000_000;
        for (const next of steps) {
          switch (next.do) {
            case 'record':
              now += next.later;
              for (const one of [record, twin]) recordIn(one, next.recording, now);
              break;
            case 'return': {
              const key = lineKey(next.claim.encounter, next.line);
              for (const one of [record, twin]) one.setQuantity(next.claim.claim, key, next.left);
              break;
            }
            case 'undo':
              for (const one of [record, twin]) one.undoClaim(next.claim.claim);
              break;
            case 'remove-if-empty':
              for (const one of [record, twin]) one.removeIfEmpty(next.claim.claim);
              break;
            case 'prune':
              for (const one of [record, twin]) one.prune(now - next.ago);
              break;
            case 'reopen':
              record = reopened(record);
          }
          expect(readAll(history.open(record.bytes() ?? undefined))).toEqual(twin.read());
        }
      }),
    );
  });

  test('has bytes that depend on what was recorded, not on the order', () => {
    const order = fc.array(recording, { maxLength: 8 }).chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(
          all.map((_, i) => i),
          { minLength: all.length },
        ),
      ),
    );
    fc.assert(
      fc.property(order, ([all, places]) => {
        const inOrder = PatientRecord.open(undefined);
        let shuffled = PatientRecord.open(undefined);
        // A claim's lines are those that it recorded first: each recording gets a claim of its own.
        const own = all.map((said, i) => ({
          ...said,
          claim: { ...said.claim, claim: key64('H1', `own ${i}`) },
        }));
        for (const [i, said] of own.entries()) recordIn(inOrder, said, 1000 + i);
        for (const i of places) {
          recordIn(shuffled, own[i] as ClaimRecording, 1000 + i);
          shuffled = reopened(shuffled);
        }
        expect(shuffled.bytes()).toEqual(inOrder.bytes());
      }),
    );
  });

  test('is what it was before, byte for byte, once a claim is undone', () => {
    fc.assert(
      fc.property(
        fc.array(recording, { maxLength: 6 }),
        recording,
        fc.array(recording, { maxLength: 3 }),
        (before, undone, between) => {
          const claim = key64('H1', 'undone');
          const [without, with_] = [PatientRecord.open(undefined), PatientRecord.open(undefined)];
          before.forEach((said, i) => {
            for (const record of [without, with_]) recordIn(record, said, 1000 + i);
          });
          recordIn(with_, { ...undone, claim: { ...undone.claim, claim } }, 2000);
          between.forEach((said, i) => {
            for (const record of [without, with_]) recordIn(record, said, 3000 + i);
          });
          const again = reopened(with_);
          expect(again.undoClaim(claim)).toBe(true);
          expect(again.bytes()).toEqual(without.bytes());
        },
      ),
    );
  });

  test('is touched by what is newest in it', () => {
    const [first, second] = fc.sample(recording, 2) as [ClaimRecording, ClaimRecording];
    const record = PatientRecord.open(undefined);
    record.record(key64('a'), first.encounter, first.lines, 5000);
    record.record(key64('b'), second.encounter, second.lines, 7000);
    expect(touchedOf(record.bytes() as Uint8Array)).toBe(7000);
    record.undoClaim(key64('b'));
    expect(touchedOf(record.bytes() as Uint8Array)).toBe(5000);
    record.prune(5001);
    expect(record.bytes()).toBeNull();
  });

  test('keeps the newest lines where there are more than it can hold', () => {
    const record = PatientRecord.open(undefined);
    const { encounter } = fc.sample(recording, 1)[0] as ClaimRecording;
    for (let claim = 0; claim <= 10; claim++) {
      const lines = Array.from({ length: mostRows / 10 }, (_, i) => lineOf(`${claim} ${i}`));
      record.record(key64(`claim ${claim}`), encounter, lines, 1000 + claim);
    }
    const history = new PackedHistory().open(record.bytes() ?? undefined);
    expect(history.lines).toBe(mostRows);
    const kept = new Set(readAll(history).lines.map(({ key }) => key.join()));
    expect(kept.has(lineOf('0 7').key.join())).toBe(false);
    expect(kept.has(lineOf('1 7').key.join())).toBe(true);
    expect(kept.has(lineOf('10 7').key.join())).toBe(true);
  });

  test('takes at most 32 bytes a line beside its codes and visits', () => {
    const { encounter } = fc.sample(recording, 1)[0] as ClaimRecording;
    const sizeOf = (count: number) => {
      const record = PatientRecord.open(undefined);
      const lines = Array.from({ length: count }, (_, i) => lineOf(`${i}`));
      record.record(key64('claim'), encounter, lines, 1000);
      return (record.bytes() as Uint8Array).length;
    };
    expect(sizeOf(61) - sizeOf(1)).toBe(60 * 32);
  });
});

describe('a reader', () => {
  test('finds codes and only those', () => {
    fc.assert(
      fc.property(recording, fc.string(), (said, other) => {
        const record = PatientRecord.open(undefined);
        recordIn(record, said, 1000);
        const history = new PackedHistory().open(record.bytes() ?? undefined);
        const codes = readAll(history).codes;
        codes.forEach((code, i) => {
          expect(history.findCode(code)).toBe(i);
        });
        const absent = [other, 'XA0', 'XA022', '药', '', 'H35010001', said.encounter.mainDiagnosis ?? 'none'];
        for (const text of absent) expect(history.findCode(text)).toBe(codes.indexOf(text));
      }),
    );
  });

  test('forgets one patient when it is opened for the next', () => {
    const record = PatientRecord.open(undefined);
    const said = fc.sample(recording, 1)[0] as ClaimRecording;
    recordIn(record, { ...said, lines: [lineOf('1')] }, 1000);
    const history = new PackedHistory().open(record.bytes() ?? undefined);
    expect(history.findCode('XA02')).toBe(0);
    history.open(undefined);
    expect(readAll(history)).toEqual({ codes: [], lines: [], encounters: [] });
    expect(history.findCode('XA02')).toBe(-1);
  });
});

function lineOf(id: string): RecordedLine {
  const key = key64('H1', 'e1', id);
  return { key, code: 'XA02', at: 1_780_000_000_000, lastDay: 20_602, quantityE4: 10_000, amountFen: 250 };
}
