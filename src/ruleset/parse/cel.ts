/**
 * The only importer of @bufbuild/cel. Its parser expands macros and numbers nodes; what leaves this file is
 * our Expr, with macros folded back and every position an offset in the CEL text.
 */
import { parse } from '@bufbuild/cel';
import { fail, ok, type Result } from '../../base/result.js';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Expr, MacroName, Operator } from './expression.js';

type CelExpr = ReturnType<typeof parse>['expr'];
type CelNode = CelExpr | undefined;
type Kind<Case> = Extract<CelExpr['exprKind'], { case: Case }>;

/** What is wrong with a text that is no CEL expression; `at` is an offset in it. */
export interface SyntaxProblem {
  readonly message: string;
  readonly at: number;
}

/** Longest accepted text; the parser is recursive and shares the stack with us. */
const maxLength = 8_000;
const maxNesting = 200;

export function parseCel(text: string): Result<Expr, SyntaxProblem> {
  if (text.length > maxLength) return fail({ message: `longer than ${maxLength} characters`, at: 0 });
  const deep = nestingProblem(text);
  if (deep !== null) return fail(deep);
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(text);
  } catch (error) {
    return fail(syntaxProblem(error, text));
  }
  return ok(new Converter(text, parsed.sourceInfo).convert(parsed.expr));
}

/** Brackets deeper than this would overflow a recursive parser before it could say where. */
function nestingProblem(text: string): SyntaxProblem | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '(' || c === '[' || c === '{') depth++;
    if (c === ')' || c === ']' || c === '}') depth--;
    if (depth > maxNesting) return { message: `brackets nested deeper than ${maxNesting}`, at };
  }
  return null;
}

function syntaxProblem(error: unknown, text: string): SyntaxProblem {
  if (!(error instanceof Error)) return { message: 'cannot be read', at: 0 };
  const start = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset;
  const raw = (error as { rawMessage?: string }).rawMessage ?? error.message;
  const message = raw.replace(/^<input>:\d+:\d+: /, '').replace(/^syntax error: /, '');
  return { message, at: Math.min(start ?? 0, text.length) };
}

const operatorOf: Readonly<Record<string, Operator>> = {
  '_&&_': '&&',
  '_||_': '||',
  '!_': '!',
  '_==_': '==',
  '_!=_': '!=',
  '_<_': '<',
  '_<=_': '<=',
  '_>_': '>',
  '_>=_': '>=',
  '_+_': '+',
  '_-_': '-',
  '_*_': '*',
  '_/_': '/',
  '_%_': '%',
  '_?_:_': '?:',
  '@in': 'in',
  '-_': 'negate',
};

class Converter {
  readonly #text: string;
  readonly #info: ReturnType<typeof parse>['sourceInfo'];
  /** UTF-16 offset of each code point: the parser counts code points. */
  readonly #offsets: readonly number[] | null;

  constructor(text: string, info: ReturnType<typeof parse>['sourceInfo']) {
    this.#text = text;
    this.#info = info;
    this.#offsets = codePointOffsets(text);
  }

  convert(node: CelNode): Expr {
    const at = this.#at(node);
    const kind = node?.exprKind;
    switch (kind?.case) {
      case 'constExpr':
        return this.#constant(kind, at);
      case 'identExpr':
        if (this.#text[at] === '.') return refused(at, 'CG-E211', `.${kind.value.name}`);
        return { kind: 'name', at, name: kind.value.name };
      case 'selectExpr':
        return this.#select(kind, at);
      case 'callExpr':
        return this.#call(kind, at);
      case 'listExpr':
        return { kind: 'list', at, items: kind.value.elements.map((e) => this.convert(e)) };
      case 'comprehensionExpr':
        return this.#macro(node, kind, at);
      default:
        return refused(at, 'CG-E205', 'a map or message');
    }
  }

  #at(node: CelNode): number {
    const position = this.#info?.positions[String(node?.id)] ?? 0;
    return this.#offsets === null ? position : (this.#offsets[position] ?? this.#text.length);
  }

  #constant(kind: Kind<'constExpr'>, at: number): Expr {
    const constant = kind.value.constantKind;
    switch (constant.case) {
      case 'boolValue':
        return { kind: 'bool', at, value: constant.value };
      case 'int64Value':
        return { kind: 'int', at, value: constant.value };
      case 'doubleValue':
        return { kind: 'double', at, value: constant.value };
      case 'stringValue':
        return { kind: 'string', at, value: constant.value };
      case 'uint64Value':
        return refused(at, 'CG-E202', `${constant.value}u`);
      case 'bytesValue':
        return refused(at, 'CG-E203', 'bytes');
      default:
        return refused(at, 'CG-E204', 'null');
    }
  }

  #select(kind: Kind<'selectExpr'>, at: number): Expr {
    const { operand, field, testOnly } = kind.value;
    return { kind: testOnly ? 'has' : 'select', at, of: this.convert(operand), field };
  }

  #call(kind: Kind<'callExpr'>, at: number): Expr {
    const { function: name, target, args } = kind.value;
    const operator = operatorOf[name];
    if (operator !== undefined)
      return { kind: 'operator', at, operator, args: args.map((a) => this.convert(a)) };
    if (name === '_[_]') return refused(at, 'CG-E206', 'an index');
    if (target === undefined && this.#text[at] === '.') return refused(at, 'CG-E211', `.${name}()`);
    const converted = args.map((a) => this.convert(a));
    return {
      kind: 'call',
      at,
      name,
      target: target === undefined ? null : this.convert(target),
      args: converted,
    };
  }

  /**
   * The original call stands beside the expansion; list and body are taken from the expansion, which is
   * whole.
   */
  #macro(node: CelNode, kind: Kind<'comprehensionExpr'>, at: number): Expr {
    const call = this.#info?.macroCalls[String(node?.id)]?.exprKind;
    const macro = call?.case === 'callExpr' ? macroName(call.value.function) : null;
    if (macro === null) return refused(at, 'CG-E207', 'map()');
    const { iterVar, iterRange, loopStep } = kind.value;
    const step = loopStep?.exprKind;
    const stepArgs = step?.case === 'callExpr' ? step.value.args : [];
    // exists and all: @result || body; filter and exists_one: body ? … : @result.
    const body = macro === 'exists' || macro === 'all' ? stepArgs[1] : stepArgs[0];
    return {
      kind: 'macro',
      at,
      macro,
      list: this.convert(iterRange),
      variable: iterVar,
      body: this.convert(body),
    };
  }
}

function macroName(name: string): MacroName | null {
  if (name === 'existsOne') return 'exists_one';
  return name === 'exists' || name === 'all' || name === 'exists_one' || name === 'filter' ? name : null;
}

function refused(at: number, code: DiagnosticCode, what: string): Expr {
  return { kind: 'refused', at, code, what };
}

function codePointOffsets(text: string): readonly number[] | null {
  const offsets: number[] = [];
  let at = 0;
  for (const character of text) {
    offsets.push(at);
    at += character.length;
  }
  return offsets.length === text.length ? null : offsets;
}
