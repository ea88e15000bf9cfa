/**
 * The native claim in MessagePack, its lines left where they stand. Of what surrounds them only the keys of the
 * field table become values; what they mean is settled where the plain reader does.
 */
import { unpackPart } from '../../base/wire.js';
import type { Scan, ScannedClaim } from '../columns/scanned.js';
import { kindBits, kindMask, lineSpanFields, SpanTable, spanKind } from '../columns/span-table.js';
import type { Dictionaries } from '../dictionaries.js';
import { claimLimits } from '../fields.js';
import { NativeHead } from './native-head.js';
import { PackCursor } from './pack-bytes.js';
import { PackHeadReader } from './pack-head.js';
import { readPackedLine } from './pack-line-reader.js';

/** One column more, for the keys that are none of these. */
const columns = lineSpanFields.length + 1;
const traceCodesField = lineSpanFields.indexOf('traceCodes');

class NativePackScanner {
  readonly #cursor = new PackCursor();
  readonly #lines = new SpanTable(columns);
  readonly #traceCodes = new Map<number, readonly unknown[]>();
  readonly #head = new NativeHead();
  readonly #reader = new PackHeadReader(this.#cursor, this.#head, (at) => this.#list(at));

  scan(body: Buffer, dictionaries: Dictionaries): ScannedClaim | null {
    this.#cursor.begin(body);
    this.#lines.reset();
    this.#traceCodes.clear();
    const end = this.#reader.root();
    const scanned = end === body.length && this.#cursor.values <= claimLimits.values;
    this.#cursor.finish();
    const raw = scanned ? this.#head.rawClaim(dictionaries) : null;
    this.#head.clear();
    if (raw === null) return null;
    return {
      raw,
      lines: this.#lines,
      encoding: 'msgpack',
      encounters: null,
      traceCodes: this.#traceCodes,
      message: null,
    };
  }

  /** All lines. The offset behind them, or -1. */
  #list(start: number): number {
    let at = this.#cursor.openList(start);
    const { count } = this.#cursor;
    if (count > claimLimits.lines) return -1;
    for (let left = count; left > 0 && at >= 0; left--) at = this.#line(at);
    return at;
  }

  #line(start: number): number {
    const lines = this.#lines;
    const cell = lines.addRow();
    const first = this.#cursor.openMap(start);
    if (first < 0) return -1;
    const end = readPackedLine(this.#cursor, first, this.#cursor.count, cell, lines.starts, lines.metas);
    return end >= 0 && this.#takeTraceCodes(cell) ? end : -1;
  }

  /** False where they are no list, or one that is too long. */
  #takeTraceCodes(cell: number): boolean {
    const start = this.#lines.starts[cell + traceCodesField] as number;
    const meta = this.#lines.metas[cell + traceCodesField] as number;
    const kind = meta & kindMask;
    if (kind === spanKind.missing || kind === spanKind.nil) return true;
    if (kind !== spanKind.other) return false;
    const { body } = this.#cursor;
    const length = meta >> kindBits;
    if (length === 1) return body[start] === 0x90;
    const values = unpackPart(body, start, start + length);
    if (!Array.isArray(values) || values.length > claimLimits.traceCodesPerLine) return false;
    if (values.length > 0) this.#traceCodes.set(this.#lines.count - 1, values);
    return true;
  }
}

const scanner = new NativePackScanner();

/** See Scan; what it answers holds until the next scan. */
export const scanNativeMessagePack: Scan = (body, dictionaries) => scanner.scan(body, dictionaries);
