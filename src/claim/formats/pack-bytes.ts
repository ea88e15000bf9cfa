/**
 * Walks MessagePack as bytes and makes no values: says where a value stands and what it is. As strict as
 * base/wire.ts; all answers are offsets, and -1 says that the bytes are not what a claim may consist of.
 */
import { spanKind } from '../columns/span-table.js';
import { claimLimits } from '../fields.js';
import { isUtf8At } from './utf8-bytes.js';

/** Bytes behind the type bytes 0xc0 … 0xdf of fixed length; 255: of another length, or not to be used. */
const no = 255;
const fixedSizes = Uint8Array.of(
  ...[0, no, 0, 0, no, no, no, no, no, no, 4, 8, 1, 2, 4, 8],
  ...[1, 2, 4, 8, no, no, no, no, no, no, no, no, no, no, no, no],
);
const float32 = 0xca;
const noView = new DataView(new ArrayBuffer(0));
const noBody = Buffer.alloc(0);

export class PackCursor {
  body: Buffer = noBody;
  view: DataView = noView;
  /** What `value` met last: its kind (see spanKind), and where it stands, texts without their head. */
  kind = 0;
  start = 0;
  end = 0;
  /** Keys and values so far, those of open containers in full: what `claimLimits.values` bounds. */
  values = 0;
  /** How many values or keys the container holds that `open` met. */
  count = 0;
  /** Values and keys still to come, and whether they are a map's, per container open within one value. */
  readonly #pending = new Float64Array(claimLimits.depth);
  readonly #isMap = new Uint8Array(claimLimits.depth);

  /** Starts over with another body. */
  begin(body: Buffer): void {
    this.body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.length);
    this.values = 1;
  }

  /** Lets go of the body. */
  finish(): void {
    this.body = noBody;
    this.view = noView;
  }

  /**
   * Reads the value whose first byte is at `at`, within `depth` open containers; sets kind, start and end. The
   * offset behind it, or -1.
   */
  value(at: number, depth: number): number {
    const { body } = this;
    if (at >= body.length) return -1;
    const byte = body[at] as number;
    if (byte >= 0xa0 && byte < 0xc0) return this.#text(at + 1, byte & 0x1f);
    if (byte < 0x80 || byte >= 0xe0) {
      this.kind = spanKind.packedNumber;
      this.start = at;
      this.end = at + 1;
      return at + 1;
    }
    if (byte < 0xa0) return this.#container(at, depth);
    return this.#longValue(at, byte, depth);
  }

  /**
   * The head of a text, of which nothing is checked but that it fits; sets start and end to the text. False
   * where there is no text.
   */
  text(at: number): boolean {
    if (at >= this.body.length) return false;
    const byte = this.body[at] as number;
    let start = at + 1;
    let length = byte & 0x1f;
    if (byte < 0xa0 || byte >= 0xc0) {
      if (byte < 0xd9 || byte > 0xdb) return false;
      const width = 1 << (byte - 0xd9);
      length = this.#bigEndian(start, width);
      start += width;
      if (length < 0) return false;
    }
    if (start + length > this.body.length) return false;
    this.start = start;
    this.end = start + length;
    return true;
  }

  /** The key at `at`: sets start and end to it. The offset of its value, or -1. */
  key(at: number): number {
    return this.text(at) && isUtf8At(this.body, this.view, this.start, this.end) ? this.end : -1;
  }

  /** The head of a map: sets count to its keys. The offset of its first key; -1 where there is no map. */
  openMap(at: number): number {
    return this.#open(at, 0x80, 0xde, 2);
  }

  /** The head of a list: sets count to its values. The offset of its first value; -1 where there is no list. */
  openList(at: number): number {
    return this.#open(at, 0x90, 0xdc, 1);
  }

  #open(at: number, shortest: number, wide: number, valuesEach: number): number {
    if (at >= this.body.length) return -1;
    const byte = this.body[at] as number;
    let next = at + 1;
    if ((byte & 0xf0) === shortest) this.count = byte & 0x0f;
    else if (byte === wide || byte === wide + 1) {
      const width = byte === wide ? 2 : 4;
      this.count = this.#bigEndian(next, width);
      next += width;
      if (this.count < 0) return -1;
    } else return -1;
    this.values += this.count * valuesEach;
    return next + this.count * valuesEach > this.body.length ? -1 : next;
  }

  /** -1 beyond the end. */
  #bigEndian(at: number, width: number): number {
    if (at + width > this.body.length) return -1;
    if (width === 1) return this.body[at] as number;
    return width === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  #text(start: number, length: number): number {
    const end = start + length;
    if (end > this.body.length || !isUtf8At(this.body, this.view, start, end)) return -1;
    this.kind = spanKind.text;
    this.start = start;
    this.end = end;
    return end;
  }

  #longValue(at: number, byte: number, depth: number): number {
    if (byte >= 0xdc) return this.#container(at, depth);
    if (byte >= 0xd9) return this.text(at) ? this.#text(this.start, this.end - this.start) : -1;
    if (byte >= 0xc4 && byte <= 0xc6) return this.#binary(at, 1 << (byte - 0xc4));
    const size = fixedSizes[byte - 0xc0] as number;
    this.start = at;
    this.end = at + 1 + size;
    if (size === no || this.end > this.body.length) return -1;
    if (byte === 0xc0) this.kind = spanKind.nil;
    else if (byte <= 0xc3) this.kind = byte === 0xc3 ? spanKind.yes : spanKind.no;
    else this.kind = spanKind.packedNumber;
    // The plain reader refuses what is no number among them.
    if (byte === float32 && (this.view.getUint16(at + 1) & 0x7f80) === 0x7f80) return -1;
    return this.end;
  }

  #binary(at: number, width: number): number {
    const length = this.#bigEndian(at + 1, width);
    this.kind = spanKind.other;
    this.start = at;
    this.end = at + 1 + width + length;
    return length < 0 || this.end > this.body.length ? -1 : this.end;
  }

  /** A list or a map with all that is in it. */
  #container(at: number, depth: number): number {
    const pending = this.#pending;
    const isMap = this.#isMap;
    let open = 0;
    let next = at;
    do {
      const byte = next < this.body.length ? (this.body[next] as number) : 0xc1;
      const wantsKey = open > 0 && isMap[open - 1] === 1 && (pending[open - 1] as number) % 2 === 0;
      if (open > 0) pending[open - 1] = (pending[open - 1] as number) - 1;
      if (wantsKey) next = this.key(next);
      else if ((byte & 0xe0) === 0x80 || (byte >= 0xdc && byte <= 0xdf)) {
        if (depth + open >= claimLimits.depth) return -1;
        const map = (byte & 0xf0) === 0x80 || byte >= 0xde;
        next = map ? this.openMap(next) : this.openList(next);
        isMap[open] = map ? 1 : 0;
        pending[open++] = map ? this.count * 2 : this.count;
      } else next = this.value(next, depth);
      if (next < 0) return -1;
      while (open > 0 && pending[open - 1] === 0) open--;
    } while (open > 0);
    this.kind = spanKind.other;
    this.start = at;
    this.end = next;
    return next;
  }
}
