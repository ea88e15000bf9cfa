/** Recordings and rows to the bytes of a patient's record: the layout is in patient-layout.ts. */
import {
  encounterBytes,
  encounterTypes,
  factBits,
  headerAt,
  headerBytes,
  mostRecordings,
  mostRows,
  noText,
  type Places,
  placesOf,
  recordingAt,
  recordingBytes,
  returnedBytes,
  set48,
  textEndBytes,
} from './patient-layout.js';
import type { Recording, Row } from './patient-record.js';
import type { Key64 } from './state.js';

/** Equal rows and recordings give equal bytes, in whatever order they come. */
export function packRecord(allRows: readonly Row[], allRecordings: readonly Recording[]): Uint8Array {
  const recordings = newest(allRecordings).sort(byEncounter);
  const { lines, again } = countOnce(newestRows(allRows, allRecordings, recordings), recordings);
  lines.sort(byTime);
  again.sort((a, b) => byTime(a, b) || byRecording(a.recording, b.recording));
  const rows = lines.concat(again);
  const texts = new TextPool(rows, recordings);
  const starts = encounterStarts(recordings);
  const returned = rows.filter((row) => row.leftE4 < row.quantityE4).length;
  const places = placesOf(rows.length, returned, recordings.length, starts.length, texts.count);
  const bytes = new Uint8Array(places.texts + texts.byteLength);
  const view = new DataView(bytes.buffer);
  view.setFloat64(
    0,
    recordings.reduce((newest, { recordedMs }) => Math.max(newest, recordedMs), 0),
  );
  view.setUint16(headerAt.rows, rows.length, true);
  view.setUint16(headerAt.lines, lines.length, true);
  view.setUint16(headerAt.recordings, recordings.length, true);
  view.setUint16(headerAt.encounters, starts.length, true);
  view.setUint16(headerAt.texts, texts.count, true);
  view.setUint16(headerAt.codes, texts.codes, true);
  view.setUint16(headerAt.returned, returned, true);
  writeRows(view, places, rows, texts, new Map(recordings.map((recording, i) => [recording, i])));
  writeRecordings(view, places, recordings, starts, texts);
  texts.writeTo(bytes, view, places);
  return bytes;
}

function newest(recordings: readonly Recording[]): Recording[] {
  if (recordings.length <= mostRecordings) return [...recordings];
  return recordings.toSorted((a, b) => -byRecording(a, b)).slice(0, mostRecordings);
}

function newestRows(
  rows: readonly Row[],
  all: readonly Recording[],
  kept: readonly Recording[],
): readonly Row[] {
  const standing = new Set(kept);
  const left = kept.length === all.length ? rows : rows.filter(({ recording }) => standing.has(recording));
  if (left.length <= mostRows) return left;
  return left.toSorted((a, b) => -byRecording(a.recording, b.recording) || -byTime(a, b)).slice(0, mostRows);
}

/** Apart: lines that another claim has recorded too. The recording that came first has the line. */
function countOnce(rows: readonly Row[], recordings: readonly Recording[]): { lines: Row[]; again: Row[] } {
  if (recordings.length === encounterStarts(recordings).length) return { lines: [...rows], again: [] };
  const first = new Map<string, Row>();
  const again: Row[] = [];
  for (const row of rows) {
    const key = row.key.join();
    const other = first.get(key);
    const isFirst = other === undefined || byRecording(row.recording, other.recording) < 0;
    if (isFirst) first.set(key, row);
    if (other !== undefined) again.push(isFirst ? other : row);
  }
  return { lines: [...first.values()], again };
}

/** Where, in recordings sorted by encounter, each encounter begins. */
function encounterStarts(recordings: readonly Recording[]): number[] {
  const starts: number[] = [];
  recordings.forEach(({ key }, i) => {
    const before = recordings[i - 1];
    if (before === undefined || byKey(before.key, key) !== 0) starts.push(i);
  });
  return starts;
}

function writeRows(
  view: DataView,
  places: Places,
  rows: readonly Row[],
  texts: TextPool,
  numbers: ReadonlyMap<Recording, number>,
): void {
  let returnedAt = places.returned;
  rows.forEach((row, i) => {
    writeRow({ view, places }, i, row, texts.numberOf(row.code), numbers.get(row.recording) as number);
    if (row.leftE4 >= row.quantityE4) return;
    view.setUint16(returnedAt, i, true);
    set48(view, returnedAt + 2, row.leftE4);
    returnedAt += returnedBytes;
  });
}

/** One row into its columns. */
export function writeRow(
  { view, places }: { readonly view: DataView; readonly places: Places },
  i: number,
  row: Row,
  code: number,
  recording: number,
): void {
  writeKey(view, headerBytes + 8 * i, row.key);
  set48(view, places.at + 6 * i, row.at);
  set48(view, places.quantity + 6 * i, row.quantityE4);
  set48(view, places.amount + 6 * i, row.amountFen);
  view.setUint16(places.code + 2 * i, code, true);
  view.setUint16(places.recording + 2 * i, recording, true);
  view.setUint16(places.days + 2 * i, row.furtherDays, true);
}

function writeRecordings(
  view: DataView,
  places: Places,
  recordings: readonly Recording[],
  starts: readonly number[],
  texts: TextPool,
): void {
  let encounter = -1;
  recordings.forEach((recording, i) => {
    const at = places.recordings + recordingBytes * i;
    if (starts[encounter + 1] === i) {
      encounter++;
      writeKey(view, places.encounters + encounterBytes * encounter, recording.key);
      view.setUint16(places.encounters + encounterBytes * encounter + 8, i, true);
    }
    writeRecording(view, at, recording, encounter, (text) => texts.numberOf(text));
  });
}

/** One recording at its place. */
export function writeRecording(
  view: DataView,
  at: number,
  recording: Recording,
  encounter: number,
  numberOf: (text: string | null) => number,
): void {
  writeKey(view, at + recordingAt.claim, recording.claim);
  set48(view, at + recordingAt.recorded, recording.recordedMs);
  view.setUint16(at + recordingAt.encounter, encounter, true);
  view.setUint16(at + recordingAt.institution, numberOf(recording.institution), true);
  view.setUint16(at + recordingAt.diagnosis, numberOf(recording.mainDiagnosis), true);
  view.setUint8(at + recordingAt.facts, factsOf(recording));
  set48(view, at + recordingAt.admitted, recording.admittedAt ?? 0);
  set48(view, at + recordingAt.discharged, recording.dischargedAt ?? 0);
}

function factsOf({ type, emergency, admittedAt, dischargedAt }: Recording): number {
  return (
    (type === null ? 0 : encounterTypes.indexOf(type) + 1) |
    (emergency === null ? 0 : factBits.emergencyKnown) |
    (emergency === true ? factBits.emergency : 0) |
    (admittedAt === null ? 0 : factBits.admitted) |
    (dischargedAt === null ? 0 : factBits.discharged)
  );
}

export function writeKey(view: DataView, at: number, [high, low]: Key64): void {
  view.setUint32(at, high);
  view.setUint32(at + 4, low);
}

/** Every text of a record once: item codes ascending by UTF-16 unit, then the other texts ascending. */
class TextPool {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  /** How many of them are item codes. */
  readonly codes: number;
  readonly byteLength: number;

  constructor(rows: readonly Row[], recordings: readonly Recording[]) {
    this.#add(new Set(rows.map(({ code }) => code)));
    this.codes = this.#texts.length;
    const others = recordings.flatMap(({ institution, mainDiagnosis }) => [institution, mainDiagnosis]);
    this.#add(new Set(others.filter((text) => text !== null)));
    this.byteLength = this.#texts.reduce((size, text) => size + Buffer.byteLength(text), 0);
  }

  #add(texts: ReadonlySet<string>): void {
    for (const text of [...texts].sort()) {
      if (this.#numbers.has(text)) continue;
      this.#numbers.set(text, this.#texts.length);
      this.#texts.push(text);
    }
  }

  get count(): number {
    return this.#texts.length;
  }

  numberOf(text: string | null): number {
    return text === null ? noText : (this.#numbers.get(text) as number);
  }

  writeTo(bytes: Uint8Array, view: DataView, places: Places): void {
    const target = Buffer.from(bytes.buffer, places.texts);
    let end = 0;
    this.#texts.forEach((text, number) => {
      end += target.write(text, end, 'utf8');
      view.setUint32(places.ends + textEndBytes * number, end, true);
    });
  }
}

export function byTime(a: Row, b: Row): number {
  return a.at - b.at || byKey(a.key, b.key);
}

function byEncounter(a: Recording, b: Recording): number {
  return byKey(a.key, b.key) || byRecording(a, b);
}

function byRecording(a: Recording, b: Recording): number {
  return a.recordedMs - b.recordedMs || byKey(a.claim, b.claim);
}

function byKey(a: Key64, b: Key64): number {
  return a[0] - b[0] || a[1] - b[1];
}
