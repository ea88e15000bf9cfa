/**
 * The native claim in JSON, its lines left where they stand. Of what surrounds them only the keys of the field table
 * become values; what they mean is settled where the plain reader does.
 */
import { isUtf8 } from 'node:buffer';
import type { ClaimColumns } from '../columns/claim-columns.js';
import { kindCacheOf } from '../columns/kind-cache.js';
import type { Scan, ScannedClaim } from '../columns/scanned.js';
import { kindBits, kindMask, lineSpanFields, SpanTable, spanKind } from '../columns/span-table.js';
import type { Dictionaries } from '../dictionaries.js';
import { claimLimits } from '../fields.js';
import { JsonCursor } from './json-bytes.js';
import { JsonHeadReader } from './json-head.js';
import { JsonKeys } from './json-keys.js';
import { JsonLineValues } from './json-line-values.js';
import { KeyTable } from './key-table.js';
import { vocabulary } from './native.js';
import { NativeHead } from './native-head.js';

const [comma, openBrace, openBracket, closeBracket] = [0x2c, 0x7b, 0x5b, 0x5d];
const kinds = kindCacheOf(vocabulary.lineKind);
const lineKeys = new KeyTable(lineSpanFields.map((name, number) => [name, number]));
/** One column more, for the keys that are none of these. */
const columns = lineSpanFields.length + 1;
const traceCodesField = lineSpanFields.indexOf('traceCodes');
/** Open containers around a line's values: the root, the list, the line. */
const depthInLine = 3;

class NativeJsonScanner {
  readonly #cursor = new JsonCursor();
  readonly #lines = new SpanTable(columns);
  readonly #traceCodes = new Map<number, readonly unknown[]>();
  readonly #keys = new JsonKeys(lineKeys, lineSpanFields.length);
  readonly #values = new JsonLineValues(this.#cursor, this.#lines);
  readonly #head = new NativeHead();
  readonly #reader = new JsonHeadReader(this.#cursor, this.#head, (at) => this.#list(at));

  scan(body: Buffer, dictionaries: Dictionaries, into: ClaimColumns): ScannedClaim | null {
    if (!isUtf8(body)) return null;
    const cursor = this.#cursor;
    cursor.begin(body);
    // Whatever an error has left of the claim before.
    this.#head.clear();
    this.#lines.reset();
    this.#values.begin(into, kinds);
    this.#traceCodes.clear();
    // Like TextDecoder: one byte order mark is none of the text.
    const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
    const end = this.#reader.root(cursor.blanks(start));
    const scanned = end >= 0 && cursor.blanks(end) === body.length && cursor.values <= claimLimits.values;
    cursor.finish();
    this.#lines.unsettled = this.#values.unsettled;
    const raw = scanned ? this.#head.rawClaim(dictionaries) : null;
    this.#head.clear();
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

  #list(start: number): number {
    const cursor = this.#cursor;
    if (!cursor.is(start, openBracket)) return -1;
    cursor.values++;
    let at = cursor.blanks(start + 1);
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
    const keys = this.#keys;
    const values = this.#values;
    const cell = this.#lines.addRow();
    values.openLine();
    let at = start;
    let position = 0;
    for (; ; position++) {
      at = keys.next(cursor, at, position);
      if (at < 0) return -1;
      const { number } = keys;
      if (number < 0) break;
      at = values.value(number, at, cell + number, depthInLine);
      if (at < 0) return -1;
    }
    values.closeLine();
    cursor.values += position + 1;
    return this.#takeTraceCodes(cell) ? at : -1;
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
export const scanNativeJson: Scan = (body, dictionaries, columns) =>
  scanner.scan(body, dictionaries, columns);
