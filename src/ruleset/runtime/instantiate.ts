/**
 * Artifact to running rule set. The only place in the project that turns text into code; the text was made by
 * compile/code.ts, which lets no string of a rule become syntax.
 */
import type { ItemCodes } from '../../claim/columns/item-codes.js';
import type { Artifact, ArtifactWithoutTables, ColumnKind } from '../compile/artifact.js';
import { ClaimView, ScanningView } from './claim-view.js';
import { functionLibrary } from './functions.js';
import { loadGenerated } from './generated.js';
import { itemPrefixTest } from './item-prefix.js';
import { ListColumn } from './list-column.js';
import { RuleMatcher } from './rule-matcher.js';
import { screenClaim } from './screen-claim.js';
import type { Ruleset } from './screened.js';
import { listedByScan } from './table-rows.js';
import { packTables } from './tables/pack-tables.js';
import type { Table } from './tables/table.js';
import { openTables, type Tables } from './tables/tables.js';
import { and, both, or, Unknown } from './unknown.js';

/** A rule set with its slow twin: no index anywhere, the same answer. */
export interface InstantiatedRuleset extends Ruleset {
  readonly screenByScan: Ruleset['screen'];
}

/** What generated code may reach besides its arguments. */
export interface Library {
  readonly functions: Readonly<Record<string, unknown>>;
  /** Typed arrays, or a list column. */
  column(table: string, column: string, kind: ColumnKind): unknown;
  cells(table: string, column: string): (row: number) => unknown;
  table(name: string): Table;
  text(number: number): string;
  textNumber(text: string): number;
  /** By the number of an item. */
  itemPrefix(prefix: string): (item: number) => boolean;
}

/** The whole artifact in one thread: for tests, examples and tools. */
export function instantiate(artifact: Artifact): InstantiatedRuleset {
  return instantiateWith(artifact, openTables(packTables(artifact.tables, artifact.texts)));
}

/** Builds the functions and the rule index over tables that may be shared with other threads. */
export function instantiateWith(artifact: ArtifactWithoutTables, tables: Tables): InstantiatedRuleset {
  const { id, name, version, rules } = artifact;
  const items = tables.newItemCodes();
  const prepare = (byScan: boolean) => {
    const library = libraryOf(tables, items, byScan);
    const run = (text: string, part: string) => runText(text, `${name}-${version}/${part}`, library);
    return new RuleMatcher(artifact, tables, loadGenerated(artifact, run), byScan);
  };
  const indexed = prepare(false);
  const view = new ClaimView(items);
  let scanning: RuleMatcher | null = null;
  return {
    name: { id, name, version, overlay: 0 },
    ruleIds: rules.map((rule) => rule.id),
    killSwitches: rules.map((rule) => rule.killSwitch ?? rule.id),
    items,
    screen: (claim, meter, history, treatments) =>
      screenClaim(indexed, view.open(claim, history), meter, treatments ?? null),
    screenByScan: (claim, meter, history, treatments) => {
      scanning ??= prepare(true);
      const twin = new ScanningView(items).open(claim, history);
      return screenClaim(scanning, twin, meter, treatments ?? null);
    },
  };
}

function libraryOf(tables: Tables, items: ItemCodes, byScan: boolean): Library {
  return {
    functions: byScan ? { ...functionLibrary, listed: listedByScan } : functionLibrary,
    column: (name, column, kind) => columnOf(tables.get(name), column, kind),
    cells: (name, column) => {
      const table = tables.get(name);
      return (row) => table.cell(column, row);
    },
    table: (name) => tables.get(name),
    text: (number) => tables.text(number),
    textNumber: (text) => items.numberOf(text),
    itemPrefix: (prefix) => itemPrefixTest(items, prefix),
  };
}

function columnOf(table: Table, column: string, kind: ColumnKind): unknown {
  switch (kind) {
    case 'number':
      return table.numbers(column);
    case 'flag':
      return table.flags(column);
    case 'text':
      return table.texts(column);
    case 'list':
      return new ListColumn(table, column);
  }
}

const textParameters = ['lib', 'Unknown', 'both', 'and', 'or'] as const;

/** Runs one generated text; `name` is what a stack trace shows. */
export function runText(text: string, name: string, library: Library): unknown {
  // A name that reached a second line would be code.
  const safeName = name.replaceAll(/[^\w./-]/g, '_');
  const body = `'use strict';\n${text}\n//# sourceURL=claimgate-rules/${safeName}.js`;
  const make = new Function(...textParameters, body) as (...args: readonly unknown[]) => unknown;
  return make(library, Unknown, both, and, or);
}

/** For texts that reach no table (a bare expression); its claims are read with the items. */
export function libraryWithoutTables(): { readonly library: Library; readonly items: ItemCodes } {
  const tables = openTables(packTables({}));
  const items = tables.newItemCodes();
  return { library: libraryOf(tables, items, false), items };
}
