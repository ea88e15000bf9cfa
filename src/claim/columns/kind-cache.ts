/** Kinds of lines by the bytes of the words that senders have for them. */
import type { LineKind } from '../claim.js';
import { isCleanText } from '../clean-text.js';
import type { CodeTable as WordTable } from '../facts.js';
import { lineKindNumber } from './line-kind.js';

const longestCode = 16;
const cacheSize = 64;

/**
 * What one vocabulary says of a line's kind, by the bytes of the code. Each code has one place; another code that
 * falls on it takes its place.
 */
export class KindCache {
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

/** The one cache of a vocabulary. */
export function kindCacheOf(words: WordTable): KindCache {
  const known = caches.get(words);
  if (known !== undefined) return known;
  const cache = new KindCache(words);
  caches.set(words, cache);
  return cache;
}
