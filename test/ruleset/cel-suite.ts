/**
 * The official conformance data as plain cases: text, declared variables and their values, expected result.
 */
import {
  getConformanceSuite,
  type IncrementalTest,
  type IncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import {
  bool,
  double,
  int,
  listOf,
  maxSafe,
  type ScalarType,
  string,
  type Type,
} from '../../src/ruleset/check/types.js';

export interface CelCase {
  /** `suite/section/name`. */
  readonly path: string;
  readonly text: string;
  readonly variables: Readonly<Record<string, Type>>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly expected: Expected;
}

export type Expected = { readonly value: Value } | 'error';
export type Value = bigint | number | string | boolean | readonly Value[] | { readonly foreign: string };

export function celCases(): readonly CelCase[] {
  return casesOf(getConformanceSuite(), []);
}

function casesOf(suite: IncrementalTestSuite, path: readonly string[]): readonly CelCase[] {
  const own = suite.tests.map((test) => caseOf(test, path));
  return [...own, ...suite.suites.flatMap((inner) => casesOf(inner, [...path, inner.name]))];
}

type Original = IncrementalTest['original'];
type CelValue = NonNullable<Extract<Original['resultMatcher'], { case: 'value' }>['value']>;

function caseOf({ name, original }: IncrementalTest, path: readonly string[]): CelCase {
  const values = Object.fromEntries(
    Object.entries(original.bindings).map(([key, bound]) => [
      key,
      bound.kind.case === 'value' ? plain(bound.kind.value) : { foreign: 'error' },
    ]),
  );
  const variables: Record<string, Type> = Object.fromEntries(
    original.typeEnv.flatMap((decl) => {
      if (decl.declKind.case !== 'ident') return [];
      return [[decl.name, declaredType(decl.declKind.value.type, values[decl.name])]];
    }),
  );
  // Rules have no namespace: a name that would be looked up in one first is another name there.
  for (const name of Object.keys(variables)) {
    const inner = `${original.container}.`;
    if (original.container === '' || !name.startsWith(inner)) continue;
    variables[name.slice(inner.length)] = { kind: 'unsupported', name: 'looked up in a namespace' };
  }
  return {
    path: [...path, name].join('/'),
    text: original.expr,
    variables,
    values,
    expected: expectedOf(original),
  };
}

function expectedOf({ resultMatcher }: Original): Expected {
  switch (resultMatcher.case) {
    case 'value':
      return { value: plain(resultMatcher.value) };
    case 'typedResult':
      return resultMatcher.value.result === undefined
        ? { value: { foreign: 'type only' } }
        : { value: plain(resultMatcher.value.result) };
    case undefined:
      return { value: true };
    default:
      return 'error';
  }
}

function plain(value: CelValue): Value {
  const { kind } = value;
  switch (kind.case) {
    case 'int64Value':
    case 'doubleValue':
    case 'stringValue':
    case 'boolValue':
      return kind.value;
    case 'listValue':
      return kind.value.values.map(plain);
    default:
      return { foreign: String(kind.case) };
  }
}

type Declared = Parameters<typeof declaredType>[0];

/** A declared type in our terms; a value that our exact integers cannot hold makes the variable foreign. */
function declaredType(
  declared:
    | { readonly typeKind: { readonly case: string | undefined; readonly value?: unknown } }
    | undefined,
  value: unknown,
): Type {
  const isInexact = typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
  const type = declared === undefined || isInexact ? null : typeOf(declared);
  return type ?? { kind: 'unsupported', name: declared?.typeKind.case ?? 'undeclared' };
}

/** Numbers of cel.expr.Type.PrimitiveType. */
const primitives: Readonly<Record<number, ScalarType>> = {
  1: bool,
  2: int(-maxSafe, maxSafe),
  4: double,
  5: string,
};

function typeOf(declared: NonNullable<Declared>): Type | null {
  const { typeKind } = declared;
  if (typeKind.case === 'primitive') return primitives[typeKind.value as number] ?? null;
  if (typeKind.case !== 'listType') return null;
  const element = (typeKind.value as { elemType?: NonNullable<Declared> }).elemType;
  const of = element === undefined ? null : typeOf(element);
  return of === null || of.kind === 'list' || of.kind === 'unsupported' ? null : listOf(of);
}
