/** Texts and item codes of scanned lines. */
import { isCleanText, isPlainInteger } from '../clean-text.js';
import { claimFields, type FieldSpec } from '../fields.js';
import { readItemCode } from '../lines.js';
import type { ItemCodes } from './item-codes.js';
import { type LineSpans, spanField } from './line-spans.js';
import { allUnsettled, kindBits, kindMask, spanKind } from './span-table.js';

type TextField = 'itemName' | 'department' | 'practitioner' | 'prescriptionId' | 'reverses';

/** A text that is a fact as it stands stays a span of the body. */
export function settleTexts(spans: LineSpans, field: TextField): void {
  const { body, controls } = spans;
  const { starts, metas, fields, count } = spans.table;
  const column = spans.columns[field];
  const { starts: startsOf, ends: endsOf } = column;
  const maxLength = (claimFields[`lines.${field}`] as FieldSpec).maxLength ?? 128;
  for (let row = 0, cell = spanField[field]; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    if (isNothing(meta)) startsOf[row] = -1;
    else if (isTextAsSent(body, start, end, meta & kindMask, maxLength, controls)) {
      startsOf[row] = start;
      endsOf[row] = end;
    } else column.setText(row, slowText(spans, row, cell, field));
  }
}

/** A missing value, null or the empty text: where nobody expects a value, there is nothing to note. */
export function isNothing(meta: number): boolean {
  const kind = meta & kindMask;
  return kind <= spanKind.nil || meta === spanKind.text;
}

export function isTextAsSent(
  body: Uint8Array,
  start: number,
  end: number,
  kind: number,
  maxLength: number,
  controls: DataView | null,
): boolean {
  if (kind === spanKind.text) return isCleanText(body, start, end, maxLength, controls);
  return kind === spanKind.digits && isPlainInteger(body, start, end);
}

function slowText(spans: LineSpans, row: number, cell: number, field: TextField): string | null {
  const facts = spans.factsOf(row);
  const value = spans.valueAt(cell);
  return field === 'itemName'
    ? facts.label('lines.itemName', value)
    : facts.text(`lines.${field}` as const, value);
}

/**
 * Item codes become numbers; a code of no national shape is unknown. First a look at those that came lately, then a
 * guess at the others, then certainty.
 */
export function settleItemCodes(spans: LineSpans, items: ItemCodes): void {
  const { itemCode: numbers } = spans.columns;
  // A scanner has looked already.
  if (spans.table.unsettled === allUnsettled) numbers.fill(-1, 0, spans.table.count);
  if (!guessItemCodes(spans, items)) return;
  const { body, view } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { itemCode } = spans.columns;
  for (let row = 0, cell = spanField.itemCode; row < count; row++, cell += fields) {
    const known = itemCode[row] as number;
    if (known >= 0) continue;
    const meta = metas[cell] as number;
    const kind = meta & kindMask;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    const plain = kind === spanKind.text || (kind === spanKind.digits && isPlainInteger(body, start, end));
    // No code of a national shape needs any repair.
    const number = plain ? items.sure(noGuess - known, body, view, start, end) : -1;
    itemCode[row] = number >= 0 ? number : slowItemCode(spans, row, cell, items);
  }
}

/** What `noGuess` is less by a guess; a guess of -1 stands for none. */
const noGuess = -2;

/** Leaves a number in the column, or a guess below zero; whether there is any of these. */
function guessItemCodes({ body, view, table, columns }: LineSpans, items: ItemCodes): boolean {
  const { starts, metas, fields, count } = table;
  const { itemCode } = columns;
  let guessed = false;
  for (let row = 0, cell = spanField.itemCode; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    if ((itemCode[row] as number) >= 0) continue;
    const isText = (meta & kindMask) === spanKind.text;
    const recent = isText ? items.recentAt(view, start, end) : -1;
    if (recent < 0) guessed = true;
    itemCode[row] = recent >= 0 ? recent : noGuess - (isText ? items.guess(body, start, end) : -1);
  }
  return guessed;
}

function slowItemCode(spans: LineSpans, row: number, cell: number, items: ItemCodes): number {
  const code = readItemCode(spans.valueAt(cell), spans.factsOf(row));
  return code === null ? -1 : items.numberOf(code);
}
