/**
 * A bare expression through the same checker, emitter and runtime as a rule's condition. The door for
 * conformance and property tests, and for trying an expression out; screening does not use it.
 */

import { js } from '../base/code.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Claim } from '../claim/claim.js';
import { columnsOf } from '../claim/columns/fill-columns.js';
import type { HistorySource } from '../history/patient-history.js';
import { ExpressionChecker } from './check/check-expression.js';
import { costLimits, costOf } from './check/cost.js';
import type { Binding, Scope } from './check/scope.js';
import { maxSources, sourcesOf } from './check/sources.js';
import type { FactPath, Slot, Typed } from './check/typed.js';
import { line, type Type, typeName } from './check/types.js';
import { knownMaskCode, parameterList } from './compile/access.js';
import type { ArtifactSource } from './compile/artifact.js';
import { Block } from './compile/block.js';
import { Constants } from './compile/constants.js';
import { Emitter } from './compile/emitter.js';
import { type Diagnostic, Problems } from './diagnostics/diagnostic.js';
import { SourceText } from './diagnostics/source-text.js';
import { celText } from './parse/cel-text.js';
import { ClaimView } from './runtime/claim-view.js';
import type { Evaluate, KnownMask } from './runtime/generated.js';
import { libraryWithoutTables, runText } from './runtime/instantiate.js';
import { Unknown } from './runtime/unknown.js';

export interface Environment {
  /** Names of the expression and their types; null as a value is "unknown". */
  readonly variables: Readonly<Record<string, Type>>;
  /** Facts of a claim may be read; with `line`, also those of one payable line. */
  readonly claim?: 'facts' | 'line';
}

export interface Bindings {
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly claim?: Claim;
  /** Position of the bound line among the claim's payable lines. */
  readonly line?: number;
  /** What was recorded before; without it, it is not known. */
  readonly history?: HistorySource;
}

/** A value, or the names of the facts that leave it unknown. */
export type Outcome = { readonly value: unknown } | { readonly unknown: readonly string[] };

export interface CompiledExpression {
  readonly type: Type;
  readonly sources: readonly ArtifactSource[];
  /** The generated text of both forms. */
  readonly code: string;
  /** The three-valued form. */
  evaluate(bindings: Bindings): Outcome;
  /** The two-valued form; null where a fact that it takes as known is not. */
  evaluateFast(bindings: Bindings): Outcome | null;
}

/** Fails with the diagnostics that a rule author would get, placed in a file called `<expression>`. */
export function compileExpression(
  text: string,
  environment: Environment,
): Result<CompiledExpression, readonly Diagnostic[]> {
  const problems = new Problems();
  const file = new SourceText('<expression>', text);
  const cel = celText(text, (offset) => ({ file, offset }), problems);
  if (cel === null) return fail(problems.sorted());
  let elements = 0;
  const typed = new ExpressionChecker(cel, problems, () => elements++).check(cel.expr, scopeOf(environment));
  if (typed === null) return fail(problems.sorted());
  checkBounds(typed, problems, file);
  return problems.count > 0 ? fail(problems.sorted()) : ok(compile(typed, environment));
}

function checkBounds(typed: Typed, problems: Problems, file: SourceText): void {
  const place = { file, offset: 0 };
  const isValue = typed.type.kind !== 'row' && typed.kind !== 'element' && typed.kind !== 'elements';
  if (!isValue) problems.report('CG-E305', `${typeName(typed.type)} is no value`, place);
  if (costOf(typed) > costLimits.claim)
    problems.report('CG-E310', `at most ${costLimits.claim} steps`, place);
  if (sourcesOf([typed], new Map()).length > maxSources) {
    problems.report('CG-E313', `at most ${maxSources} facts`, place);
  }
}

const anchorLine: Slot = { kind: 'anchor', name: 'line', type: line, index: 0 };

function scopeOf({ variables, claim }: Environment): Scope {
  const bindings = new Map<string, Binding>(
    Object.entries(variables).map(([name, type]) => [name, { kind: 'variable', type }]),
  );
  if (claim === 'line') bindings.set('line', { kind: 'slot', slot: anchorLine });
  const withClaim = claim !== undefined;
  return { bindings, tables: new Map(), brokenTables: new Set(), forMessage: false, withClaim };
}

function compile(typed: Typed, environment: Environment): CompiledExpression {
  const constants = new Constants();
  const variables = Object.keys(environment.variables);
  const sources = sourcesOf([typed], new Map());
  const options = { sources, tables: new Map(), constants, rowFact: () => null, variables };
  const form = (emitter: Emitter) => {
    const block = new Block();
    const value = emitter.emit(typed, block);
    return js`function (${parameterList}) {\n${block.code}\nreturn ${value};\n}`;
  };
  const fastEmitter = new Emitter({ ...options, form: 'fast' });
  const [fast, full] = [form(fastEmitter), form(new Emitter({ ...options, form: 'full' }))];
  const assumed: readonly FactPath[] = [...fastEmitter.assumed];
  const text = js`${constants.definitions}\nreturn [${fast}, ${full}, ${knownMaskCode(assumed)}];`.toString();
  const { library, items } = libraryWithoutTables();
  const [runFast, runFull, knownMask] = runText(text, 'expression', library) as [
    Evaluate<unknown>,
    Evaluate<unknown>,
    KnownMask,
  ];
  const allKnown = assumed.reduce((mask, _, bit) => mask | (1 << bit), 0);
  const used = new Set(sources.map((s) => s.fact));
  const view = new ClaimView(items);
  const open = ({ claim, variables: values, history }: Bindings) => {
    if (claim !== undefined) view.open(columnsOf(claim, items), history);
    view.variables = variables.map((name) => values?.[name] ?? null);
  };
  const run = (evaluate: Evaluate<unknown>, { line: position }: Bindings) => {
    const anchor = position === undefined ? -1 : (view.allLines[position] ?? -1);
    return outcomeOf(evaluate(view, anchor, -1, -1, -1, -1), sources);
  };
  return {
    type: typed.type,
    sources,
    code: text,
    evaluate: (bindings) => {
      open(bindings);
      return run(runFull, bindings);
    },
    evaluateFast: (bindings) => {
      open(bindings);
      const isKnown =
        knownMask(view) === allKnown &&
        variables.every((name) => !used.has(name) || bindings.variables?.[name] != null);
      return isKnown ? run(runFast, bindings) : null;
    },
  };
}

function outcomeOf(value: unknown, sources: readonly ArtifactSource[]): Outcome {
  if (!(value instanceof Unknown)) return { value };
  return { unknown: sources.filter((_, bit) => (value.mask & (1 << bit)) !== 0).map((s) => s.fact) };
}
