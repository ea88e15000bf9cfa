/**
 * The native claim in JSON, its lines left where they stand. What surrounds them is parsed as ever, with an
 * empty list in their place; so only the lines' own grammar is spelt out here, and every rule about a claim's
 * structure stays in native.ts.
 */
import { isUtf8 } from 'node:buffer';
import type { Scan, ScannedClaim } from '../columns/scanned.js';
import { kindBits, kindMask, lineSpanFields, SpanTable, spanKind } from '../columns/span-table.js';
import type { Dictionaries } from '../dictionaries.js';
import { claimLimits } from '../fields.js';
import { JsonCursor } from './json-bytes.js';
import { KeyLeads } from './key-leads.js';
import { KeyTable } from './key-table.js';
import { readNativeOrDecline } from './native.js';
import type { Fields } from './structure.js';

const [comma, openBrace, closeBrace, openBracket, closeBracket] = [0x2c, 0x7b, 0x7d, 0x5b, 0x5d];
const lineKeys = new KeyTable(lineSpanFields.map((name, number) => [name, number]));
const rootKeys = new KeyTable([['lines', 0]]);
/** One column more, for the keys that are none of these. */
const columns = lineSpanFields.length + 1;
const traceCodesField = lineSpanFields.indexOf('traceCodes');
/** Open containers around a line's values: the root, the list, the line. */
const depthInLine = 3;

class NativeJsonScanner {
  readonly #cursor = new JsonCursor();
  readonly #lines = new SpanTable(columns);
  readonly #traceCodes = new Map<number, readonly unknown[]>();
  readonly #leads = new KeyLeads();
  /** The key that `#lead` met; -1: the line's end. */
  #number = 0;
  #hasLines = false;
  /** Where the list of lines stands; -1: there is none. */
  #listStart = -1;
  #listEnd = -1;

  scan(body: Buffer, dictionaries: Dictionaries): ScannedClaim | null {
    if (!isUtf8(body)) return null;
    this.#cursor.begin(body);
    this.#lines.reset();
    this.#traceCodes.clear();
    this.#hasLines = false;
    this.#listStart = -1;
    // Like TextDecoder: one byte order mark is none of the text.
    const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
    const scanned = this.#root(start) && this.#cursor.values <= claimLimits.values;
    this.#cursor.finish();
    const raw = scanned ? readNativeOrDecline(this.#head(body, start), dictionaries) : null;
    if (raw === null) return null;
    return {
      raw,
      lines: this.#lines,
      encoding: 'json',
      encounters: null,
      traceCodes: this.#traceCodes,
      message: null,
    };
  }

  /** Everything but the lines. */
  #head(body: Buffer, start: number): Fields {
    if (this.#listStart < 0) return JSON.parse(body.toString('utf8', start)) as Fields;
    const [before, behind] = [this.#listStart, this.#listEnd];
    return JSON.parse(`${body.toString('utf8', start, before)}[]${body.toString('utf8', behind)}`) as Fields;
  }

  #root(start: number): boolean {
    const cursor = this.#cursor;
    let at = cursor.blanks(start);
    if (!cursor.is(at, openBrace)) return false;
    cursor.values++;
    at++;
    do {
      at = this.#rootMember(cursor.blanks(at));
      if (at < 0) return false;
      at = cursor.blanks(at);
      cursor.values++;
    } while (cursor.is(at++, comma));
    return cursor.is(at - 1, closeBrace) && cursor.blanks(at) === cursor.body.length;
  }

  #rootMember(at: number): number {
    const cursor = this.#cursor;
    const value = cursor.key(at);
    if (value < 0 || cursor.kind === spanKind.escaped) return -1;
    if (rootKeys.find(cursor.body, cursor.start, cursor.end) < 0) return cursor.value(value, 1);
    // Of two lists the last one counts: too rare to be worth forgetting the first.
    if (this.#hasLines) return -1;
    this.#hasLines = true;
    if (!cursor.is(value, openBracket)) return cursor.value(value, 1);
    this.#listStart = value;
    this.#listEnd = this.#list(value + 1);
    return this.#listEnd;
  }

  #list(start: number): number {
    const cursor = this.#cursor;
    cursor.values++;
    let at = cursor.blanks(start);
    if (cursor.is(at, closeBracket)) return at + 1;
    for (;;) {
      if (!cursor.is(at, openBrace) || this.#lines.count === claimLimits.lines) return -1;
      at = this.#line(at + 1);
      if (at < 0) return -1;
      at = cursor.blanks(at);
      if (!cursor.is(at, comma)) return cursor.is(at, closeBracket) ? at + 1 : -1;
      at = cursor.blanks(at + 1);
    }
  }

  /** One line from behind its brace on. A key that comes twice has the value that comes last. */
  #line(start: number): number {
    const cursor = this.#cursor;
    const leads = this.#leads;
    const { body, view } = cursor;
    const cell = this.#lines.addRow();
    const { starts, metas } = this.#lines;
    let at = start;
    let position = 0;
    for (; ; position++) {
      const length = leads.lengthAt(position, view, at);
      let number = 0;
      if (length > 0) {
        number = leads.numberAt(position);
        at += length;
        // The lead that was learnt may have had less white space.
        if (at < body.length && (body[at] as number) <= 0x20) at = cursor.blanks(at);
      } else {
        at = this.#lead(at, position);
        if (at < 0) return -1;
        number = this.#number;
        if (number < 0) break;
      }
      at = cursor.value(at, depthInLine);
      if (at < 0) return -1;
      starts[cell + number] = cursor.start;
      metas[cell + number] = ((cursor.end - cursor.start) << kindBits) | cursor.kind;
    }
    cursor.values += position + 1;
    return this.#takeTraceCodes(cell) ? at : -1;
  }

  /**
   * What leads to the next value: the offset of its first byte, and `#number` of its key. At the line's end the
   * offset behind it, and -1 as the number.
   */
  #lead(start: number, position: number): number {
    const cursor = this.#cursor;
    let at = cursor.blanks(start);
    if (cursor.is(at, closeBrace)) {
      this.#number = -1;
      return at + 1;
    }
    if (position > 0) {
      if (!cursor.is(at, comma)) return -1;
      at = cursor.blanks(at + 1);
    }
    const value = cursor.key(at);
    // An escaped key may spell one of ours: too rare to be read here.
    if (value < 0 || cursor.kind === spanKind.escaped) return -1;
    const entry = lineKeys.find(cursor.body, cursor.start, cursor.end);
    this.#number = entry < 0 ? lineSpanFields.length : entry;
    this.#leads.learn(position, cursor.body, start, value, this.#number);
    return value;
  }

  /** False where they are no list, or one that is too long. */
  #takeTraceCodes(cell: number): boolean {
    const start = this.#lines.starts[cell + traceCodesField] as number;
    const meta = this.#lines.metas[cell + traceCodesField] as number;
    const kind = meta & kindMask;
    if (kind === spanKind.missing || kind === spanKind.nil) return true;
    const { body } = this.#cursor;
    if (kind !== spanKind.other || body[start] !== openBracket) return false;
    const length = meta >> kindBits;
    if (length === 2) return true;
    const values = JSON.parse(body.toString('utf8', start, start + length)) as readonly unknown[];
    if (values.length > 0) this.#traceCodes.set(this.#lines.count - 1, values);
    return values.length <= claimLimits.traceCodesPerLine;
  }
}

const scanner = new NativeJsonScanner();

/** See Scan; what it answers holds until the next scan. */
export const scanNativeJson: Scan = (body, dictionaries) => scanner.scan(body, dictionaries);
