/**
 * Our own small syntax tree of an expression, free of the parser's shapes. `at` is an offset in the CEL text
 * (UTF-16).
 */
import type { DiagnosticCode } from '../diagnostics/codes.js';

export type MacroName = 'exists' | 'all' | 'exists_one' | 'filter';

export type Expr =
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'int'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'double'; readonly at: number; readonly value: number }
  | { readonly kind: 'string'; readonly at: number; readonly value: string }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | { readonly kind: 'select'; readonly at: number; readonly of: Expr; readonly field: string }
  | { readonly kind: 'has'; readonly at: number; readonly of: Expr; readonly field: string }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Expr[] }
  | {
      readonly kind: 'operator';
      readonly at: number;
      readonly operator: Operator;
      readonly args: readonly Expr[];
    }
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly name: string;
      readonly target: Expr | null;
      readonly args: readonly Expr[];
    }
  | {
      readonly kind: 'macro';
      readonly at: number;
      readonly macro: MacroName;
      readonly list: Expr;
      readonly variable: string;
      readonly body: Expr;
    }
  /** Valid CEL that the rule language leaves out; the checker reports `code`. */
  | { readonly kind: 'refused'; readonly at: number; readonly code: DiagnosticCode; readonly what: string };

export const operators = [
  '&&',
  '||',
  '!',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '?:',
  'in',
  'negate',
] as const;
export type Operator = (typeof operators)[number];
