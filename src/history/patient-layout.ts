/**
 * Where things stand in the packed record of a patient. Columns, so that a rule that looks for one item walks two
 * bytes a line; little-endian apart from `touched`, times and numbers in 48 bits.
 *
 *   header       touched f64 (big-endian) · rows, lines, recordings, encounters, texts, codes, returned u16
 *   rows         keys 8 · at 6 · quantity 6 · amount 6 · code 2 · recording 2 · further days 2      (32 bytes a row)
 *   returned     row u16 · quantity left 6, by row                     (of rows of which a part came back)
 *   recordings   claim 8 · recorded 6 · encounter, institution, diagnosis u16 · facts u8 · admitted 6 · discharged 6
 *   encounters   key 8 · first recording u16
 *   texts        ends u32, then the bytes: item codes, ascending, then whatever else is said, ascending; each once
 *
 * Of the rows, the first `lines` are the patient's lines by (at, key); those behind them say again, under another
 * claim, what one of the lines says, and take its place when that is undone.
 */
export const headerBytes = 22;
export const headerAt = {
  rows: 8,
  lines: 10,
  recordings: 12,
  encounters: 14,
  texts: 16,
  codes: 18,
  returned: 20,
} as const;

export const rowBytes = 32;
export const returnedBytes = 8;
export const recordingBytes = 33;
export const encounterBytes = 10;
export const textEndBytes = 4;

/** Inside a recording. */
export const recordingAt = {
  claim: 0,
  recorded: 8,
  encounter: 14,
  institution: 16,
  diagnosis: 18,
  facts: 20,
  admitted: 21,
  discharged: 27,
} as const;

/** Of a text that is not there. */
export const noText = 0xffff;

/** Bits of a recording's facts; the lowest three are the encounter's type, 0 where it is unknown. */
export const factBits = { type: 7, emergencyKnown: 8, emergency: 16, admitted: 32, discharged: 64 } as const;

export const encounterTypes = ['outpatient', 'inpatient', 'pharmacy', 'other'] as const;

export const largest48 = 2 ** 48 - 1;
export const largest16 = 0xffff;

/** Rows and recordings of one record; beyond them the oldest go. They keep every number above inside its 16 bits. */
export const mostRows = 40_000;
export const mostRecordings = 10_000;

/** Where the parts of a record begin. */
export interface Places {
  readonly at: number;
  readonly quantity: number;
  readonly amount: number;
  readonly code: number;
  readonly recording: number;
  readonly days: number;
  readonly returned: number;
  readonly recordings: number;
  readonly encounters: number;
  readonly ends: number;
  readonly texts: number;
}

/** Row keys begin right behind the header. */
export function placesOf(
  rows: number,
  returned: number,
  recordings: number,
  encounters: number,
  texts: number,
): Places {
  const at = headerBytes + 8 * rows;
  const code = at + 18 * rows;
  const afterRows = headerBytes + rowBytes * rows;
  const afterReturned = afterRows + returnedBytes * returned;
  const afterRecordings = afterReturned + recordingBytes * recordings;
  const ends = afterRecordings + encounterBytes * encounters;
  return {
    at,
    quantity: at + 6 * rows,
    amount: at + 12 * rows,
    code,
    recording: code + 2 * rows,
    days: code + 4 * rows,
    returned: afterRows,
    recordings: afterReturned,
    encounters: afterRecordings,
    ends,
    texts: ends + textEndBytes * texts,
  };
}

export function get48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * 0x1_0000_0000;
}

/** Of a number that does not fit, or is none, the nearest that does. */
export function set48(view: DataView, at: number, value: number): void {
  const whole = Math.min(Math.max(Math.round(value) || 0, 0), largest48);
  view.setUint32(at, whole >>> 0, true);
  view.setUint16(at + 4, Math.floor(whole / 0x1_0000_0000), true);
}
