/**
 * Calls: functions of the table in functions.ts, `size`, `listed`, and what CEL knows but the rule language
 * refuses.
 */
import type { DiagnosticCode } from '../diagnostics/codes.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { Expr } from '../parse/expression.js';
import type { Checker, Spot } from './check-expression.js';
import type { CheckedTable } from './check-table.js';
import { type FunctionName, type FunctionSpec, functionSpec, functions } from './functions.js';
import type { Scope } from './scope.js';
import type { Typed } from './typed.js';
import { bool, fits, int, type Type, typeName } from './types.js';

type CallExpr = Expr & { readonly kind: 'call' };

/** Functions of CEL and its extensions that are left out on purpose. */
const refusedFunctions: Readonly<Record<string, DiagnosticCode>> = {
  matches: 'CG-E209',
  map: 'CG-E207',
  transformList: 'CG-E207',
  transformMap: 'CG-E207',
  bind: 'CG-E217',
  block: 'CG-E217',
  has: 'CG-E216',
  dyn: 'CG-E208',
  type: 'CG-E208',
  int: 'CG-E208',
  uint: 'CG-E208',
  string: 'CG-E208',
  bytes: 'CG-E208',
  bool: 'CG-E208',
  timestamp: 'CG-E208',
  duration: 'CG-E208',
};
const macroNames = ['exists', 'all', 'exists_one', 'existsOne', 'filter'];
/** Namespaces of functions: `claim.quantity(…)`, `history.useDays(…)`. */
const namespaces = ['claim', 'history', 'trace', 'stock'];
const maxListSize = 5_000;

export function checkCall(checker: Checker, expr: CallExpr, common: Spot, scope: Scope): Typed | null {
  const { target, name } = expr;
  const namespaced =
    target?.kind === 'name' && namespaces.includes(target.name) ? `${target.name}.${name}` : null;
  if (namespaced !== null && !scope.bindings.has((target as { name: string }).name)) {
    if (namespaced in functions)
      return callOf(checker, namespaced as FunctionName, expr, expr.args, common, scope);
    return unknownFunction(checker, expr, namespaced);
  }
  if (name === 'size') return size(checker, expr, common, scope);
  if (name === 'listed' && target === null) return listed(checker, expr, common, scope);
  const isKnown =
    Object.hasOwn(functions, name) &&
    (functionSpec(name as FunctionName).method === true) === (target !== null);
  if (!isKnown) return unknownFunction(checker, expr, name);
  const args = target === null ? expr.args : [target, ...expr.args];
  return callOf(checker, name as FunctionName, expr, args, common, scope);
}

function unknownFunction(checker: Checker, expr: CallExpr, name: string): null {
  const at = expr.target === null ? expr.at : expr.at + 1;
  if (expr.target !== null && macroNames.includes(expr.name)) {
    const code = expr.args.length > 2 ? 'CG-E215' : 'CG-E304';
    return checker.report(code, `${expr.name}() takes a variable and a condition`, at);
  }
  const refused = Object.hasOwn(refusedFunctions, expr.name) ? refusedFunctions[expr.name] : undefined;
  if (refused !== undefined) return checker.report(refused, `${expr.name}() is not in the rule language`, at);
  const known = [...Object.keys(functions), 'size', 'listed'];
  return checker.report('CG-E303', `no function '${name}'${didYouMean(name, known)}`, at);
}

function callOf(
  checker: Checker,
  name: FunctionName,
  expr: CallExpr,
  argExprs: readonly Expr[],
  common: Spot,
  scope: Scope,
): Typed | null {
  const checked = argExprs.map((arg) => checker.check(arg, scope));
  if (checked.includes(null)) return null;
  const args = checked as readonly Typed[];
  const spec = functionSpec(name);
  const sized = spec.overloads.filter((o) => o.length === args.length);
  if (sized.length === 0) {
    const wanted = [...new Set(spec.overloads.map((o) => o.length))].join(' or ');
    return checker.report('CG-E304', `${name}() takes ${wanted} arguments, here are ${args.length}`, expr.at);
  }
  const isFitting = sized.some((overload) =>
    overload.every((type, i) => fits((args[i] as Typed).type, type)),
  );
  if (!isFitting) return misfit(checker, name, sized, args);
  const all = spec.asOf === true ? [...args, anchorOf(scope, common)] : args;
  return { ...common, kind: 'call', name, args: all, type: resultType(spec, name, args) };
}

/** The line as of which history is asked; a constant where the rule is about more than a line. */
function anchorOf({ bindings }: Scope, { at }: Spot): Typed {
  for (const binding of bindings.values()) {
    const slot = binding.kind === 'slot' ? binding.slot : null;
    if (slot?.kind === 'anchor' && slot.type.kind === 'line') {
      return { kind: 'element', slot, at, text: slot.name, type: slot.type };
    }
  }
  return { kind: 'constant', value: -1, at, text: '-1', type: int(-1, -1) };
}

function misfit(
  checker: Checker,
  name: string,
  overloads: FunctionSpec['overloads'],
  args: readonly Typed[],
): null {
  const at = args.findIndex((arg, i) => !overloads.some((o) => fits(arg.type, o[i] as Type)));
  const arg = args[Math.max(0, at)] as Typed;
  const wanted = [...new Set(overloads.map((o) => typeName(o[Math.max(0, at)] as Type)))].join(' or ');
  return checker.report('CG-E305', `${name}() needs ${wanted} here, this is ${typeName(arg.type)}`, arg.at);
}

function resultType(spec: FunctionSpec, name: FunctionName, args: readonly Typed[]): Type {
  // A price times double(count) stays money only by what it is multiplied with; the count itself is none.
  const [first] = args;
  if (name === 'double' && first?.type.kind === 'int' && first.type.money === true)
    return { kind: 'double', money: true };
  return spec.result;
}

function size(checker: Checker, expr: CallExpr, common: Spot, scope: Scope): Typed | null {
  const [subject, ...rest] = expr.target === null ? expr.args : [expr.target, ...expr.args];
  if (subject === undefined || rest.length > 0) {
    return checker.report('CG-E304', 'size() takes one argument', expr.at);
  }
  const isList = subject.kind === 'macro';
  const of = isList ? checker.checkList(subject, scope) : checker.check(subject, scope);
  if (of === null) return null;
  if (of.type.kind === 'list' || of.type.kind === 'string') {
    return { ...common, kind: 'size', of, type: int(0, maxListSize * 100) };
  }
  return checker.report('CG-E305', `size() needs a list or text, this is ${typeName(of.type)}`, subject.at);
}

/**
 * `listed("table", key…, instant)`: keys are the key column's value, then those of the next declared columns.
 */
function listed(checker: Checker, expr: CallExpr, common: Spot, scope: Scope): Typed | null {
  const [nameExpr, ...rest] = expr.args;
  if (nameExpr?.kind !== 'string' || rest.length < 2) {
    return checker.report('CG-E304', 'listed() takes a table name in quotes, keys, and an instant', expr.at);
  }
  const table = scope.tables.get(nameExpr.value);
  if (table === undefined) {
    if (scope.brokenTables.has(nameExpr.value)) return null;
    const hint = didYouMean(nameExpr.value, scope.tables.keys());
    return checker.report('CG-E401', `no table '${nameExpr.value}'${hint}`, nameExpr.at);
  }
  const checked = rest.map((arg) => checker.check(arg, scope));
  if (checked.includes(null)) return null;
  const args = checked as readonly Typed[];
  const keys = args.slice(0, -1);
  const time = args.at(-1) as Typed;
  if (time.type.kind !== 'instant') {
    return checker.report(
      'CG-E305',
      `listed() ends with an instant, this is ${typeName(time.type)}`,
      time.at,
    );
  }
  const columns = keyColumns(table).slice(0, keys.length);
  const firstKey = table.key[0];
  if (firstKey === undefined) return checker.report('CG-E404', `table ${table.name} has no key`, nameExpr.at);
  if (columns.length < keys.length) {
    return checker.report('CG-E304', `table ${table.name} has only ${columns.length} columns`, expr.at);
  }
  const wrong = keys.findIndex((key, i) => key.type.kind !== elementKind(table, columns[i] as string));
  if (wrong >= 0) {
    const key = keys[wrong] as Typed;
    const wanted = elementKind(table, columns[wrong] as string);
    return checker.report(
      'CG-E305',
      `column ${columns[wrong]} holds ${wanted}, this is ${typeName(key.type)}`,
      key.at,
    );
  }
  return { ...common, kind: 'listed', table: table.name, columns, keys, time, type: bool };
}

function keyColumns(table: CheckedTable): readonly string[] {
  return [...table.key, ...[...table.columns.keys()].filter((name) => !table.key.includes(name))];
}

/** What one key value of a column is: an item of a list column, the cell itself otherwise. */
function elementKind(table: CheckedTable, column: string): string {
  const type = table.columns.get(column)?.type;
  return type?.kind === 'list' ? (type.of?.kind ?? 'string') : (type?.kind ?? 'string');
}
