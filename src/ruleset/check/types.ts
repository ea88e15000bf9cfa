/**
 * Types of the rule language. Elements (line, row …) are places to read facts from; they are no values to
 * compare.
 */
export type Type =
  | ScalarType
  | ElementType
  | ListType
  | { readonly kind: 'unsupported'; readonly name: string };

export type ScalarType =
  | { readonly kind: 'bool' }
  /** Inclusive bounds of what the expression can be; always safe integers. */
  | { readonly kind: 'int'; readonly min: number; readonly max: number; readonly money?: true }
  | { readonly kind: 'double'; readonly money?: true }
  /** `values`: the closed set of an enumeration. */
  | { readonly kind: 'string'; readonly values?: readonly string[] }
  /** Milliseconds since 1970 UTC. */
  | { readonly kind: 'instant' }
  /** Days since 1970-01-01 in China. */
  | { readonly kind: 'day' };

export type ElementType =
  | { readonly kind: 'line' }
  | { readonly kind: 'diagnosis' }
  | { readonly kind: 'procedure' }
  | { readonly kind: 'prescription' }
  | { readonly kind: 'row'; readonly table: string };

/** `of: null` is the type of `[]`. */
export interface ListType {
  readonly kind: 'list';
  readonly of: ScalarType | ElementType | null;
}

export const maxSafe = Number.MAX_SAFE_INTEGER;
export const bool: ScalarType = { kind: 'bool' };
export const double: ScalarType = { kind: 'double' };
export const string: ScalarType = { kind: 'string' };
export const instant: ScalarType = { kind: 'instant' };
export const day: ScalarType = { kind: 'day' };
export const line: ElementType = { kind: 'line' };

export function int(min: number, max: number): ScalarType {
  return { kind: 'int', min, max };
}

/** An amount of fen. */
export function fen(min: number, max: number): ScalarType {
  return { kind: 'int', min, max, money: true };
}

export function listOf(of: ListType['of']): ListType {
  return { kind: 'list', of };
}

export function isScalar(type: Type): type is ScalarType {
  return !isElement(type) && type.kind !== 'list' && type.kind !== 'unsupported';
}

export function isElement(type: Type): type is ElementType {
  return (
    type.kind === 'line' ||
    type.kind === 'diagnosis' ||
    type.kind === 'procedure' ||
    type.kind === 'prescription' ||
    type.kind === 'row'
  );
}

export function isNumber(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'double';
}

/** Whether a value of `given` may stand where `wanted` is asked for. No conversion is ever implied. */
export function fits(given: Type, wanted: Type): boolean {
  if (given.kind === 'list' && wanted.kind === 'list') {
    return given.of === null || wanted.of === null || fits(given.of, wanted.of);
  }
  return given.kind === wanted.kind;
}

/** The smallest type that holds both; null where they do not fit. */
export function join(a: Type, b: Type): Type | null {
  if (a.kind === 'int' && b.kind === 'int') {
    const bounds = int(Math.min(a.min, b.min), Math.max(a.max, b.max));
    return (a.money ?? b.money) === true ? ({ ...bounds, money: true } as ScalarType) : bounds;
  }
  if (a.kind === 'string' && b.kind === 'string') {
    return a.values !== undefined && b.values !== undefined
      ? { kind: 'string', values: [...new Set([...a.values, ...b.values])] }
      : string;
  }
  if (a.kind === 'list' && b.kind === 'list') {
    if (a.of === null || b.of === null) return a.of === null ? b : a;
    const of = join(a.of, b.of);
    return of === null ? null : listOf(of as ListType['of']);
  }
  if (a.kind === 'row' && b.kind === 'row') return a.table === b.table ? a : null;
  return a.kind === b.kind ? a : null;
}

export function typeName(type: Type): string {
  switch (type.kind) {
    case 'list':
      return type.of === null ? 'list' : `list<${typeName(type.of)}>`;
    case 'row':
      return `row of ${type.table}`;
    case 'unsupported':
      return type.name;
    default:
      return type.kind;
  }
}
