/**
 * Rules 46, 76 and 86 of the 88: kinds of drugs in a prescription, pieces and grams, numbers of consumables.
 * Their parameters are set locally, so they remind at most, and are suspicious at most. By number, and by
 * shape: more lines, or more of an item, than a number for which no document of that item stands.
 *
 * Lawful look-alikes: counts of an item by the unit that its price is for (限定频次), by a table with points.
 */
import { everyOccurrence, type JudgedRule } from '../judged-rule.js';
import { isWeighed, readingsOf } from '../measures.js';
import { isDocumentedCap } from '../selection.js';
import type { Verdict } from '../verdict.js';
import { selectionOfReading } from './supply.js';

const numbers: readonly number[] = [46, 76, 86];
const codes: readonly string[] = ['GZ10000202004000', 'GZ10000303003000'];

export function checkCounts(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const isNumbered = numbers.includes(parsed.nationalSeq ?? 0) || codes.includes(parsed.nationalCode ?? '');
  const counted = isNumbered ? null : countedIn(rule);
  if (!isNumbered && counted === null) return;
  const what = counted ?? 'a count with a local parameter';
  verdict.lower('CG-P119', `${what} proves nothing`, { severity: 'suspicious' }, parsed.placeOf('severity'));
  verdict.lower('CG-P119', `${what} may remind at most`, { effect: 'remind' }, parsed.placeOf('effect'));
}

function countedIn(rule: JudgedRule): string | null {
  for (const occurrence of everyOccurrence(rule)) {
    if (occurrence.part !== 'when') continue;
    for (const reading of readingsOf(occurrence.atom)) {
      const { measure, direction, sum, node } = reading;
      if (isWeighed(reading, ['stock', 'quantity', 'use', 'lines'])) continue;
      if ((measure !== 'lines' && measure !== 'quantity') || direction === 'lower') continue;
      // One, or any at all, is no count; nor is what a table's row says of an item.
      if (sum.terms.length === 1 && Math.abs(sum.constant) <= 1) continue;
      const selection = selectionOfReading(rule, occurrence, reading);
      if (selection === null || !isDocumentedCap(rule, selection, reading, occurrence))
        return `'${node.text}'`;
    }
  }
  return null;
}
