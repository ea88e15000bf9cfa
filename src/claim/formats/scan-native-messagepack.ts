/**
 * The native claim in MessagePack, its lines left where they stand. Of what surrounds them only the keys of the
 * field table become values; what they mean is settled where the plain reader does.
 */
import { unpackPart } from '../../base/wire.js';
import type { ClaimColumns } from '../columns/claim-columns.js';
import type { Scan, ScannedClaim } from '../columns/scanned.js';
import { kindBits, kindMask, lineSpanFields, SpanTable, spanKind } from '../columns/span-table.js';
import type { Dictionaries } from '../dictionaries.js';
import { claimLimits } from '../fields.js';
import { NativeHead } from './native-head.js';
import { PackCursor } from './pack-bytes.js';
import { PackHeadReader } from './pack-head.js';
import { readPackedLines, type TakeTraceCodes } from './pack-line-reader.js';

/** One column more, for the keys that are none of these. */
const columns = lineSpanFields.length + 1;
const traceCodesField = lineSpanFields.indexOf('traceCodes');

class NativePackScanner {
  readonly #cursor = new PackCursor();
  readonly #lines = new SpanTable(columns);
  readonly #traceCodes = new Map<number, readonly unknown[]>();
  readonly #head = new NativeHead();
  readonly #reader = new PackHeadReader(this.#cursor, this.#head, (at) => this.#list(at));

  #columns: ClaimColumns | null = null;

  scan(body: Buffer, dictionaries: Dictionaries, columns: ClaimColumns): ScannedClaim | null {
    this.#cursor.begin(body);
    // Whatever an error has left of the claim before.
    this.#head.clear();
    this.#lines.reset();
    this.#traceCodes.clear();
    this.#columns = columns;
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
    const at = this.#cursor.openList(start);
    const { count } = this.#cursor;
    if (at < 0 || count > claimLimits.lines) return -1;
    const { lines, items } = this.#columns as ClaimColumns;
    this.#lines.addRows(count);
    lines.reserve(count);
    return readPackedLines(this.#cursor, at, this.#lines, lines, items, this.#takeTraceCodes);
  }

  /** False where they are no list, or one that is too long. */
  readonly #takeTraceCodes: TakeTraceCodes = (row, cell) => {
    const start = this.#lines.starts[cell + traceCodesField] as number;
    const meta = this.#lines.metas[cell + traceCodesField] as number;
    if ((meta & kindMask) !== spanKind.other) return false;
    const values = unpackPart(this.#cursor.body, start, start + (meta >> kindBits));
    if (!Array.isArray(values) || values.length > claimLimits.traceCodesPerLine) return false;
    if (values.length > 0) this.#traceCodes.set(row, values);
    return true;
  };
}

const scanner = new NativePackScanner();

/** See Scan; what it answers holds until the next scan. */
export const scanNativeMessagePack: Scan = (body, dictionaries, columns) =>
  scanner.scan(body, dictionaries, columns);
