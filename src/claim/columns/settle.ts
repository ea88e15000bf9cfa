/**
 * Scanned lines to columns: what lines.ts does with plain values, done fact by fact for all lines. Nothing is made
 * for a line whose facts are in their usual forms.
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

/**
 * Fills the lines' columns; what is wrong with single facts is noted in `scanned.raw.notes`. `body`: where the spans
 * stand; it must stay as it is for as long as the columns are read. Total, as the plain reader is.
 */
export function settleLines(scanned: ScannedClaim, body: Buffer, { lines, items }: ClaimColumns): void {
  const { count } = scanned.lines;
  lines.reset(body);
  lines.reserve(count);
  lines.count = count;
  lines.flags.fill(0, 0, count);
  const spans = new LineSpans(scanned, body, lines);
  // First of all: notes name the line.
  settleIds(spans);
  settleItemCodes(spans, items);
  settleKinds(spans, scanned.raw.vocabulary.lineKind, items);
  settleTexts(spans, 'itemName');
  settleTexts(spans, 'department');
  settleTexts(spans, 'practitioner');
  settleTexts(spans, 'prescriptionId');
  settleTexts(spans, 'reverses');
  settleNumbers(spans, 'quantity', lines.quantityE4);
  settleNumbers(spans, 'unitPrice', lines.unitPriceE4Fen);
  settleNumbers(spans, 'listPrice', lines.listPriceE4Fen);
  forgetFreePrices(lines.listPriceE4Fen, count);
  settleNumbers(spans, 'amount', lines.amountFen);
  settleNumbers(spans, 'days', lines.days);
  settleAt(spans);
  settleUntil(spans);
  // A line of which nobody says whether it is being ordered now is judged as one that is.
  settleFlags(spans, 'current', true);
  settleFlags(spans, 'selfPaid', false);
  settleFlags(spans, 'splitPack', false);
  for (const [row, codes] of scanned.traceCodes) {
    lines.setTraceCodes(row, readTraceCodes(codes, spans.factsOf(row)));
  }
  if (settleSigns(spans)) settleNetting(spans, scanned.encounters, items);
  else settleWithoutRefunds(lines);
}

/** Systems without a price list send zero; nothing is listed for nothing. */
function forgetFreePrices(prices: Float64Array, count: number): void {
  for (let row = 0; row < count; row++) if (prices[row] === 0) prices[row] = Number.NaN;
}
