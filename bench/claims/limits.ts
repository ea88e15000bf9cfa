/** What the rows of the knowledge tables say about their codes, as far as the generator has to keep or break it. */
import type { Insurance } from '../../src/claim/claim.js';
import type { KnowledgeRow } from './knowledge-rows.js';

export type Limit =
  | { readonly kind: 'sex'; readonly sex: 'female' | 'male' }
  /** Completed years below which the item is paid; `fromYears` a lower bound where there is one. */
  | { readonly kind: 'age'; readonly fromYears: number; readonly belowYears: number }
  | { readonly kind: 'insurance'; readonly only: Insurance }
  | { readonly kind: 'visit'; readonly types: readonly string[] }
  | { readonly kind: 'level'; readonly least: number }
  /** `included` is part of the item that has this limit. */
  | { readonly kind: 'pair'; readonly included: string }
  /** At most so many in each day or hour. */
  | { readonly kind: 'frequency'; readonly unit: 'day' | 'hour'; readonly cap: number }
  | { readonly kind: 'surgery'; readonly group: string }
  | { readonly kind: 'piece-never' }
  | { readonly kind: 'piece-alone' }
  /** A rule that the claim alone cannot decide: it asks for history or for a list. Harmless, but never `pass`. */
  | { readonly kind: 'undecided' };

export type LimitKind = Limit['kind'];

export interface CodedLimit {
  readonly code: string;
  readonly limit: Limit;
  /** Other conditions stand beside it, so breaking this limit alone may be lawful. */
  readonly conditional: boolean;
}

type Reader = (cells: Readonly<Record<string, string>>) => Limit;

const undecided: Reader = () => ({ kind: 'undecided' });
const age: Reader = (cells) => ({
  kind: 'age',
  fromYears: Number(cells['minAgeYears'] || 0),
  // A bound in days is a bound for newborns; nobody here is one.
  belowYears: cells['maxAgeDays'] ? 0 : Number(cells['maxAgeYears'] || 200),
});
const sex: Reader = (cells) => ({ kind: 'sex', sex: cells['sex'] === 'male' ? 'male' : 'female' });
const insurance: Reader = (cells) => ({
  kind: 'insurance',
  only: cells['insurance'] === 'maternity' ? 'maternity' : 'work_injury',
});

const readers: Readonly<Record<string, Reader>> = {
  sex_drugs: sex,
  sex_items: sex,
  child_limited_drugs: age,
  child_only_drugs: age,
  child_only_items: age,
  age_items: age,
  work_injury_drugs: insurance,
  maternity_drugs: insurance,
  visit_type_drugs: (cells) => ({ kind: 'visit', types: (cells['encounterTypes'] ?? '').split(' ') }),
  level_drugs: (cells) => ({ kind: 'level', least: Number(cells['minLevel']) }),
  frequency_items: (cells) => ({
    kind: 'frequency',
    unit: cells['unit'] === 'hour' ? 'hour' : 'day',
    cap: Number(cells['cap']),
  }),
  surgery_group_items: (cells) => ({ kind: 'surgery', group: cells['group'] ?? '' }),
  included_items: (cells) => ({ kind: 'pair', included: cells['includedItem'] ?? '' }),
  pieces_never: () => ({ kind: 'piece-never' }),
  pieces_alone: () => ({ kind: 'piece-alone' }),
  course_drugs: undecided,
  course_items: undecided,
  cycle_items: undecided,
  second_line_drugs: undecided,
  indication_drugs: undecided,
  internet_drugs: undecided,
};

/** The limits of one row, one for each of its codes; none for tables that are no limits on items. */
export function limitsOf({ table, cells }: KnowledgeRow): CodedLimit[] {
  const read = readers[table];
  if (read === undefined) return [];
  const limit = read(cells);
  const codes = (cells['codes'] ?? '').split(' ').filter((code) => code !== '');
  const conditional =
    (cells['joint'] ?? '') !== '' ||
    cells['firstOnly'] === 'true' ||
    // Operations without an incision, put into a group by hand: recorded, never advised on.
    (limit.kind === 'surgery' && cells['decided'] === 'judged');
  return codes.map((code) => ({ code, limit, conditional }));
}

/** What decides whether an item may be charged without breaking a rule. */
export interface Setting {
  readonly sex: 'female' | 'male';
  readonly ageYears: number;
  readonly insurance: Insurance;
  readonly level: 1 | 2 | 3;
  readonly inpatient: boolean;
}

/** Whether a limit that looks at one line only is kept. Limits between lines are the bill's business. */
export function permits(limit: Limit, setting: Setting): boolean {
  switch (limit.kind) {
    case 'sex':
      return limit.sex === setting.sex;
    case 'age':
      return setting.ageYears >= limit.fromYears && setting.ageYears < limit.belowYears;
    case 'insurance':
      return limit.only === setting.insurance;
    case 'visit':
      return limit.types.includes(setting.inpatient ? 'inpatient' : 'outpatient');
    case 'level':
      return setting.level >= limit.least;
    case 'piece-never':
      return false;
    case 'pair':
    case 'frequency':
    case 'surgery':
    case 'piece-alone':
    case 'undecided':
      return true;
  }
}
