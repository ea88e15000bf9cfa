/** A patient's packed record as those read it who write its successor. The layout is in patient-layout.ts. */
import {
  encounterBytes,
  headerAt,
  headerBytes,
  type Places,
  placesOf,
  recordingAt,
  recordingBytes,
  textEndBytes,
} from './patient-layout.js';
import type { Recording, Row } from './patient-record.js';
import type { Key64 } from './state.js';

interface Counts {
  readonly rows: number;
  readonly lines: number;
  readonly recordings: number;
  readonly encounters: number;
  readonly texts: number;
  readonly codes: number;
  readonly returned: number;
}

/** Where a record is written. */
export interface Target {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly places: Places;
}

/** The record as it was. */
export class Packed {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly counts: Counts;
  readonly places: Places;

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = (at: number) => view.getUint16(at, true);
    this.bytes = bytes;
    this.view = view;
    this.counts = {
      rows: count(headerAt.rows),
      lines: count(headerAt.lines),
      recordings: count(headerAt.recordings),
      encounters: count(headerAt.encounters),
      texts: count(headerAt.texts),
      codes: count(headerAt.codes),
      returned: count(headerAt.returned),
    };
    const { rows, returned, recordings, encounters, texts } = this.counts;
    this.places = placesOf(rows, returned, recordings, encounters, texts);
  }

  /** Where an encounter belongs among the others; -1: it, or the claim, is among them. */
  placeOfNew({ key, claim }: Recording): number {
    for (let i = 0; i < this.counts.recordings; i++) {
      const at = this.places.recordings + recordingBytes * i + recordingAt.claim;
      if (compareKey(this.view, at, claim) === 0) return -1;
    }
    let place = 0;
    for (; place < this.counts.encounters; place++) {
      const order = compareKey(this.view, this.places.encounters + encounterBytes * place, key);
      if (order === 0) return -1;
      if (order > 0) break;
    }
    return place;
  }

  firstRecordingOf(encounter: number): number {
    if (encounter >= this.counts.encounters) return this.counts.recordings;
    return this.view.getUint16(this.places.encounters + encounterBytes * encounter + 8, true);
  }

  /** The first line, from `from` on, before which a row belongs that is not in the record; most belong behind all. */
  lineBehind(row: Row, from: number): number {
    let [low, high] = [from, this.counts.lines];
    if (low < high && !this.#isBefore(row, high - 1)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(row, middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Whether a row that is not in the record stands before one that is. */
  #isBefore({ at, key }: Row, row: number): boolean {
    const oldAt = this.places.at + 6 * row;
    const order =
      at - (this.view.getUint32(oldAt, true) + this.view.getUint16(oldAt + 4, true) * 0x1_0000_0000) ||
      -compareKey(this.view, headerBytes + 8 * row, key);
    return order < 0;
  }

  /** Where a text begins among the bytes of all texts; of none behind the last, their end. */
  textStart(text: number): number {
    return text === 0 ? 0 : this.view.getUint32(this.places.ends + textEndBytes * (text - 1), true);
  }

  /**
   * The number of an ASCII text among those from `from` to `to`, which ascend; where it is not among them, `~` of the
   * number that it would have. The order of bytes is that of the texts as long as one of them is ASCII.
   */
  findText(text: string, from: number, to: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#compareText(text, middle);
      if (order === 0) return middle;
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return ~low;
  }

  #compareText(text: string, number: number): number {
    const end = this.places.texts + this.textStart(number + 1);
    let at = this.places.texts + this.textStart(number);
    for (let i = 0; i < text.length; i++, at++) {
      const order = at < end ? text.charCodeAt(i) - (this.bytes[at] as number) : 1;
      if (order !== 0) return order;
    }
    return at < end ? -1 : 0;
  }
}

/** Sign of the key that stands there against another. */
function compareKey(view: DataView, at: number, [high, low]: Key64): number {
  return view.getUint32(at) - high || view.getUint32(at + 4) - low;
}
