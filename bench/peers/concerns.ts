/**
 * The code index of an afternoon service: which rows concern an item code. The rules that a line with its
 * claim's facts can decide, the items charged on the same day and the quantity of an item over the visit or
 * stay among them. Left out, which favours the service: herbs of a prescription, operation groups,
 * indications, internet visits, treatment courses and everything else that needs history or a list; also
 * weakened severities, messages and coverage.
 */
import { readKnowledgeRows } from '../claims/knowledge-rows.js';

export const peerRules = [
  'sex-drug',
  'sex-item',
  'child-limited-drug',
  'child-only-drug',
  'child-only-item',
  'age-item',
  'level-drug',
  'visit-type-drug',
  'work-injury-drug',
  'maternity-drug',
  'piece-never',
  'duplicate-item-charge',
  'item-frequency',
] as const;
export type PeerRule = (typeof peerRules)[number];

/** The parameters of a row; null where a cell is empty or the table has no such column. */
export interface Row {
  readonly sex: string | null;
  readonly minAgeYears: number | null;
  readonly maxAgeYears: number | null;
  readonly maxAgeDays: number | null;
  readonly minLevel: number | null;
  readonly encounterTypes: readonly string[];
  readonly insurance: string | null;
  /** True: only the first prescription counts, which no claim shows by itself. */
  readonly firstOnly: boolean;
  readonly includedItem: string | null;
  /** At most `cap` in each day or hour. */
  readonly unit: string | null;
  readonly cap: number | null;
}

export interface Concern {
  readonly rule: PeerRule;
  readonly row: Row;
}

const tables: Readonly<Record<string, PeerRule>> = {
  sex_drugs: 'sex-drug',
  sex_items: 'sex-item',
  child_limited_drugs: 'child-limited-drug',
  child_only_drugs: 'child-only-drug',
  child_only_items: 'child-only-item',
  age_items: 'age-item',
  level_drugs: 'level-drug',
  visit_type_drugs: 'visit-type-drug',
  work_injury_drugs: 'work-injury-drug',
  maternity_drugs: 'maternity-drug',
  pieces_never: 'piece-never',
  included_items: 'duplicate-item-charge',
  frequency_items: 'item-frequency',
};

/** Rows in force on `day` (`YYYY-MM-DD`) by item code; the services read it once, at their start. */
export function readConcerns(tablesDir: string, day: string): ReadonlyMap<string, readonly Concern[]> {
  const index = new Map<string, Concern[]>();
  for (const { table, cells } of readKnowledgeRows(tablesDir, day)) {
    const rule = tables[table];
    if (rule === undefined) continue;
    const concern = { rule, row: rowOf(cells) };
    for (const code of words(cells['codes'])) {
      const known = index.get(code);
      if (known === undefined) index.set(code, [concern]);
      else known.push(concern);
    }
  }
  return index;
}

function rowOf(cells: Readonly<Record<string, string>>): Row {
  const number = (name: string): number | null => (cells[name] ? Number(cells[name]) : null);
  return {
    sex: cells['sex'] || null,
    minAgeYears: number('minAgeYears'),
    maxAgeYears: number('maxAgeYears'),
    maxAgeDays: number('maxAgeDays'),
    minLevel: number('minLevel'),
    encounterTypes: words(cells['encounterTypes']),
    insurance: cells['insurance'] || null,
    firstOnly: cells['firstOnly'] === 'true',
    includedItem: cells['includedItem'] || null,
    unit: cells['unit'] || null,
    cap: number('cap'),
  };
}

function words(cell: string | undefined): string[] {
  return (cell ?? '').split(' ').filter((word) => word !== '');
}
