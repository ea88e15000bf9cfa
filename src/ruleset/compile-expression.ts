/**
 * A bare expression through the same checker, emitter and runtime as a rule's condition. The door for
 * conformance and property tests, and for trying an expression out; screening does not use it.
 */
import { fail, ok, type Result } from '../base/result.js';
import type { Claim } from '../claim/claim.js';
import { ExpressionChecker } from './check/check-expression.js';
import { costLimits, costOf } from './check/cost.js';
import type { Binding, Scope } from './check/scope.js';
import { maxSources, sourcesOf } from './check/sources.js';
import type { FactPath, Slot, Typed } from './check/typed.js';
import { line, type Type, typeName } from './check/types.js';
import { knownTest, parameterList } from './compile/access.js';
import type { ArtifactSource } from './compile/artifact.js';
import { Block } from './compile/block.js';
import { joinCode, js } from './compile/code.js';
import { Constants } from './compile/constants.js';
import { Emitter } from './compile/emitter.js';
import { type Diagnostic, Problems } from './diagnostics/diagnostic.js';
import { SourceText } from './diagnostics/source-text.js';
import { celText } from './parse/cel-text.js';
import type { ClaimView } from './runtime/claim-view.js';
import { viewClaim } from './runtime/claim-view.js';
import type { Evaluate, KnownTest } from './runtime/generated.js';
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
  const tests = [...fastEmitter.assumed].map((path: FactPath) => js`(view) => ${knownTest(path)}`);
  const text =
    js`${constants.definitions}\nreturn [${fast}, ${full}, [${joinCode(tests, ', ')}]];`.toString();
  const [runFast, runFull, knownTests] = runText(text, 'expression', libraryWithoutTables) as [
    Evaluate<unknown>,
    Evaluate<unknown>,
    readonly KnownTest[],
  ];
  const used = new Set(sources.map((s) => s.fact));
  const run = (evaluate: Evaluate<unknown>, bindings: Bindings) =>
    outcomeOf(evaluate(viewOf(bindings, variables), bindings.line ?? -1, -1, -1, -1, -1), sources);
  return {
    type: typed.type,
    sources,
    code: text,
    evaluate: (bindings) => run(runFull, bindings),
    evaluateFast: (bindings) => {
      const view = viewOf(bindings, variables);
      const isKnown =
        knownTests.every((test) => test(view)) &&
        variables.every((name) => !used.has(name) || bindings.variables?.[name] != null);
      return isKnown ? run(runFast, bindings) : null;
    },
  };
}

function viewOf(bindings: Bindings, variables: readonly string[]): ClaimView {
  const view = bindings.claim === undefined ? {} : viewClaim(bindings.claim);
  const values = variables.map((name) => bindings.variables?.[name] ?? null);
  return Object.assign(view, { variables: values }) as unknown as ClaimView;
}

function outcomeOf(value: unknown, sources: readonly ArtifactSource[]): Outcome {
  if (!(value instanceof Unknown)) return { value };
  return { unknown: sources.filter((_, bit) => (value.mask & (1 << bit)) !== 0).map((s) => s.fact) };
}
