/** Item codes for synthetic tables: the official ones first, then invented ones of the national shapes. */
import { commonItems } from '../claims/common-items.js';
import { readKnowledgeRows } from '../claims/knowledge-rows.js';
import type { Random } from '../claims/random.js';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * So many different codes in random order, none of them a common item (those stand in no synthetic table,
 * so a line that keeps its common item reaches no rule).
 */
export function drawItemCodes(count: number, tablesDir: string, random: Random): string[] {
  const common = new Set(Object.values(commonItems).flatMap((items) => items.map(([code]) => code)));
  const official = new Set(
    readKnowledgeRows(tablesDir, '2026-10-12').flatMap(({ cells }) => (cells['codes'] ?? '').split(' ')),
  );
  const known = [...official].filter((code) => code !== '' && !common.has(code));
  const codes = new Set(random.shuffled(known).slice(0, count));
  while (codes.size < count) codes.add(inventCode(random));
  return random.shuffled([...codes]);
}

/** Drugs, services and consumables about as often as the national catalogues have them. */
function inventCode(random: Random): string {
  const kind = random.next();
  const digits = (length: number): string =>
    Array.from({ length }, () => String(random.integer(0, 9))).join('');
  const words = (length: number): string => Array.from({ length }, () => random.pick([...letters])).join('');
  if (kind < 0.6) return `X${words(1)}${digits(2)}${words(3)}${digits(3)}${words(1)}${digits(12)}`;
  if (kind < 0.8) return `C${digits(19)}`;
  return `00${digits(13)}`;
}
