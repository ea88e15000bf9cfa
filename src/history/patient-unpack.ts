/** The bytes of a patient's record to recordings and rows, for those who change it. Rules read them in place. */
import type { EpochMs } from '../base/calendar.js';
import type { EncounterType } from '../claim/claim.js';
import {
  encounterBytes,
  encounterTypes,
  factBits,
  get48,
  headerAt,
  headerBytes,
  noText,
  type Places,
  placesOf,
  recordingAt,
  recordingBytes,
  returnedBytes,
  textEndBytes,
} from './patient-layout.js';
import type { Recording, Row } from './patient-record.js';
import type { Key64 } from './state.js';

/** The lists are the caller's; the bytes are not kept. */
export function unpackRecord(bytes: Uint8Array): { readonly rows: Row[]; readonly recordings: Recording[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = (at: number) => view.getUint16(at, true);
  const [rows, returned] = [count(headerAt.rows), count(headerAt.returned)];
  const [recordings, texts] = [count(headerAt.recordings), count(headerAt.texts)];
  const places = placesOf(rows, returned, recordings, count(headerAt.encounters), texts);
  const text = textsOf(bytes, view, places, texts);
  const allRecordings = Array.from({ length: recordings }, (_, i) => recordingOf(view, places, i, text));
  const allRows = Array.from({ length: rows }, (_, i) => rowOf(view, places, i, text, allRecordings));
  for (let i = 0, at = places.returned; i < returned; i++, at += returnedBytes) {
    (allRows[view.getUint16(at, true)] as Row).leftE4 = get48(view, at + 2);
  }
  return { rows: allRows, recordings: allRecordings };
}

/** Whether nothing in a record was recorded before this stream time. */
export function isRecordedSince(bytes: Uint8Array, sinceMs: EpochMs): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = (at: number) => view.getUint16(at, true);
  const recordings = count(headerAt.recordings);
  const places = placesOf(count(headerAt.rows), count(headerAt.returned), recordings, 0, 0);
  for (let i = 0, at = places.recordings; i < recordings; i++, at += recordingBytes) {
    if (get48(view, at + recordingAt.recorded) < sinceMs) return false;
  }
  return true;
}

function textsOf(bytes: Uint8Array, view: DataView, places: Places, count: number): readonly string[] {
  const pool = Buffer.from(bytes.buffer, bytes.byteOffset + places.texts, bytes.byteLength - places.texts);
  let start = 0;
  return Array.from({ length: count }, (_, i) => {
    const end = view.getUint32(places.ends + textEndBytes * i, true);
    const text = pool.toString('utf8', start, end);
    start = end;
    return text;
  });
}

function recordingOf(view: DataView, places: Places, i: number, texts: readonly string[]): Recording {
  const at = places.recordings + recordingBytes * i;
  const facts = view.getUint8(at + recordingAt.facts);
  const encounter = view.getUint16(at + recordingAt.encounter, true);
  const diagnosis = view.getUint16(at + recordingAt.diagnosis, true);
  return {
    key: keyAt(view, places.encounters + encounterBytes * encounter),
    institution: texts[view.getUint16(at + recordingAt.institution, true)] as string,
    type: typeOf(facts),
    admittedAt: facts & factBits.admitted ? get48(view, at + recordingAt.admitted) : null,
    dischargedAt: facts & factBits.discharged ? get48(view, at + recordingAt.discharged) : null,
    emergency: facts & factBits.emergencyKnown ? (facts & factBits.emergency) !== 0 : null,
    mainDiagnosis: diagnosis === noText ? null : (texts[diagnosis] as string),
    claim: keyAt(view, at + recordingAt.claim),
    recordedMs: get48(view, at + recordingAt.recorded),
  };
}

/** Null where the encounter's type is unknown. */
export function typeOf(facts: number): EncounterType | null {
  return encounterTypes[(facts & factBits.type) - 1] ?? null;
}

function rowOf(
  view: DataView,
  places: Places,
  i: number,
  texts: readonly string[],
  recordings: readonly Recording[],
): Row {
  const quantityE4 = get48(view, places.quantity + 6 * i);
  return {
    key: keyAt(view, headerBytes + 8 * i),
    code: texts[view.getUint16(places.code + 2 * i, true)] as string,
    at: get48(view, places.at + 6 * i),
    furtherDays: view.getUint16(places.days + 2 * i, true),
    quantityE4,
    amountFen: get48(view, places.amount + 6 * i),
    leftE4: quantityE4,
    recording: recordings[view.getUint16(places.recording + 2 * i, true)] as Recording,
  };
}

function keyAt(view: DataView, at: number): Key64 {
  return [view.getUint32(at), view.getUint32(at + 4)];
}
