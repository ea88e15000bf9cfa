/**
 * What is asked of each item, side by side in memory: rule, row, days in force, and the values that a first look at
 * the rule reads. Built once per thread; only read afterwards.
 */
import type { ArtifactCell, ArtifactRule } from '../compile/artifact.js';
import { noBeginning, noEnd, type Table } from './tables/table.js';
import type { Tables } from './tables/tables.js';

/** How a rule is found. */
export interface RuleEntry {
  /** Items that lead to it; null: it is asked of every claim. */
  readonly codes: readonly number[] | null;
  /** The table of whose rows each line is asked by its item code; null: the rule finds rows itself, or has none. */
  readonly table: Table | null;
  /** Bits of the scenes and kinds that it is for. */
  readonly scenes: number;
  readonly period: ArtifactRule['period'];
  /** Null: it is asked without a first look. */
  readonly look: RuleLook | null;
}

export interface RuleLook {
  readonly number: number;
  /** Bits of the facts that must be known for it. */
  readonly needs: number;
  /** What lies beside an entry, by its row. */
  readonly values: readonly ((row: number) => number)[];
}

/** The row of an entry that has none. */
export const noRow = -1;
export const noLook = -1;

/** Integers at the head of an entry, by position. */
export const entry = { rule: 0, row: 1, from: 2, to: 3, group: 4 } as const;
/** So many numbers of eight bytes the head takes; values follow. */
export const entryHead = 3;

/** What many entries have in common, by position in `groups` from the group's number on. */
export const groupPart = { scenes: 0, needs: 1, look: 2, values: 3 } as const;

export class ItemEntries {
  /** The entries of item n: from number `starts[n]` up to number `starts[n + 1]`. */
  readonly starts: Int32Array;
  /** All entries, as numbers of eight bytes, and the same memory as integers: integer 2n is at number n. */
  readonly numbers: Float64Array;
  readonly integers: Int32Array;
  readonly groups: Int32Array;

  constructor(rules: readonly RuleEntry[], items: number) {
    this.starts = countNumbers(rules, items);
    // One more, so that an item without entries behind the last one can be looked at.
    this.numbers = new Float64Array(this.starts[items]! + 1);
    this.integers = new Int32Array(this.numbers.buffer);
    const filled = this.starts.slice();
    const groups = new Groups();
    for (const [position, rule] of rules.entries()) {
      if (rule.codes !== null) this.#lay(position, rule, rule.codes, filled, groups.numberOf(rule));
    }
    this.groups = Int32Array.from(groups.parts);
  }

  #lay(
    position: number,
    { table, look, period }: RuleEntry,
    codes: readonly number[],
    filled: Int32Array,
    group: number,
  ): void {
    const values = look?.values ?? [];
    const [first, end] = [period.from ?? noBeginning, period.to ?? noEnd];
    const layOne = (code: number, row: number) => {
      const at = filled[code]!;
      filled[code] = at + entryHead + values.length;
      const head = 2 * at;
      this.integers[head + entry.rule] = position;
      this.integers[head + entry.row] = row;
      this.integers[head + entry.from] = Math.max(first, table?.validFrom[row] ?? noBeginning);
      this.integers[head + entry.to] = Math.min(end, table?.validTo[row] ?? noEnd);
      this.integers[head + entry.group] = group;
      for (const [i, value] of values.entries()) this.numbers[at + entryHead + i] = value(row);
    };
    for (const code of codes) {
      if (table === null) layOne(code, noRow);
      else for (const row of table.rowsOf(code)) layOne(code, row);
    }
  }
}

/** Where each item's entries begin. */
function countNumbers(rules: readonly RuleEntry[], items: number): Int32Array {
  const starts = new Int32Array(items + 1);
  for (const { codes, table, look } of rules) {
    const size = entryHead + (look?.values.length ?? 0);
    for (const code of codes ?? []) starts[code + 1]! += size * (table?.rowsOf(code).length ?? 1);
  }
  for (let item = 0; item < items; item++) starts[item + 1]! += starts[item]!;
  return starts;
}

/** Answers a cell by row: a number, a flag as the table has it, or the number of a text. */
export function cellReader(
  { column, kind, number, text }: ArtifactCell,
  table: Table | undefined,
  tables: Tables,
): (row: number) => number {
  const constant = number ?? (text === undefined ? Number.NaN : tables.numberOfText(text));
  if (column === undefined || table === undefined) return () => constant;
  const cells =
    kind === 'number' ? table.numbers(column) : kind === 'flag' ? table.flags(column) : table.texts(column);
  return (row) => cells[row]!;
}

/** Kinds of entries: few, however many rules. */
class Groups {
  readonly parts: number[] = [];
  readonly #known = new Map<string, number>();

  numberOf({ scenes, look }: RuleEntry): number {
    const parts = [scenes, look?.needs ?? 0, look?.number ?? noLook, look?.values.length ?? 0];
    const key = parts.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.parts.length;
    this.#known.set(key, number);
    this.parts.push(...parts);
    return number;
  }
}
