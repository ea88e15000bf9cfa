/**
 * Scanned lines to columns: what lines.ts does with plain values, done fact by fact for all lines. Nothing is made
 * for a line whose facts are in their usual forms. A scanner may have settled any fact of all lines itself; where one
 * line's is unusual, the fact is settled here for all of them.
 */
import { readTraceCodes } from '../lines.js';
import type { ClaimColumns } from './claim-columns.js';
import { LineSpans } from './line-spans.js';
import type { ScannedClaim } from './scanned.js';
import { settleIds } from './settle-ids.js';
import { settleNumbers } from './settle-numbers.js';
import { settleNetting, settleSigns, settleWithoutRefunds } from './settle-refunds.js';
import { settleItemCodes, settleTexts } from './settle-texts.js';
import { settleAt, settleUntil } from './settle-times.js';
import { settleFlags, settleKinds } from './settle-words.js';
import { allUnsettled, type LineSpanField, maybeRefunds, unsettledBit } from './span-table.js';

/**
 * Fills the lines' columns; what is wrong with single facts is noted in `scanned.raw.notes`. `body`: where the spans
 * stand; it must stay as it is for as long as the columns are read. Total, as the plain reader is.
 */
export function settleLines(scanned: ScannedClaim, body: Buffer, { lines, items }: ClaimColumns): void {
  const { count, unsettled } = scanned.lines;
  lines.reset(body);
  lines.reserve(count);
  lines.count = count;
  if (unsettled === allUnsettled) lines.flags.fill(0, 0, count);
  const spans = new LineSpans(scanned, body, lines);
  // First of all: notes name the line.
  if ((unsettled & unsettledBit.id) !== 0) settleIds(spans);
  if ((unsettled & unsettledBit.itemCode) !== 0) settleItemCodes(spans, items);
  if ((unsettled & unsettledBit.kind) !== 0) settleKinds(spans, scanned.raw.vocabulary.lineKind, items);
  if ((unsettled & textBits) !== 0) settleAllTexts(spans, unsettled);
  if ((unsettled & numberBits) !== 0) settleAllNumbers(spans, unsettled);
  settleTimesAndFlags(spans, unsettled);
  for (const [row, codes] of scanned.traceCodes) {
    lines.setTraceCodes(row, readTraceCodes(codes, spans.factsOf(row)));
  }
  if ((unsettled & refundBits) !== 0 && settleSigns(spans)) settleNetting(spans, scanned.encounters, items);
  else settleWithoutRefunds(lines);
}

const textFields = ['itemName', 'department', 'practitioner', 'prescriptionId', 'reverses'] as const;
const textBits = bitsOf(textFields);
const numberBits = bitsOf(['quantity', 'unitPrice', 'listPrice', 'amount', 'days']);
const timeBits = bitsOf(['at', 'until']);
const flagBits = bitsOf(['current', 'selfPaid', 'splitPack']);
const refundBits = maybeRefunds | bitsOf(['quantity', 'amount', 'reverses']);

function bitsOf(fields: readonly LineSpanField[]): number {
  return fields.reduce((bits, field) => bits | unsettledBit[field], 0);
}

function settleAllTexts(spans: LineSpans, unsettled: number): void {
  for (const field of textFields) if ((unsettled & unsettledBit[field]) !== 0) settleTexts(spans, field);
}

function settleAllNumbers(spans: LineSpans, unsettled: number): void {
  const { columns } = spans;
  if ((unsettled & unsettledBit.quantity) !== 0) settleNumbers(spans, 'quantity', columns.quantityE4);
  if ((unsettled & unsettledBit.unitPrice) !== 0) settleNumbers(spans, 'unitPrice', columns.unitPriceE4Fen);
  if ((unsettled & unsettledBit.listPrice) !== 0) {
    settleNumbers(spans, 'listPrice', columns.listPriceE4Fen);
    forgetFreePrices(columns.listPriceE4Fen, spans.table.count);
  }
  if ((unsettled & unsettledBit.amount) !== 0) settleNumbers(spans, 'amount', columns.amountFen);
  if ((unsettled & unsettledBit.days) !== 0) settleNumbers(spans, 'days', columns.days);
}

function settleTimesAndFlags(spans: LineSpans, unsettled: number): void {
  if ((unsettled & timeBits) !== 0) {
    if ((unsettled & unsettledBit.at) !== 0) settleAt(spans);
    // Whatever changes the beginnings may change what ends after them.
    settleUntil(spans);
  }
  if ((unsettled & flagBits) === 0) return;
  // A line of which nobody says whether it is being ordered now is judged as one that is.
  if ((unsettled & unsettledBit.current) !== 0) settleFlags(spans, 'current', true);
  if ((unsettled & unsettledBit.selfPaid) !== 0) settleFlags(spans, 'selfPaid', false);
  if ((unsettled & unsettledBit.splitPack) !== 0) settleFlags(spans, 'splitPack', false);
}

/** Systems without a price list send zero; nothing is listed for nothing. */
function forgetFreePrices(prices: Float64Array, count: number): void {
  for (let row = 0; row < count; row++) if (prices[row] === 0) prices[row] = Number.NaN;
}
