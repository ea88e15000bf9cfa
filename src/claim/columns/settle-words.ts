/** Kinds and flags of scanned lines. */
import type { LineKind } from '../claim.js';
import { isCleanText, isPlainInteger } from '../clean-text.js';
import type { CodeTable as WordTable } from '../facts.js';
import type { ItemCodes } from './item-codes.js';
import { lineFlag } from './line-columns.js';
import { lineKindNumber } from './line-kind.js';
import { type LineSpans, spanField } from './line-spans.js';
import { isNothing } from './settle-texts.js';
import { kindBits, kindMask, spanKind } from './span-table.js';

const longestCode = 16;
const cacheSize = 64;

/**
 * What one vocabulary says of a line's kind, by the bytes of the code. Each code has one place; another code that
 * falls on it takes its place.
 */
class KindCache {
  readonly #words: WordTable;
  readonly #codes = new Uint8Array(cacheSize * longestCode);
  readonly #lengths = new Uint8Array(cacheSize);
  readonly #kinds = new Int8Array(cacheSize);

  constructor(words: WordTable) {
    this.#words = words;
  }

  /** Position in `lineKinds`; -1: the plain reader has to say what it is. */
  kindAt(body: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length === 0 || length > longestCode) return -1;
    const place = (length + (body[start] as number) * 3 + (body[end - 1] as number) * 7) % cacheSize;
    return this.#isAt(place, body, start, length)
      ? (this.#kinds[place] as number)
      : this.#learn(place, body, start, end);
  }

  #isAt(place: number, body: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[place] !== length) return false;
    const from = place * longestCode;
    for (let i = 0; i < length; i++) if (this.#codes[from + i] !== body[start + i]) return false;
    return true;
  }

  #learn(place: number, body: Buffer, start: number, end: number): number {
    const code = body.subarray(start, end);
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    // The table is asked for what the fact would be; what has to be repaired first is not.
    const word = isCleanText(code, 0, code.length, longestCode, view) ? this.#words(code.toString()) : null;
    const kind = typeof word === 'string' ? lineKindNumber(word as LineKind) : -1;
    this.#codes.set(code, place * longestCode);
    this.#lengths[place] = code.length;
    this.#kinds[place] = kind;
    return kind;
  }
}

const caches = new WeakMap<WordTable, KindCache>();

function cacheOf(words: WordTable): KindCache {
  const known = caches.get(words);
  if (known !== undefined) return known;
  const cache = new KindCache(words);
  caches.set(words, cache);
  return cache;
}

/** The kind that is sent, else the one that the item code names. After the item codes. */
export function settleKinds(spans: LineSpans, words: WordTable, items: ItemCodes): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { kind: kinds, itemCode } = spans.columns;
  const cache = cacheOf(words);
  for (let row = 0, cell = spanField.kind; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    const spanned = meta & kindMask;
    let kind = -1;
    if (spanned === spanKind.text || (spanned === spanKind.digits && isPlainInteger(body, start, end))) {
      kind = cache.kindAt(body, start, end);
    }
    if (kind < 0 && !isNothing(meta)) kind = slowKind(spans, row, cell, words);
    const item = itemCode[row] as number;
    kinds[row] = kind < 0 && item >= 0 ? items.kindOf(item) : kind;
  }
}

function slowKind(spans: LineSpans, row: number, cell: number, words: WordTable): number {
  return lineKindNumber(spans.factsOf(row).word<LineKind>('lines.kind', spans.valueAt(cell), words));
}

const flagBits = { current: lineFlag.current, selfPaid: lineFlag.selfPaid, splitPack: lineFlag.splitPack };

/** What a value of one byte says, if it is a digit; else another number. */
function digitOf(byte: number, kind: number): number {
  if (kind === spanKind.packedNumber) return byte;
  return kind === spanKind.text || kind === spanKind.digits ? byte - 0x30 : -1;
}

/** Sets one flag of every line; `otherwise` where it is unknown. The bits must be clear. */
export function settleFlags(spans: LineSpans, field: keyof typeof flagBits, otherwise: boolean): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { flags } = spans.columns;
  const bit = flagBits[field];
  const bitOtherwise = otherwise ? bit : 0;
  for (let row = 0, cell = spanField[field]; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const kind = meta & kindMask;
    let set = bitOtherwise;
    if (kind === spanKind.yes) set = bit;
    else if (kind === spanKind.no) set = 0;
    else if (!isNothing(meta)) {
      const digit = meta >>> kindBits === 1 ? digitOf(body[starts[cell] as number] as number, kind) : -1;
      if (digit === 1) set = bit;
      else if (digit === 0) set = 0;
      else set = (slowFlag(spans, row, cell, field) ?? otherwise) ? bit : 0;
    }
    flags[row] = (flags[row] as number) | set;
  }
}

function slowFlag(spans: LineSpans, row: number, cell: number, field: keyof typeof flagBits): boolean | null {
  return spans.factsOf(row).flag(`lines.${field}`, spans.valueAt(cell));
}
