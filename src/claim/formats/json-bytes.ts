/**
 * Walks JSON as bytes and makes no values: says where a value stands and what it is. As strict as JSON.parse;
 * whoever walks has to know already that the bytes are UTF-8. All answers are offsets; -1 says that the bytes
 * are not JSON, or nested deeper than a claim may be.
 */
import { spanKind } from '../columns/span-table.js';
import { claimLimits } from '../fields.js';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const noView = new DataView(new ArrayBuffer(0));
const noBody = Buffer.alloc(0);

export class JsonCursor {
  body: Buffer = noBody;
  view: DataView = noView;
  /** What `value` or `key` met last: its kind (see spanKind), and where it stands, texts without quotes. */
  kind = 0;
  start = 0;
  end = 0;
  /** Commas and opening brackets so far: what `claimLimits.values` bounds. */
  values = 0;
  /** Closing brackets that are awaited within one value. */
  readonly #closers = new Uint8Array(claimLimits.depth);

  /** Starts over with another body. */
  begin(body: Buffer): void {
    this.body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.length);
    this.values = 0;
  }

  /** Lets go of the body. */
  finish(): void {
    this.body = noBody;
    this.view = noView;
  }

  /** Past white space. */
  blanks(at: number): number {
    const { body } = this;
    let i = at;
    while (i < body.length && isBlank(body[i] as number)) i++;
    return i;
  }

  /** Whether a byte stands at an offset; false beyond the end. */
  is(at: number, byte: number): boolean {
    return at < this.body.length && this.body[at] === byte;
  }

  /**
   * Reads the value whose first byte is at `at`, within `depth` open containers; sets kind, start and end. The
   * offset behind it, or -1.
   */
  value(at: number, depth: number): number {
    const { body } = this;
    if (at >= body.length) return -1;
    const byte = body[at] as number;
    if (byte === quote) return this.#text(at + 1);
    if (byte === openBrace || byte === openBracket) {
      const next = this.#container(at, depth);
      this.kind = spanKind.other;
      this.start = at;
      this.end = next;
      return next;
    }
    return this.#plain(at, byte);
  }

  /**
   * Reads the key whose quote is at `at`; sets kind, start and end to it. The offset of the first byte of its
   * value, or -1.
   */
  key(at: number): number {
    if (!this.is(at, quote)) return -1;
    const next = this.#text(at + 1);
    return next < 0 ? -1 : this.#colon(next);
  }

  #colon(at: number): number {
    const i = this.blanks(at);
    return this.is(i, colon) ? this.blanks(i + 1) : -1;
  }

  /** A text whose first byte is at `at`, behind the quote. Most are short: four bytes at a time gain nothing. */
  #text(at: number): number {
    const { body } = this;
    const { length } = body;
    for (let i = at; i < length; i++) {
      const byte = body[i] as number;
      if (byte === quote) {
        this.kind = spanKind.text;
        this.start = at;
        this.end = i;
        return i + 1;
      }
      if (byte < 0x20) return -1;
      if (byte === backslash) return this.#escapedText(at, i);
    }
    return -1;
  }

  /** The same from its first backslash on. */
  #escapedText(at: number, first: number): number {
    const { body } = this;
    let i = first;
    while (i < body.length) {
      const byte = body[i] as number;
      if (byte === quote) {
        this.kind = spanKind.escaped;
        this.start = at;
        this.end = i;
        return i + 1;
      }
      if (byte < 0x20) return -1;
      i = byte === backslash ? this.#escape(i + 1) : i + 1;
      if (i < 0) return -1;
    }
    return -1;
  }

  /** What follows a backslash. */
  #escape(at: number): number {
    const { body } = this;
    if (at >= body.length) return -1;
    const letter = body[at] as number;
    if (letter !== 0x75) return shortEscapes.includes(letter) ? at + 1 : -1;
    if (at + 4 >= body.length) return -1;
    for (let i = at + 1; i <= at + 4; i++) if (!isHexDigit(body[i] as number)) return -1;
    return at + 5;
  }

  /** A number or a literal. */
  #plain(at: number, byte: number): number {
    this.start = at;
    if (byte === 0x2d || isDigit(byte)) {
      this.kind = spanKind.digits;
      this.end = this.#number(at);
    } else if (byte === 0x6e) {
      this.kind = spanKind.nil;
      this.end = this.#literal(at, 4, 0x6e756c6c, byte);
    } else if (byte === 0x74) {
      this.kind = spanKind.yes;
      this.end = this.#literal(at, 4, 0x74727565, byte);
    } else if (byte === 0x66) {
      this.kind = spanKind.no;
      this.end = this.#literal(at, 5, 0x616c7365, byte);
    } else return -1;
    return this.end;
  }

  /** A word by its last four letters. */
  #literal(at: number, length: number, letters: number, first: number): number {
    const end = at + length;
    if (end > this.body.length || this.body[at] !== first) return -1;
    return this.view.getInt32(end - 4) === letters ? end : -1;
  }

  #number(at: number): number {
    const { body } = this;
    let i = this.is(at, 0x2d) ? at + 1 : at;
    const whole = i;
    i = this.#digits(i);
    if (i === whole || (body[whole] === 0x30 && i > whole + 1)) return -1;
    if (this.is(i, 0x2e)) {
      const fraction = i + 1;
      i = this.#digits(fraction);
      if (i === fraction) return -1;
    }
    if (!this.is(i, 0x65) && !this.is(i, 0x45)) return i;
    i++;
    const exponent = this.is(i, 0x2b) || this.is(i, 0x2d) ? i + 1 : i;
    i = this.#digits(exponent);
    return i === exponent ? -1 : i;
  }

  #digits(at: number): number {
    const { body } = this;
    let i = at;
    while (i < body.length && isDigit(body[i] as number)) i++;
    return i;
  }

  /** A list or an object with all that is in it. */
  #container(at: number, depth: number): number {
    const { body } = this;
    const closers = this.#closers;
    let open = 0;
    let i = at;
    for (;;) {
      const byte = i < body.length ? (body[i] as number) : 0;
      if (byte === openBrace || byte === openBracket) {
        if (depth + open >= claimLimits.depth) return -1;
        this.values++;
        const closer = byte === openBrace ? closeBrace : closeBracket;
        i = this.blanks(i + 1);
        if (!this.is(i, closer)) {
          closers[open++] = closer;
          if (closer === closeBrace) i = this.key(i);
          if (i < 0) return -1;
          continue;
        }
        i++;
      } else {
        i = byte === quote ? this.#text(i + 1) : this.#plain(i, byte);
        if (i < 0) return -1;
      }
      // A value has ended: close what ends with it, up to the next comma.
      while (open > 0) {
        i = this.blanks(i);
        if (this.is(i, comma)) break;
        if (!this.is(i, closers[--open] as number)) return -1;
        i++;
      }
      if (open === 0) return i;
      this.values++;
      i = this.blanks(i + 1);
      if (closers[open - 1] === closeBrace) i = this.key(i);
      if (i < 0) return -1;
    }
  }
}

const shortEscapes = Buffer.from('"\\/bfnrt');

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
