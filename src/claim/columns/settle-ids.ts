/** Ids of scanned lines: unique, made up or numbered where the sender's are not. */
import { FactReader } from '../facts.js';
import { claimFields } from '../fields.js';
import { uniqueIds } from '../lines.js';
import { NoteTaker } from '../notes.js';
import { type LineSpans, spanField } from './line-spans.js';
import { isTextAsSent } from './settle-texts.js';
import { kindBits, kindMask } from './span-table.js';

const { maxLength } = claimFields['lines.id'];

/** Finds a text that stood there before; reused from claim to claim. */
class SpanSet {
  #slots = new Int32Array(128);
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  #count = 0;
  /** Only so many slots are used as a claim needs: they are wiped for each. */
  #mask = 0;

  /** Forgets everything and makes room for `most` texts. */
  clear(most: number): void {
    const size = 2 << (32 - Math.clz32(most));
    if (size > this.#slots.length) {
      this.#slots = new Int32Array(size);
      this.#starts = new Int32Array(size / 2);
      this.#ends = new Int32Array(size / 2);
      this.#hashes = new Int32Array(size / 2);
    } else this.#slots.fill(0, 0, size);
    this.#count = 0;
    this.#mask = size - 1;
  }

  /** False where the text was there already. */
  add(view: DataView, start: number, end: number): boolean {
    const hash = hashOf(view, start, end);
    const mask = this.#mask;
    let slot = hash & mask;
    for (let number = this.#slots[slot] as number; number > 0; number = this.#slots[slot] as number) {
      if (this.#hashes[number - 1] === hash && this.#isAt(number - 1, view, start, end)) return false;
      slot = (slot + 1) & mask;
    }
    const number = this.#count++;
    this.#slots[slot] = number + 1;
    this.#starts[number] = start;
    this.#ends[number] = end;
    this.#hashes[number] = hash;
    return true;
  }

  #isAt(number: number, view: DataView, start: number, end: number): boolean {
    const from = this.#starts[number] as number;
    if ((this.#ends[number] as number) - from !== end - start) return false;
    for (let i = start; i < end; i++) if (view.getUint8(i) !== view.getUint8(from + i - start)) return false;
    return true;
  }
}

/** Every byte counts, four at a time; equal texts have equal hashes wherever they stand. */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let i = start;
  for (; i <= end - 4; i += 4) hash = Math.imul(hash ^ view.getInt32(i, true), 0x9e3779b1) ^ (hash >>> 15);
  for (; i < end; i++) hash = Math.imul(hash ^ view.getUint8(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

const seen = new SpanSet();

/** Where every id is clean and stands once, they stay where they are; else the plain reader's rule makes them. */
export function settleIds(spans: LineSpans): void {
  if (!settleCleanIds(spans)) settlePlainIds(spans);
}

function settleCleanIds({ body, view, table, columns, controls }: LineSpans): boolean {
  const { starts, metas, fields, count } = table;
  const { starts: startsOf, ends: endsOf } = columns.id;
  seen.clear(count);
  for (let row = 0, cell = spanField.id; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    if (!isTextAsSent(body, start, end, meta & kindMask, maxLength, controls)) return false;
    if (!seen.add(view, start, end)) return false;
    startsOf[row] = start;
    endsOf[row] = end;
  }
  return true;
}

function settlePlainIds(spans: LineSpans): void {
  const silent = new FactReader(new NoteTaker());
  const sent = Array.from({ length: spans.table.count }, (_, row) =>
    silent.text('lines.id', spans.value(row, 'id')),
  );
  const ids = uniqueIds(sent, (row) => spans.value(row, 'id'), spans.notes);
  ids.forEach((id, row) => {
    spans.columns.id.setText(row, id);
  });
}
