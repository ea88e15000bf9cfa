/** What the names of an expression mean: bindings of the rule, variables of macros, `let` names, tables. */
import type { CheckedTable } from './check-table.js';
import type { Slot, Typed } from './typed.js';
import type { Type } from './types.js';

export type Binding =
  | { readonly kind: 'slot'; readonly slot: Slot }
  | { readonly kind: 'let'; readonly value: Typed }
  | { readonly kind: 'variable'; readonly type: Type }
  /** Its definition has a mistake, which is reported there and nowhere else. */
  | { readonly kind: 'broken' };

/** Why a name that exists elsewhere may not be read here. */
export interface Scope {
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly tables: ReadonlyMap<string, CheckedTable>;
  /** Tables that exist but could not be read: already reported. */
  readonly brokenTables: ReadonlySet<string>;
  /** Messages may show names of items; conditions may not judge them. */
  readonly forMessage: boolean;
  /** False for a bare expression: then no fact of a claim has a name. */
  readonly withClaim: boolean;
}

export function withBinding(scope: Scope, name: string, binding: Binding): Scope {
  return { ...scope, bindings: new Map([...scope.bindings, [name, binding]]) };
}

/** Names that cannot be given to bindings: roots of facts and functions. */
export const reservedNames: ReadonlySet<string> = new Set([
  'claim',
  'patient',
  'institution',
  'encounter',
  'history',
  'trace',
  'stock',
  'diagnoses',
  'procedures',
  'true',
  'false',
  'null',
]);
