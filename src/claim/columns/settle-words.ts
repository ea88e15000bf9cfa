/** Kinds and flags of scanned lines. */
import type { LineKind } from '../claim.js';
import { isPlainInteger } from '../clean-text.js';
import type { CodeTable as WordTable } from '../facts.js';
import type { ItemCodes } from './item-codes.js';
import { kindCacheOf } from './kind-cache.js';
import { lineFlag } from './line-columns.js';
import { lineKindNumber } from './line-kind.js';
import { type LineSpans, spanField } from './line-spans.js';
import { isNothing } from './settle-texts.js';
import { kindBits, kindMask, spanKind } from './span-table.js';

/** The kind that is sent, else the one that the item code names. After the item codes. */
export function settleKinds(spans: LineSpans, words: WordTable, items: ItemCodes): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { kind: kinds, itemCode } = spans.columns;
  const cache = kindCacheOf(words);
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

/** Sets one flag of every line; `otherwise` where it is unknown. */
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
    flags[row] = ((flags[row] as number) & ~bit) | set;
  }
}

function slowFlag(spans: LineSpans, row: number, cell: number, field: keyof typeof flagBits): boolean | null {
  return spans.factsOf(row).flag(`lines.${field}`, spans.valueAt(cell));
}
