/** What can make a condition unknown: the facts, columns and history that it reads. */
import type { CheckedTable } from './check-table.js';
import { facts } from './facts.js';
import { functionSpec } from './functions.js';
import { type FactPath, type Typed, type TypedOf, walk } from './typed.js';

export interface Source {
  readonly cause: 'fact' | 'history' | 'list';
  /** A fact path, `<table>.<column>`, or `history`. */
  readonly fact: string;
}

/** One bit of a 32-bit mask each. */
export const maxSources = 30;

export const history: Source = { cause: 'history', fact: 'history' };
/** Since when an encounter lasts. */
const beginning: readonly FactPath[] = ['encounter.admittedAt', 'claim.sentAt'];

export type Tables = ReadonlyMap<string, CheckedTable>;

/**
 * All distinct sources of some expressions, in the order of first mention. `has(x)` never depends on x being
 * known.
 */
export function sourcesOf(exprs: readonly Typed[], tables: Tables): readonly Source[] {
  const found = new Map<string, Source>();
  for (const expr of exprs) {
    for (const source of ofExpression(expr, tables)) found.set(source.fact, source);
  }
  return [...found.values()];
}

function* ofExpression(expr: Typed, tables: Tables): Generator<Source> {
  for (const part of walk(expr)) yield* ownSources(part, tables);
}

/** What a node itself, not its parts, can leave unknown. */
export function ownSources(expr: Typed, tables: Tables): readonly Source[] {
  switch (expr.kind) {
    case 'fact':
      return facts.get(expr.path)?.total === true ? [] : [fact(expr.path)];
    case 'variable':
      return [fact(expr.name)];
    case 'cell':
      return cellSources(expr.table, expr.column, tables);
    case 'call': {
      const spec = functionSpec(expr.name);
      return spec.history === true ? [history, ...historyFacts(expr)] : spec.reads.map(fact);
    }
    case 'listed':
    case 'stands':
      return tables.get(expr.table)?.regional === true ? [fact('institution.region')] : [];
    default:
      return [];
  }
}

function cellSources(table: string, column: string, tables: Tables): readonly Source[] {
  const spec = tables.get(table)?.columns.get(column);
  if (spec?.nullable !== true) return [];
  return [{ cause: spec.authored ? 'list' : 'fact', fact: `${table}.${column}` }];
}

/** What a function of the past is asked about may be unknown in the claim, whose own lines are part of the past. */
function historyFacts({ name, args }: TypedOf<'call'>): readonly Source[] {
  const { reads, asOf } = functionSpec(name);
  const isOfLine = args.at(-1)?.kind === 'element';
  const paths = asOf === true && !isOfLine ? [...reads, ...beginning] : reads;
  return paths.map(fact);
}

export function fact(path: string): Source {
  return { cause: 'fact', fact: path };
}
