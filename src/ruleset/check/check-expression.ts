/**
 * The type checker: Expr in, Typed out, every mistake reported at its place. Null where a mistake was
 * reported.
 */
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { CelText } from '../parse/cel-text.js';
import type { Expr, Operator } from '../parse/expression.js';
import { expressionText } from '../parse/expression-text.js';
import { checkCall } from './check-call.js';
import { checkOperator } from './check-operator.js';
import { elementFactRoot, factRoots, facts, fieldNames, hiddenFacts } from './facts.js';
import { type Scope, withBinding } from './scope.js';
import type { ElementSource, Slot, Typed } from './typed.js';
import { bool, int, isElement, isScalar, join, listOf, type Type, typeName } from './types.js';

const maxDepth = 60;

/** What the parts of the checker need of each other. */
export interface Checker {
  check(expr: Expr, scope: Scope): Typed | null;
  /** Like `check`, and a filter() may stand here. */
  checkList(expr: Expr, scope: Scope): Typed | null;
  report(code: DiagnosticCode, message: string, at: number): null;
}

export class ExpressionChecker implements Checker {
  readonly #cel: CelText;
  readonly #problems: Problems;
  /** Numbers macro variables over all expressions of a rule. */
  readonly #nextElement: () => number;
  #depth = 0;

  constructor(cel: CelText, problems: Problems, nextElement: () => number) {
    this.#cel = cel;
    this.#problems = problems;
    this.#nextElement = nextElement;
  }

  report(code: DiagnosticCode, message: string, at: number): null {
    this.#problems.report(code, message, this.#cel.placeOf(at));
    return null;
  }

  check(expr: Expr, scope: Scope): Typed | null {
    if (this.#depth >= maxDepth) return this.report('CG-E312', `deeper than ${maxDepth} levels`, expr.at);
    this.#depth++;
    const typed = this.#check(expr, scope);
    this.#depth--;
    return typed;
  }

  checkList(expr: Expr, scope: Scope): Typed | null {
    const list =
      expr.kind === 'macro' && expr.macro === 'filter' ? this.#macro(expr, scope) : this.check(expr, scope);
    if (list === null || list.type.kind === 'list') return list;
    return this.report('CG-E305', `a list is needed, this is ${typeName(list.type)}`, expr.at);
  }

  #check(expr: Expr, scope: Scope): Typed | null {
    const common = { at: expr.at, text: expressionText(expr) };
    switch (expr.kind) {
      case 'bool':
        return { ...common, kind: 'constant', value: expr.value, type: bool };
      case 'string':
        return {
          ...common,
          kind: 'constant',
          value: expr.value,
          type: { kind: 'string', values: [expr.value] },
        };
      case 'double':
        return { ...common, kind: 'constant', value: expr.value, type: { kind: 'double' } };
      case 'int':
        return this.#integer(expr, common);
      case 'name':
        return this.#name(expr, common, scope);
      case 'select':
        return this.#select(expr, common, scope);
      case 'has':
        return this.#has(expr, common, scope);
      case 'list':
        return this.#list(expr, common, scope);
      case 'operator':
        return checkOperator(this, expr, common, scope);
      case 'call':
        return checkCall(this, expr, common, scope);
      case 'macro':
        if (expr.macro !== 'filter') return this.#macro(expr, scope);
        return this.report('CG-E212', 'filter() makes a list, which no operation here takes', expr.at);
      case 'refused':
        return this.report(expr.code, `${expr.what} is not in the rule language`, expr.at);
    }
  }

  #integer(expr: Expr & { kind: 'int' }, common: Spot): Typed | null {
    const value = Number(expr.value);
    if (!Number.isSafeInteger(value)) return this.report('CG-E308', `${expr.value} is not exact`, expr.at);
    return { ...common, kind: 'constant', value, type: int(value, value) };
  }

  #name(expr: Expr & { kind: 'name' }, common: Spot, scope: Scope): Typed | null {
    const binding = scope.bindings.get(expr.name);
    if (binding === undefined) return this.#unknownName(expr.name, expr.at, scope);
    if (binding.kind === 'broken') return null;
    if (binding.kind === 'let') return { ...binding.value, at: expr.at };
    if (binding.kind === 'slot') return slotValue(binding.slot, common);
    if (binding.type.kind === 'unsupported') {
      return this.report('CG-E214', `'${expr.name}' is ${binding.type.name}`, expr.at);
    }
    return { ...common, kind: 'variable', name: expr.name, type: binding.type };
  }

  #unknownName(name: string, at: number, scope: Scope): null {
    if (scope.withClaim && (factRoots as readonly string[]).includes(name)) {
      return this.report('CG-E305', `'${name}' is no value; read one of its facts (${name}.…)`, at);
    }
    const known = [...scope.bindings.keys(), ...(scope.withClaim ? factRoots : [])];
    return this.report('CG-E301', `no name '${name}' here${didYouMean(name, known)}`, at);
  }

  /** `patient.sex`, `line.at`, `pair.includedItem`, `claim.lines`. */
  #select(expr: Expr & { kind: 'select' | 'has' }, common: Spot, scope: Scope): Typed | null {
    const fieldAt = expr.kind === 'select' ? expr.at + 1 : expr.at;
    if (expr.of.kind === 'name') {
      const binding = scope.bindings.get(expr.of.name);
      if (binding?.kind === 'slot')
        return this.#elementField(binding.slot, expr.field, common, fieldAt, scope);
      const isRoot = scope.withClaim && (factRoots as readonly string[]).includes(expr.of.name);
      if (binding === undefined && isRoot)
        return this.#fact(expr.of.name, null, expr.field, common, fieldAt, scope);
    }
    const of = this.check(expr.of, scope);
    if (of === null) return null;
    return this.report('CG-E302', `${typeName(of.type)} has no field '${expr.field}'`, fieldAt);
  }

  #elementField(slot: Slot, field: string, common: Spot, at: number, scope: Scope): Typed | null {
    const { type } = slot;
    if (type.kind === 'row') {
      const columns = scope.tables.get(type.table)?.columns;
      const column = columns?.get(field);
      if (column !== undefined)
        return { ...common, kind: 'cell', slot, table: type.table, column: field, type: column.type };
      const hint = didYouMean(field, columns?.keys() ?? []);
      const message = `table ${type.table} has no column '${field}'${hint}`;
      return this.report('CG-E302', message, at);
    }
    if (!isElement(type)) return this.report('CG-E302', `${typeName(type)} has no field '${field}'`, at);
    if (type.kind === 'prescription' && field === 'lines') {
      return {
        ...common,
        kind: 'elements',
        source: 'prescription.lines',
        slot,
        type: listOf({ kind: 'line' }),
      };
    }
    return this.#fact(elementFactRoot[type.kind], slot, field, common, at, scope);
  }

  #fact(
    root: string,
    slot: Slot | null,
    field: string,
    common: Spot,
    at: number,
    scope: Scope,
  ): Typed | null {
    const source = elementSources[`${root}.${field}`];
    if (source !== undefined && slot === null) return { ...common, kind: 'elements', ...source, slot: null };
    const path = `${root}.${field}`;
    const spec = facts.get(path);
    const name = slot === null ? path : `${slot.name}.${field}`;
    if (spec === undefined) {
      if (hiddenFacts.has(path)) return this.report('CG-E309', `'${name}' is not readable in rules`, at);
      const known = [...fieldNames(root), ...listNames(root)];
      return this.report(
        'CG-E302',
        `no fact '${field}' on ${slot?.name ?? root}${didYouMean(field, known)}`,
        at,
      );
    }
    if (spec.onlyShown && !scope.forMessage) {
      return this.report('CG-E309', `'${name}' is only for messages; judge by codes`, at);
    }
    return { ...common, kind: 'fact', path: spec.path, slot, type: spec.type };
  }

  #has(expr: Expr & { kind: 'has' }, common: Spot, scope: Scope): Typed | null {
    const of = this.#select(expr, { at: expr.at, text: common.text.slice(4, -1) }, scope);
    if (of === null) return null;
    if (of.kind === 'fact' || of.kind === 'cell') return { ...common, kind: 'has', of, type: bool };
    return this.report('CG-E216', 'has() asks whether a fact or column is known', expr.at);
  }

  #list(expr: Expr & { kind: 'list' }, common: Spot, scope: Scope): Typed | null {
    const items = expr.items.map((item) => this.check(item, scope));
    let of: Type | null = null;
    for (const [i, item] of items.entries()) {
      if (item === null) return null;
      const joined: Type | null = of === null ? item.type : join(of, item.type);
      if (!isScalar(item.type) || joined === null) {
        const wanted = of === null ? 'a single value' : typeName(of);
        return this.report(
          'CG-E305',
          `list item is ${typeName(item.type)}, not ${wanted}`,
          expr.items[i]?.at ?? expr.at,
        );
      }
      of = joined;
    }
    const type = listOf(of !== null && isScalar(of) ? of : null);
    return { ...common, kind: 'list', items: items as readonly Typed[], type };
  }

  #macro(expr: Expr & { kind: 'macro' }, scope: Scope): Typed | null {
    const list = this.checkList(expr.list, scope);
    if (list === null || list.type.kind !== 'list') return null;
    if (scope.bindings.has(expr.variable) && scope.withClaim) {
      return this.report('CG-E311', `'${expr.variable}' already names something`, expr.at);
    }
    const { of } = list.type;
    if (of === null) return this.report('CG-E218', `'${list.text}' has no elements`, expr.list.at);
    const slot: Slot = { kind: 'element', name: expr.variable, type: of, index: this.#nextElement() };
    const body = this.check(expr.body, withBinding(scope, expr.variable, { kind: 'slot', slot }));
    if (body === null) return null;
    if (body.type.kind !== 'bool') {
      return this.report(
        'CG-E306',
        `${expr.macro}() asks a condition, '${body.text}' is ${typeName(body.type)}`,
        expr.body.at,
      );
    }
    const type = expr.macro === 'filter' ? list.type : bool;
    const { at } = expr;
    return { at, text: expressionText(expr), kind: 'loop', macro: expr.macro, list, slot, body, type };
  }
}

export interface Spot {
  readonly at: number;
  readonly text: string;
}

function slotValue(slot: Slot, common: Spot): Typed {
  const kind = isElement(slot.type) ? 'element' : 'scalarElement';
  return { ...common, kind, slot, type: slot.type };
}

const elementSources: Readonly<
  Record<string, { readonly source: ElementSource; readonly type: Type } | undefined>
> = {
  'claim.lines': { source: 'claim.lines', type: listOf({ kind: 'line' }) },
  'claim.diagnoses': { source: 'claim.diagnoses', type: listOf({ kind: 'diagnosis' }) },
  'claim.procedures': { source: 'claim.procedures', type: listOf({ kind: 'procedure' }) },
};

function listNames(root: string): readonly string[] {
  if (root === 'claim') return ['lines', 'diagnoses', 'procedures'];
  return root === 'prescription' ? ['lines'] : [];
}

export type OperatorExpr = Expr & { readonly kind: 'operator'; readonly operator: Operator };
