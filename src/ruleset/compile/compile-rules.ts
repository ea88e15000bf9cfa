/**
 * Last stage of the compiler: planned rules become an artifact, generated text and plain data under a content
 * hash.
 */

import { comment, joinCode, js } from '../../base/code.js';
import { sha256Hex } from '../../base/hash.js';
import type { CheckedTable } from '../check/check-table.js';
import { type FactPath, walk } from '../check/typed.js';
import { headerDay } from '../parse/ruleset-text.js';
import { provenanceColumns } from '../parse/table-text.js';
import { knownMaskCode } from './access.js';
import type { Artifact, ArtifactRule, ArtifactTable } from './artifact.js';
import { canonicalText } from './canonical.js';
import { columnKinds } from './column-kind.js';
import { QuickLooks } from './emit-quick.js';
import { type EmittedRule, emitRule } from './emit-rule.js';
import type { Planned, PlannedRule } from './plan.js';
import { RuleShapes } from './rule-shapes.js';

/** One huge function falls off V8's optimiser; this many rules share a text. */
export const rulesPerChunk = 50;
const maxKnownFacts = 31;

export function compileRules(planned: Planned): Artifact {
  const { header, tables, regions } = planned.checked;
  const emitted: EmittedRule[] = [];
  const code: string[] = [];
  const texts = new Set<string>();
  const looks = new QuickLooks();
  const shapes = new RuleShapes();
  for (let first = 0; first < planned.rules.length; first += rulesPerChunk) {
    const made = planned.rules.slice(first, first + rulesPerChunk).map((rule) => {
      const constants = shapes.newConstants();
      const one = emitRule(rule, tables, constants, looks);
      emitted.push(one);
      for (const text of constants.texts) texts.add(text);
      return js`${comment(`rule ${rule.checked.parsed.id.value}`)}${shapes.make(one.code, constants)}`;
    });
    code.push(js`return function (shapes) {\nreturn [\n${joinCode(made, ',\n')}\n];\n};`.toString());
  }
  for (const text of looks.texts()) texts.add(text);
  const knownFacts = knownFactsOf(emitted);
  const content = {
    format: 1 as const,
    name: header.name,
    version: header.version,
    asOf: headerDay(header),
    rules: emitted.map((rule) => withNeeds(rule, knownFacts)),
    code,
    shapes: shapes.texts,
    texts: [...texts, ...emitted.flatMap(({ rule }) => (rule.index.by === 'codes' ? rule.index.codes : []))],
    knownFacts,
    knownCode: knownCode(knownFacts),
    quickCode: looks.code,
    tables: tablesOf(tables, planned),
    regions,
  };
  return { ...content, id: `sha256:${sha256Hex(canonicalText(content))}` };
}

/**
 * Facts that some fast form relies on first, then those that can be named in coverage; as many as there are
 * bits.
 */
function knownFactsOf(emitted: readonly EmittedRule[]): readonly FactPath[] {
  return [...new Set(emitted.flatMap((rule) => rule.assumed))].slice(0, maxKnownFacts);
}

function withNeeds({ rule, assumed }: EmittedRule, knownFacts: readonly FactPath[]): ArtifactRule {
  const bits = assumed.map((path) => knownFacts.indexOf(path));
  const needs = bits.includes(-1) ? null : bits.reduce((mask, bit) => mask | (1 << bit), 0);
  return { ...rule, needs };
}

function knownCode(knownFacts: readonly FactPath[]): string {
  return js`return ${knownMaskCode(knownFacts)};`.toString();
}

/** Only the tables that rules use: a register of left-out points stays at home. */
function tablesOf(
  tables: ReadonlyMap<string, CheckedTable>,
  planned: Planned,
): Readonly<Record<string, ArtifactTable>> {
  const used = usedTables(planned);
  const result: Record<string, ArtifactTable> = {};
  for (const table of tables.values()) {
    if (used.has(table.name)) result[table.name] = artifactTable(table);
  }
  return result;
}

function usedTables({ rules }: Planned): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { checked } of rules) {
    for (const join of checked.joins) used.add(join.table);
    if (checked.parsed.basisTable !== null) used.add(checked.parsed.basisTable.value);
    if (checked.partner?.join) used.add(checked.partner.join.table);
  }
  for (const table of rules.flatMap((rule) => listedTables(rule))) used.add(table);
  return used;
}

function artifactTable(table: CheckedTable): ArtifactTable {
  const columns: Record<string, readonly unknown[]> = {};
  for (const name of [...provenanceColumns, ...table.columns.keys()])
    columns[name] = table.cells.get(name) ?? [];
  return { rows: table.rows, key: table.key[0] ?? null, kinds: columnKinds(table), columns };
}

function listedTables({ checked, before, pair }: PlannedRule): readonly string[] {
  const { weaken, blamed, involved, excess, say } = checked;
  const exprs = [
    before,
    ...(pair === null ? [] : [pair]),
    ...weaken.map((w) => w.condition),
    ...blamed,
    ...involved,
    ...(excess === null ? [] : [excess]),
    ...say.filter((part) => typeof part !== 'string'),
  ];
  return exprs.flatMap((expr) =>
    [...walk(expr)].flatMap((part) => (part.kind === 'listed' ? [part.table] : [])),
  );
}
