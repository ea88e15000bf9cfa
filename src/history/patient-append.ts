/**
 * The shortcut of writing a patient's record: one more claim of one more encounter, which is what most messages bring.
 * Old bytes and new rows are merged into new bytes without unpacking; the result is what patient-pack.ts would make of
 * all of it. The layout is in patient-layout.ts.
 */
import {
  encounterBytes,
  headerAt,
  headerBytes,
  mostRecordings,
  mostRows,
  noText,
  placesOf,
  recordingAt,
  recordingBytes,
  returnedBytes,
} from './patient-layout.js';
import { byTime, writeKey, writeRecording, writeRow } from './patient-pack.js';
import { Packed, type Target } from './patient-packed.js';
import type { Recording, Row } from './patient-record.js';
import { joinTexts, type Texts } from './patient-texts.js';
import { setTouched, touchedOf } from './state.js';

/**
 * The bytes of the record with `recording` and its rows; null where it is not that simple: its encounter or claim is
 * in the record already, a text is not ASCII, or the record is as long as it may be. Of the rows none is twice; they
 * are sorted here. `bytes` are only read.
 */
export function appendRecording(bytes: Uint8Array, recording: Recording, rows: Row[]): Uint8Array | null {
  const before = new Packed(bytes);
  const { counts } = before;
  if (counts.rows + rows.length > mostRows || counts.recordings >= mostRecordings) return null;
  const encounter = before.placeOfNew(recording);
  const texts = encounter < 0 ? null : joinTexts(before, recording, rows);
  if (texts === null) return null;
  if (!isInOrder(rows)) rows.sort(byTime);
  const places = placesOf(
    counts.rows + rows.length,
    counts.returned,
    counts.recordings + 1,
    counts.encounters + 1,
    texts.count,
  );
  const after = new Uint8Array(places.texts + texts.byteLength);
  const target = { bytes: after, view: new DataView(after.buffer), places };
  writeHeader(target, before, recording, rows.length, texts);
  writeRows(target, before, before.firstRecordingOf(encounter), rows, texts);
  writeRecordings(target, before, encounter, recording, texts);
  texts.writeTo(target);
  return after;
}

/** Most are: a claim's lines come as they were served. */
function isInOrder(rows: readonly Row[]): boolean {
  for (let i = 1; i < rows.length; i++) if (byTime(rows[i - 1] as Row, rows[i] as Row) > 0) return false;
  return true;
}

function writeHeader(
  { bytes, view }: Target,
  { bytes: old, counts }: Packed,
  { recordedMs }: Recording,
  added: number,
  texts: Texts,
): void {
  setTouched(bytes, Math.max(touchedOf(old), recordedMs));
  view.setUint16(headerAt.rows, counts.rows + added, true);
  view.setUint16(headerAt.lines, counts.lines + added, true);
  view.setUint16(headerAt.recordings, counts.recordings + 1, true);
  view.setUint16(headerAt.encounters, counts.encounters + 1, true);
  view.setUint16(headerAt.texts, texts.count, true);
  view.setUint16(headerAt.codes, texts.codes, true);
  view.setUint16(headerAt.returned, counts.returned, true);
}

/** Lines merged by time; behind them, as they were, those that say a line again. `number`: the new recording's. */
function writeRows(target: Target, before: Packed, number: number, rows: readonly Row[], texts: Texts): void {
  const { counts } = before;
  /** Of the rows as they were, how many new ones stand before each: the new rows' places, ascending. */
  const places = new Uint16Array(rows.length);
  let old = 0;
  rows.forEach((row, i) => {
    const from = old;
    old = before.lineBehind(row, old);
    copyRows(target, i, before, { from, to: old }, number, texts.moved);
    writeRow(target, old + i, row, texts.numbers.get(row.code) as number, number);
    places[i] = old;
  });
  copyRows(target, rows.length, before, { from: old, to: counts.rows }, number, texts.moved);
  let passed = 0;
  for (let i = 0; i < counts.returned; i++) {
    const from = before.places.returned + returnedBytes * i;
    const to = target.places.returned + returnedBytes * i;
    const row = before.view.getUint16(from, true);
    while (passed < places.length && (places[passed] as number) <= row) passed++;
    copy6(before.view, from + 2, target.view, to + 2);
    target.view.setUint16(to, row + passed, true);
  }
}

/** Old rows in a run, `on` places further on. */
function copyRows(
  target: Target,
  on: number,
  before: Packed,
  { from, to }: { readonly from: number; readonly to: number },
  number: number,
  moved: Uint16Array,
): void {
  if (from === to) return;
  const { places: was, view: old } = before;
  const { places: now, view } = target;
  copyColumn(
    target.bytes,
    headerBytes + 8 * (from + on),
    before.bytes,
    headerBytes + 8 * from,
    8 * (to - from),
  );
  copyColumn(target.bytes, now.at + 6 * (from + on), before.bytes, was.at + 6 * from, 6 * (to - from));
  copyColumn(
    target.bytes,
    now.quantity + 6 * (from + on),
    before.bytes,
    was.quantity + 6 * from,
    6 * (to - from),
  );
  copyColumn(
    target.bytes,
    now.amount + 6 * (from + on),
    before.bytes,
    was.amount + 6 * from,
    6 * (to - from),
  );
  copyColumn(target.bytes, now.days + 2 * (from + on), before.bytes, was.days + 2 * from, 2 * (to - from));
  for (let row = from; row < to; row++) {
    const at = row + on;
    view.setUint16(now.code + 2 * at, moved[old.getUint16(was.code + 2 * row, true)] as number, true);
    const recording = old.getUint16(was.recording + 2 * row, true);
    view.setUint16(now.recording + 2 * at, recording < number ? recording : recording + 1, true);
  }
}

/** A call out of JavaScript for long runs only. */
function copyColumn(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, length: number): void {
  if (length > 64) to.set(from.subarray(fromAt, fromAt + length), toAt);
  else for (let i = 0; i < length; i++) to[toAt + i] = from[fromAt + i] as number;
}

function copy6(from: DataView, at: number, to: DataView, toAt: number): void {
  to.setUint32(toAt, from.getUint32(at));
  to.setUint16(toAt + 4, from.getUint16(at + 4));
}

/** `encounter`: the new one's place. */
function writeRecordings(
  target: Target,
  before: Packed,
  encounter: number,
  recording: Recording,
  texts: Texts,
): void {
  const { view, places } = target;
  const { counts, places: was } = before;
  const number = before.firstRecordingOf(encounter);
  const ahead = recordingBytes * number;
  const behind = recordingBytes * counts.recordings - ahead;
  const from = was.recordings;
  copyColumn(target.bytes, places.recordings, before.bytes, from, ahead);
  copyColumn(target.bytes, places.recordings + ahead + recordingBytes, before.bytes, from + ahead, behind);
  for (let i = 0; i < counts.recordings; i++) {
    const to = places.recordings + recordingBytes * (i < number ? i : i + 1);
    const own = view.getUint16(to + recordingAt.encounter, true);
    view.setUint16(to + recordingAt.encounter, own < encounter ? own : own + 1, true);
    for (const at of [to + recordingAt.institution, to + recordingAt.diagnosis]) {
      const text = view.getUint16(at, true);
      if (text !== noText) view.setUint16(at, texts.moved[text] as number, true);
    }
  }
  const numberOf = (text: string | null) => (text === null ? noText : (texts.numbers.get(text) as number));
  writeRecording(view, places.recordings + recordingBytes * number, recording, encounter, numberOf);
  for (let i = 0; i < counts.encounters; i++) {
    const from = was.encounters + encounterBytes * i;
    const to = places.encounters + encounterBytes * (i < encounter ? i : i + 1);
    const first = before.firstRecordingOf(i);
    view.setUint32(to, before.view.getUint32(from));
    view.setUint32(to + 4, before.view.getUint32(from + 4));
    view.setUint16(to + 8, i < encounter ? first : first + 1, true);
  }
  const own = places.encounters + encounterBytes * encounter;
  writeKey(view, own, recording.key);
  view.setUint16(own + 8, number, true);
}
