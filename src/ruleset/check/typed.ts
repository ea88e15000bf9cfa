/**
 * A checked expression: every name resolved, every node typed. `at` is an offset in its CEL text, `text` its
 * normal spelling (the key under which a finding shows its value). The guard and the planner read only this.
 */
import type { FieldPath } from '../../claim/fields.js';
import type { FunctionName } from './functions.js';
import type { Type } from './types.js';

/** A bound element: the anchor, a joined row, the partner, or the variable of a macro. */
export interface Slot {
  readonly kind: 'anchor' | 'row' | 'partner' | 'partnerRow' | 'element';
  /** The author's name for it. */
  readonly name: string;
  readonly type: Type;
  /** Distinguishes rows (0, 1) and macro variables (unique in a rule). */
  readonly index: number;
}

export type ElementSource = 'claim.lines' | 'claim.diagnoses' | 'claim.procedures' | 'prescription.lines';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

interface Common {
  readonly at: number;
  readonly text: string;
  readonly type: Type;
}

export type Typed = Common &
  (
    | { readonly kind: 'constant'; readonly value: boolean | number | string }
    /** A fact of the claim, or of the element in `slot`. */
    | { readonly kind: 'fact'; readonly path: FactPath; readonly slot: Slot | null }
    /** A column of a joined row. */
    | { readonly kind: 'cell'; readonly slot: Slot; readonly table: string; readonly column: string }
    /** A variable of a bare expression (compileExpression), or a scalar macro variable. */
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'scalarElement'; readonly slot: Slot }
    /** An element itself, as a function's argument or a macro's subject. */
    | { readonly kind: 'element'; readonly slot: Slot }
    | { readonly kind: 'elements'; readonly source: ElementSource; readonly slot: Slot | null }
    | { readonly kind: 'list'; readonly items: readonly Typed[] }
    | { readonly kind: 'has'; readonly of: Typed }
    | { readonly kind: 'not'; readonly of: Typed }
    | { readonly kind: 'negate'; readonly of: Typed }
    | { readonly kind: 'and' | 'or'; readonly left: Typed; readonly right: Typed }
    | { readonly kind: 'conditional'; readonly test: Typed; readonly yes: Typed; readonly no: Typed }
    | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Typed; readonly right: Typed }
    | {
        readonly kind: 'arithmetic';
        readonly operator: Arithmetic;
        readonly left: Typed;
        readonly right: Typed;
      }
    | { readonly kind: 'in'; readonly item: Typed; readonly list: Typed }
    | { readonly kind: 'size'; readonly of: Typed }
    | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Typed[] }
    | {
        readonly kind: 'listed';
        readonly table: string;
        readonly columns: readonly string[];
        readonly keys: readonly Typed[];
        readonly time: Typed;
      }
    | {
        readonly kind: 'loop';
        readonly macro: 'exists' | 'all' | 'exists_one' | 'filter';
        readonly list: Typed;
        readonly slot: Slot;
        readonly body: Typed;
      }
    /** Made by the planner: the joined row is in force at the anchor's time and place. */
    | { readonly kind: 'stands'; readonly slot: Slot; readonly table: string; readonly time: Typed }
  );

export type TypedOf<Kind extends Typed['kind']> = Extract<Typed, { readonly kind: Kind }>;

/** A fact's name in rules and coverage: `patient.sex`, `line.at`, `diagnosis.code`; see facts.ts. */
export type FactPath =
  | Exclude<FieldPath, `${'lines' | 'diagnoses' | 'procedures'}.${string}`>
  | ElementFactPath;
export type ElementFactPath =
  | `line.${string}`
  | `diagnoses.${string}`
  | `procedures.${string}`
  | 'prescription.id'
  | 'prescription.at';

/** Direct parts of an expression, in the order of the text. */
export function partsOf(expr: Typed): readonly Typed[] {
  switch (expr.kind) {
    case 'list':
      return expr.items;
    case 'has':
    case 'not':
    case 'negate':
    case 'size':
      return [expr.of];
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return [expr.left, expr.right];
    case 'conditional':
      return [expr.test, expr.yes, expr.no];
    case 'in':
      return [expr.item, expr.list];
    case 'call':
      return expr.args;
    case 'listed':
      return [...expr.keys, expr.time];
    case 'loop':
      return [expr.list, expr.body];
    case 'stands':
      return [expr.time];
    default:
      return [];
  }
}

/** The expression and all its parts, outermost first. */
export function* walk(expr: Typed): Generator<Typed> {
  yield expr;
  for (const part of partsOf(expr)) yield* walk(part);
}

export function some(expr: Typed, test: (part: Typed) => boolean): boolean {
  return test(expr) || partsOf(expr).some((part) => some(part, test));
}
