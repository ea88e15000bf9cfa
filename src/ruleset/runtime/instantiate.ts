/**
 * Artifact to running rule set. The only place in the project that turns text into code; the text was made by
 * compile/code.ts, which lets no string of a rule become syntax.
 */
import { assert } from '../../base/assert.js';
import type { Artifact } from '../compile/artifact.js';
import { viewClaim, viewClaimByScan } from './claim-view.js';
import { functionLibrary } from './functions.js';
import { loadGenerated } from './generated.js';
import { RuleMatcher } from './rule-matcher.js';
import { screenClaim } from './screen-claim.js';
import type { Ruleset } from './screened.js';
import { type RowIndex, Table } from './table-rows.js';
import { and, both, or, Unknown } from './unknown.js';

/** A rule set with its slow twin: no index anywhere, the same answer. */
export interface InstantiatedRuleset extends Ruleset {
  readonly screenByScan: Ruleset['screen'];
}

/** What generated code may reach besides its arguments. */
export interface Library {
  readonly functions: typeof functionLibrary;
  column(table: string, column: string): readonly unknown[];
  validity(table: string): unknown;
  index(table: string): RowIndex;
}

/**
 * Builds indexes and functions. The artifact's columns are shared, not copied; it must not change afterwards.
 */
export function instantiate(artifact: Artifact): InstantiatedRuleset {
  const tables = new Map(Object.entries(artifact.tables).map(([name, table]) => [name, new Table(table)]));
  const { id, name, version, rules } = artifact;
  const prepare = (byScan: boolean) => {
    const library = libraryOf(tables, byScan);
    const run = (text: string, part: string) => runText(text, `${name}-${version}/${part}`, library);
    return new RuleMatcher(artifact, tables, loadGenerated(artifact, run), byScan);
  };
  const indexed = prepare(false);
  let scanning: RuleMatcher | null = null;
  return {
    name: { id, name, version, overlay: 0 },
    ruleIds: rules.map((rule) => rule.id),
    screen: (claim, meter) => screenClaim(indexed, viewClaim(claim), meter),
    screenByScan: (claim, meter) => {
      scanning ??= prepare(true);
      return screenClaim(scanning, viewClaimByScan(claim), meter);
    },
  };
}

function libraryOf(tables: ReadonlyMap<string, Table>, byScan: boolean): Library {
  const table = (name: string): Table => {
    const found = tables.get(name);
    assert(found !== undefined, `no table ${name}`);
    return found;
  };
  return {
    functions: functionLibrary,
    column: (name, column) => table(name).column(column),
    validity: (name) => table(name).validity,
    index: (name) => ({
      rowsOf: (key) => (byScan ? table(name).rowsOfByScan(key) : table(name).rowsOf(key)),
    }),
  };
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

/** For texts that reach no table (a bare expression). */
export const libraryWithoutTables: Library = libraryOf(new Map(), false);
