/**
 * Values as a scanner would leave them: encoded bytes in one body, with their spans. Independent of the scanners, so
 * that settling can be tested with any value in any field.
 */
import { packWire, unpackWire } from '../../../src/base/wire.js';
import type { Claim } from '../../../src/claim/claim.js';
import { ClaimColumns } from '../../../src/claim/columns/claim-columns.js';
import { claimOf } from '../../../src/claim/columns/claim-of.js';
import { CodeTable } from '../../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../../src/claim/columns/item-codes.js';
import type { ScannedClaim } from '../../../src/claim/columns/scanned.js';
import { settleLines } from '../../../src/claim/columns/settle.js';
import { kindBits, lineSpanFields, SpanTable, spanKind } from '../../../src/claim/columns/span-table.js';
import { claimLimits } from '../../../src/claim/fields.js';
import { readNative } from '../../../src/claim/formats/native.js';
import { normalise, normaliseHead } from '../../../src/claim/normalise.js';
import type { RawClaim, RawLine } from '../../../src/claim/raw-claim.js';
import { testSettings } from '../settings.js';

export type Encoding = 'json' | 'msgpack';
/** Encoded facts of a line by field; what is absent is missing. `traceCodes` is a plain list. */
export interface Cells {
  readonly facts: Readonly<Partial<Record<(typeof lineSpanFields)[number], Buffer>>>;
  readonly traceCodes: readonly unknown[];
  readonly encounter: number;
}

/** A value's bytes. */
export function encodeCell(value: unknown, encoding: Encoding): Buffer {
  return encoding === 'json' ? Buffer.from(JSON.stringify(value)) : Buffer.from(packWire(value));
}

export function decodeCell(bytes: Buffer, encoding: Encoding): unknown {
  if (encoding === 'json') return JSON.parse(bytes.toString());
  const read = unpackWire(bytes, claimLimits);
  if (!read.ok) throw new Error(`no value: ${read.error.problem}`);
  return read.value;
}

/** The claim of these lines, read plainly and settled from spans. */
export function readBothWays(
  lines: readonly Cells[],
  encoding: Encoding,
  columns = new ClaimColumns(new ItemCodes(CodeTable.growing())),
): { readonly plain: Claim; readonly settled: Claim } {
  const plain = normalise({ ...emptyClaim(), lines: lines.map((line) => rawLineOf(line, encoding)) }, key);
  const { scanned, body } = scan(lines, encoding);
  columns.head = normaliseHead(scanned.raw, key);
  settleLines(scanned, body, columns);
  return { plain: withSortedNotes(plain), settled: withSortedNotes(claimOf(columns)) };
}

const key = testSettings.patientKey;

function emptyClaim(): RawClaim {
  return readNative({ kind: 'screening', lines: [] }, testSettings.dictionaries);
}

/** The order of notes says nothing. */
export function withSortedNotes(claim: Claim): Claim {
  const key = (note: object) => JSON.stringify(note);
  return { ...claim, notes: [...claim.notes].sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

function rawLineOf({ facts, traceCodes, encounter }: Cells, encoding: Encoding): RawLine {
  const values = lineSpanFields.map((field) => {
    const bytes = facts[field];
    return [field, bytes === undefined ? undefined : decodeCell(bytes, encoding)];
  });
  return { ...(Object.fromEntries(values) as unknown as RawLine), traceCodes, encounter };
}

function scan(lines: readonly Cells[], encoding: Encoding): { scanned: ScannedClaim; body: Buffer } {
  // Wider than the facts, and not at the body's beginning, as real ones are.
  const table = new SpanTable(lineSpanFields.length + 2);
  const parts: Buffer[] = [Buffer.from('{')];
  let offset = 1;
  for (const { facts } of lines) {
    const cell = table.addRow();
    lineSpanFields.forEach((field, i) => {
      const bytes = facts[field];
      if (bytes === undefined) return;
      const { kind, from, to } = spanOf(bytes, encoding);
      table.starts[cell + i] = offset + from;
      table.metas[cell + i] = ((to - from) << kindBits) | kind;
      parts.push(bytes);
      offset += bytes.length;
    });
  }
  const scanned = {
    raw: emptyClaim(),
    lines: table,
    encoding,
    encounters: lines.map(({ encounter }) => encounter),
    traceCodes: new Map(
      lines.flatMap(({ traceCodes }, i) => (traceCodes.length > 0 ? [[i, traceCodes]] : [])),
    ),
    message: null,
  };
  return { scanned, body: Buffer.concat(parts) };
}

interface Span {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
}

function spanOf(bytes: Buffer, encoding: Encoding): Span {
  const value = decodeCell(bytes, encoding);
  const whole = (kind: number): Span => ({ kind, from: 0, to: bytes.length });
  if (value === null) return whole(spanKind.nil);
  if (typeof value === 'boolean') return whole(value ? spanKind.yes : spanKind.no);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return whole(encoding === 'json' ? spanKind.digits : spanKind.packedNumber);
  }
  if (typeof value !== 'string') return whole(spanKind.other);
  if (encoding === 'msgpack') {
    const length = Buffer.byteLength(value);
    return { kind: spanKind.text, from: bytes.length - length, to: bytes.length };
  }
  const kind = bytes.includes(0x5c) ? spanKind.escaped : spanKind.text;
  return { kind, from: 1, to: bytes.length - 1 };
}
