/**
 * The scanned lines of one claim while they are settled: where each fact stands, and the slow way for a fact that is
 * not in a clean form, which is the plain reader's own.
 */
import { unpackNumberAt } from '../../base/wire.js';
import { FactReader } from '../facts.js';
import type { NoteTaker } from '../notes.js';
import type { LineColumns } from './line-columns.js';
import type { ScannedClaim } from './scanned.js';
import {
  kindBits,
  kindMask,
  type LineSpanField,
  lineSpanFields,
  type SpanTable,
  spanKind,
} from './span-table.js';

/** Stands for every list, object and byte string: no fact is one of these, whatever it holds. */
const noScalar = {};

export class LineSpans {
  readonly body: Buffer;
  readonly table: SpanTable;
  readonly columns: LineColumns;
  /** Of the body, to read words of four bytes. */
  readonly view: DataView;
  /** The same where a text of it may hold control characters, which a clean one has not; else null. */
  readonly controls: DataView | null;
  readonly notes: NoteTaker;
  #facts: FactReader | null = null;
  #row = 0;

  constructor({ lines, raw, encoding }: ScannedClaim, body: Buffer, columns: LineColumns) {
    this.body = body;
    this.table = lines;
    this.columns = columns;
    this.notes = raw.notes;
    // JSON forbids them unescaped, but for the last one of ASCII.
    const none = encoding === 'json' && !body.includes(0x7f);
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.controls = none ? null : this.view;
  }

  /** Reads facts of a line; its notes carry the line's id. */
  factsOf(row: number): FactReader {
    this.#row = row;
    this.#facts ??= new FactReader(this.notes, () => this.columns.id.at(this.#row) ?? '');
    return this.#facts;
  }

  /** The value of a fact as the plain reader has it. */
  value(row: number, field: LineSpanField): unknown {
    return this.valueAt(row * this.table.fields + spanField[field]);
  }

  valueAt(cell: number): unknown {
    const meta = this.table.metas[cell] as number;
    return spanValue(this.body, this.table.starts[cell] as number, meta >>> kindBits, meta & kindMask);
  }
}

/** Place of a field in a row. */
export const spanField = Object.fromEntries(lineSpanFields.map((name, i) => [name, i])) as Readonly<
  Record<LineSpanField, number>
>;

/** Decodes one span. What is neither text, number nor flag comes as an object without content. */
export function spanValue(body: Buffer, start: number, length: number, kind: number): unknown {
  const end = start + length;
  switch (kind) {
    case spanKind.missing:
      return undefined;
    case spanKind.nil:
      return null;
    case spanKind.yes:
      return true;
    case spanKind.no:
      return false;
    case spanKind.text:
      return body.toString('utf8', start, end);
    case spanKind.escaped:
      return JSON.parse(`"${body.toString('utf8', start, end)}"`);
    case spanKind.digits:
      return Number(body.toString('latin1', start, end));
    case spanKind.packedNumber:
      return unpackNumberAt(body, start);
    default:
      return noScalar;
  }
}
