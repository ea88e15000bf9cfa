/** Appending to a packed record against packing everything anew. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendRecording } from '../../src/history/patient-append.js';
import { mostRows } from '../../src/history/patient-layout.js';
import { packRecord } from '../../src/history/patient-pack.js';
import type { Recording, Row } from '../../src/history/patient-record.js';
import { unpackRecord } from '../../src/history/patient-unpack.js';
import { key64 } from '../../src/history/state.js';

const text = fc.constantFrom('A', 'B', 'B1', 'H1', 'H2', 'J45', 'X900000001', '');
/** Of what is in a record already, not all need be ASCII; in UTF-16 the last comes before the one before it. */
const anyText = fc.oneof({ weight: 4, arbitrary: text }, fc.constantFrom('哮喘', 'A喘', '～', '\u{20000}'));
const time = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });

const saidIn = (text: fc.Arbitrary<string>) =>
  fc.record({
    encounter: fc.nat(5),
    institution: text,
    type: fc.constantFrom('inpatient' as const, 'other' as const, null),
    admittedAt: time,
    dischargedAt: time,
    emergency: fc.constantFrom(true, false, null),
    mainDiagnosis: fc.option(text, { nil: null }),
    claim: fc.nat(8),
    recordedMs: fc.nat(5),
  });
const lineIn = (text: fc.Arbitrary<string>) =>
  fc.record({
    code: text,
    at: fc.nat(4),
    furtherDays: fc.nat(3),
    quantityE4: fc.integer({ min: 1, max: 2 ** 47 }),
    amountFen: fc.nat(),
    /** How much of it came back. */
    back: fc.constantFrom(0, 0, 0, 0.5),
  });
const claimIn = (text: fc.Arbitrary<string>) =>
  fc.tuple(
    saidIn(text),
    fc.uniqueArray(lineIn(text), { maxLength: 6, selector: ({ at, code }) => `${at} ${code}` }),
  );
const said = saidIn(text);
const claim = claimIn(text);
type Said = typeof claim extends fc.Arbitrary<infer Value> ? Value : never;

function recordingOf([{ encounter, claim: number, ...facts }]: Said): Recording {
  return { ...facts, key: key64('H', `${encounter}`), claim: key64('H', `c${number}`) };
}

/** Lines of one encounter are told apart by when and what they are, so that two of its claims may say the same. */
function rowsOf([{ encounter }, lines]: Said, recording: Recording, isNew: boolean): Row[] {
  return lines.map(({ back, ...facts }): Row => {
    const leftE4 = isNew ? facts.quantityE4 : Math.ceil(facts.quantityE4 * (1 - back));
    return { ...facts, leftE4, key: key64('H', `${encounter}`, `${facts.at} ${facts.code}`), recording };
  });
}

describe('appending a recording', () => {
  test('makes the bytes that packing all of it makes, or leaves it to that', () => {
    let appended = 0;
    fc.assert(
      fc.property(fc.array(claimIn(anyText), { maxLength: 8 }), claim, (earlier, now) => {
        const recordings = earlier.map(recordingOf);
        const rows = earlier.flatMap((one, i) => rowsOf(one, recordings[i] as Recording, false));
        const before = packRecord(rows, recordings);
        const recording = recordingOf(now);
        const own = rowsOf(now, recording, true);
        const bytes = appendRecording(before, recording, [...own]);
        const isKnown = recordings.some(
          ({ key, claim: other }) =>
            String(key) === String(recording.key) || String(other) === String(recording.claim),
        );
        expect(bytes === null).toBe(isKnown);
        if (bytes === null) return;
        appended++;
        const all = unpackRecord(before);
        expect(bytes).toEqual(packRecord([...all.rows, ...own], [...all.recordings, recording]));
      }),
      { numRuns: 300 },
    );
    expect(appended).toBeGreaterThan(20);
  });

  test('reads bytes at any place', () => {
    const [first, second] = [said, said].map((one, i) => recordingOf([sampled(one, i), []])) as [
      Recording,
      Recording,
    ];
    const bytes = packRecord([], [first]);
    const elsewhere = new Uint8Array(bytes.length + 5);
    elsewhere.set(bytes, 3);
    const moved = elsewhere.subarray(3, 3 + bytes.length);
    expect(appendRecording(moved, second, [])).toEqual(packRecord([], [first, second]));
  });

  test('is left to packing where a new text is not ASCII or there is no room', () => {
    const [first, second] = [said, said].map((one, i) => recordingOf([sampled(one, i), []])) as [
      Recording,
      Recording,
    ];
    const chinese = { ...first, mainDiagnosis: '哮喘' };
    expect(appendRecording(packRecord([], [chinese]), second, [])).toEqual(packRecord([], [chinese, second]));
    expect(appendRecording(packRecord([], [first]), { ...second, mainDiagnosis: '哮喘' }, [])).toBeNull();
    const row = {
      code: 'A',
      at: 1,
      furtherDays: 0,
      quantityE4: 1,
      amountFen: 1,
      leftE4: 1,
      recording: first,
    };
    const full = Array.from({ length: mostRows }, (_, i): Row => ({ ...row, key: key64(`${i}`) }));
    const one = { ...row, key: key64('one more'), recording: second };
    const packed = packRecord(full, [first]);
    expect(appendRecording(packed, second, [one])).toBeNull();
    expect(appendRecording(packed, second, [])).not.toBeNull();
  });
});

/** Of encounters and claims that differ by `i`. */
function sampled(one: typeof said, i: number): Said[0] {
  return { ...(fc.sample(one, 1)[0] as Said[0]), encounter: i, claim: i };
}
