/**
 * What the compiler made of a rule, for its author: how lines are found, how many rows, and the generated
 * functions.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { nearestName } from '../diagnostics/nearest-name.js';
import type { Artifact, ArtifactRule, ArtifactSource, RuleIndex } from './artifact.js';

export interface ShownRule {
  readonly rule: ArtifactRule;
  readonly index: RuleIndex;
  /** Rows of the tables that it joins, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Item codes that lead to this rule; null where it is asked for every line, prescription or claim. */
  readonly codes: number | null;
  readonly sources: readonly ArtifactSource[];
  /** Facts that must be known for the two-valued form. */
  readonly fastWhenKnown: readonly string[];
  /** The generated functions. */
  readonly code: string;
}

/** Fails with the nearest rule id, or null, where there is no such rule. */
export function showRule(artifact: Artifact, id: string): Result<ShownRule, string | null> {
  const rule = artifact.rules.find((r) => r.id === id);
  if (rule === undefined) {
    return fail(
      nearestName(
        id,
        artifact.rules.map((r) => r.id),
      ),
    );
  }
  const tables = [...rule.joins.map((j) => j.table), ...(rule.partner?.table ? [rule.partner.table] : [])];
  const { needs } = rule;
  return ok({
    rule,
    index: rule.index,
    rows: Object.fromEntries(tables.map((name) => [name, artifact.tables[name]?.rows ?? 0])),
    codes: countCodes(artifact, rule.index),
    sources: rule.sources,
    fastWhenKnown: needs === null ? [] : artifact.knownFacts.filter((_, bit) => (needs & (1 << bit)) !== 0),
    code: codeOf(artifact, id),
  });
}

function countCodes(artifact: Artifact, index: RuleIndex): number | null {
  if (index.by === 'codes') return index.codes.length;
  if (index.by !== 'rows' && index.by !== 'listed') return null;
  const table = artifact.tables[index.table];
  const keys = table === undefined || table.key === null ? [] : (table.columns[table.key] ?? []);
  return new Set(keys.flat()).size;
}

/** A rule stands in its chunk under a comment with its id, which is kebab-case: a shape and what it is made with. */
function codeOf({ code, shapes }: Artifact, id: string): string {
  const title = `// rule ${id}\n`;
  const chunk = code.find((text) => text.includes(title)) ?? '';
  const number = chunk.slice(chunk.indexOf(title) + title.length).match(/^shapes\[(\d+)\]/)?.[1];
  const start = `// shape ${number}\n`;
  const text = shapes.find((some) => some.includes(start)) ?? '';
  const shape = text.slice(text.indexOf(start) + start.length).split('\n// shape ')[0] ?? '';
  const functions = shape.slice(shape.indexOf('return {') + 'return '.length, shape.lastIndexOf('\n};') + 2);
  return indent(title + functions);
}

/** Generated text has no indentation of its own; braces at line ends and beginnings give it. */
function indent(code: string): string {
  let depth = 0;
  return code
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      if (/^[})\]]/.test(line)) depth = Math.max(0, depth - 1);
      const indented = '  '.repeat(depth) + line;
      if (/[{([]$/.test(line)) depth++;
      return indented;
    })
    .join('\n');
}
