/**
 * Typed expression to JavaScript. One emitter makes both forms of a condition. In the full form any fact may
 * be unknown and values may be Unknown; in the fast form the facts in `assumed` are taken as known (the
 * runtime tests that first), so nothing but empty table cells and history is uncertain and most code becomes
 * plain operators.
 */
import { assert } from '../../base/assert.js';
import { type Code, joinCode, js } from '../../base/code.js';
import { facts } from '../check/facts.js';
import { functionSpec } from '../check/functions.js';
import { maxSources, ownSources, type Source, type Tables } from '../check/sources.js';
import { type FactPath, partsOf, type Slot, type Typed, type TypedOf } from '../check/typed.js';
import { isElement } from '../check/types.js';
import {
  type Access,
  cellAccess,
  elementsAccess,
  factAccess,
  keptSum,
  keptSums,
  maybeNull,
  slotName,
  variableAccess,
} from './access.js';
import type { Block } from './block.js';
import { kindOfType } from './column-kind.js';
import type { Constants } from './constants.js';
import { emitHistory } from './emit-history.js';
import { emitCertainOnly, emitLoop } from './emit-loop.js';
import { emitCodes, emitItemPrefix } from './emit-number.js';
import { anyUnknown, unionOf } from './emit-unknown.js';
import { emitComparison, emitIn, emitList } from './emit-value.js';
import type { EntryValues } from './entry-values.js';

export interface EmitterOptions {
  readonly form: 'fast' | 'full';
  /** The rule's sources; a source's position is its bit. */
  readonly sources: readonly Source[];
  readonly tables: Tables;
  readonly constants: Constants;
  /**
   * For each row slot, the fact whose absence leaves the row itself unknown; null where the row is always
   * known.
   */
  readonly rowFact: (slot: Slot) => string | null;
  /** Positions of the variables of a bare expression. */
  readonly variables: readonly string[];
  /** Where a first look finds cells and constants; see emit-quick. */
  readonly entry?: EntryValues;
}

/** How an operand becomes code: its value, or a number that stands for it. */
export type EmitOperand = (emitter: Emitter, expr: Typed, block: Block) => Code;
const emitValue: EmitOperand = (emitter, expr, block) => emitter.emit(expr, block);

export class Emitter {
  readonly options: EmitterOptions;
  /** Facts that the fast form relies on being known. */
  readonly assumed = new Set<FactPath>();
  readonly #uncertain = new WeakMap<Typed, boolean>();

  constructor(options: EmitterOptions) {
    this.options = options;
  }

  get isFull(): boolean {
    return this.options.form === 'full';
  }

  /** Whether the emitted value can be an Unknown. */
  uncertain(expr: Typed): boolean {
    const known = this.#uncertain.get(expr);
    if (known !== undefined) return known;
    const result =
      this.#ownUncertainty(expr) || (expr.kind !== 'has' && partsOf(expr).some((p) => this.uncertain(p)));
    this.#uncertain.set(expr, result);
    return result;
  }

  #ownUncertainty(expr: Typed): boolean {
    switch (expr.kind) {
      case 'fact':
        return this.isFull && facts.get(expr.path)?.total !== true;
      case 'variable':
        return this.isFull;
      case 'cell':
        return this.#isNullable(expr) || this.#rowMayBeMissing(expr.slot);
      case 'has':
        return expr.of.kind === 'cell' && this.#rowMayBeMissing(expr.of.slot);
      case 'call':
        return functionSpec(expr.name).history === true || (this.isFull && this.#sources(expr).length > 0);
      case 'listed':
        return this.isFull && this.#sources(expr).length > 0;
      case 'stands':
        return this.isFull && (this.#sources(expr).length > 0 || this.#rowMayBeMissing(expr.slot));
      default:
        return false;
    }
  }

  /** Code of the expression's value; statements that must run first are added to the block. */
  emit(expr: Typed, block: Block): Code {
    switch (expr.kind) {
      case 'constant':
        return this.#constant(expr);
      case 'fact':
        return this.fact(expr, factAccess(expr.path, expr.slot), block);
      case 'variable':
        return this.#nullable(variableAccess(this.options.variables.indexOf(expr.name)), expr, block);
      case 'cell':
        return this.cell(expr, this.#cellAccess(expr), block);
      case 'element':
      case 'scalarElement':
        return slotName(expr.slot);
      case 'elements':
        return elementsAccess(expr.source, expr.slot);
      case 'list':
        return emitList(this, expr, block);
      case 'has':
        return this.#has(expr, block);
      case 'not':
        return this.strict([expr.of], block, ([of]) => js`!${of as Code}`);
      case 'negate':
        return this.strict([expr.of], block, ([of]) => js`(-${of as Code})`);
      case 'and':
      case 'or':
        return this.#logic(expr, block);
      case 'conditional':
        return this.#conditional(expr, block);
      case 'compare':
        return emitComparison(this, expr, block);
      case 'arithmetic':
        return this.#arithmetic(expr, block);
      case 'in':
        return emitIn(this, expr, block);
      case 'size':
        return this.#size(expr, block);
      case 'call':
        return this.#call(expr, block);
      case 'listed':
        return this.#listed(expr, block);
      case 'stands':
        return this.#stands(expr, block);
      case 'loop':
        return emitLoop(this, expr, block);
    }
  }

  /** Lines to name: an undecided element of a filter is left out, as nobody is blamed on a doubt. */
  emitLines(expr: Typed, block: Block): Code {
    return expr.kind === 'loop' && expr.macro === 'filter'
      ? emitCertainOnly(this, expr, block)
      : this.emit(expr, block);
  }

  /** An operation that is unknown where any operand is; `emit` makes the operands. */
  strict(
    operands: readonly Typed[],
    block: Block,
    build: (codes: readonly Code[]) => Code,
    emit: EmitOperand = emitValue,
  ): Code {
    if (!operands.some((o) => this.uncertain(o))) return build(operands.map((o) => emit(this, o, block)));
    const codes = operands.map((o) => block.keep(emit(this, o, block)));
    const doubtful = codes.filter((_, i) => this.uncertain(operands[i] as Typed));
    return block.keep(js`${anyUnknown(doubtful)} ? ${unionOf(doubtful)} : ${build(codes)}`);
  }

  /** The Unknown of some sources. A first look does not care which. */
  unknownOf(sources: readonly Source[]): Code {
    if (this.options.entry !== undefined) return this.options.constants.unknown(0);
    let mask = 0;
    for (const source of sources) {
      const bit = this.options.sources.findIndex((s) => s.fact === source.fact);
      assert(bit >= 0, `source ${source.fact} is not listed`);
      mask |= 1 << Math.min(bit, maxSources);
    }
    return this.options.constants.unknown(mask);
  }

  #sources(expr: Typed): readonly Source[] {
    return ownSources(expr, this.options.tables);
  }

  #assume(path: FactPath): void {
    if (!this.isFull && facts.get(path)?.total !== true) this.assumed.add(path);
  }

  /** A fact in the form of `access`. */
  fact(expr: TypedOf<'fact'>, access: Access, block: Block): Code {
    this.#assume(expr.path);
    return this.#nullable(access, expr, block);
  }

  #nullable(access: Access, expr: Typed, block: Block): Code {
    if (!this.uncertain(expr)) return access.value(access.raw);
    const raw = block.keep(access.raw);
    return js`(${access.isUnknown(raw)} ? ${this.unknownOf(this.#sources(expr))} : ${access.value(raw)})`;
  }

  #isNullable(cell: TypedOf<'cell'>): boolean {
    return this.options.tables.get(cell.table)?.columns.get(cell.column)?.nullable === true;
  }

  #rowMayBeMissing(slot: Slot): boolean {
    return this.isFull && this.options.rowFact(slot) !== null;
  }

  #rowUnknown(slot: Slot): Code {
    const fact = this.options.rowFact(slot);
    assert(fact !== null, 'this row is always known');
    return this.unknownOf([{ cause: 'fact', fact }]);
  }

  #constant({ value }: TypedOf<'constant'>): Code {
    const { entry } = this.options;
    return entry !== undefined && typeof value === 'number' ? entry.number(value) : js`${value}`;
  }

  #cellAccess(expr: TypedOf<'cell'>): Access {
    const { constants, entry } = this.options;
    const { table, column, slot, type } = expr;
    const kind = kindOfType(type);
    const beside = entry?.cell(expr, kind, constants) ?? null;
    if (beside !== null) return beside;
    return cellAccess(constants.column(table, column, kind), kind, slotName(slot), constants);
  }

  /** A cell of a joined row, in the form of `access`. */
  cell(expr: TypedOf<'cell'>, access: Access, block: Block): Code {
    const isNullable = this.#isNullable(expr);
    if (!this.#rowMayBeMissing(expr.slot))
      return isNullable ? this.#nullable(access, expr, block) : access.value(access.raw);
    const result = block.let(this.#rowUnknown(expr.slot));
    const found = block.nested();
    const value = isNullable ? this.#nullable(access, expr, found) : access.value(access.raw);
    block.add(js`if (${slotName(expr.slot)} >= 0) {\n${found.code}\n${result} = ${value};\n}`);
    return result;
  }

  #has(expr: TypedOf<'has'>, block: Block): Code {
    const { of } = expr;
    if (of.kind === 'fact') {
      const { raw, isUnknown } = factAccess(of.path, of.slot);
      return js`!(${isUnknown(raw)})`;
    }
    assert(of.kind === 'cell', 'has() asks about a fact or a cell');
    const { raw, isUnknown } = this.#cellAccess(of);
    if (!this.#rowMayBeMissing(of.slot)) return js`!(${isUnknown(raw)})`;
    const row = slotName(of.slot);
    return block.keep(js`${row} < 0 ? ${this.#rowUnknown(of.slot)} : !(${isUnknown(raw)})`);
  }

  #logic(expr: TypedOf<'and' | 'or'>, block: Block): Code {
    const isAnd = expr.kind === 'and';
    const left = this.emit(expr.left, block);
    const inner = block.nested();
    const right = this.emit(expr.right, inner);
    if (!this.uncertain(expr)) {
      if (inner.isEmpty) return isAnd ? js`(${left} && ${right})` : js`(${left} || ${right})`;
      const result = block.let(left);
      const test = isAnd ? result : js`!${result}`;
      block.add(js`if (${test}) {\n${inner.code}\n${result} = ${right};\n}`);
      return result;
    }
    const result = block.let(left);
    const combine = isAnd ? js`and(${result}, ${right})` : js`or(${result}, ${right})`;
    block.add(js`if (${result} !== ${!isAnd}) {\n${inner.code}\n${result} = ${combine};\n}`);
    return result;
  }

  #conditional(expr: TypedOf<'conditional'>, block: Block): Code {
    const test = this.emit(expr.test, block);
    const [yes, no] = [block.nested(), block.nested()];
    const yesCode = this.emit(expr.yes, yes);
    const noCode = this.emit(expr.no, no);
    const isUncertain = this.uncertain(expr.test);
    if (!isUncertain && yes.isEmpty && no.isEmpty) return js`(${test} ? ${yesCode} : ${noCode})`;
    const result = block.let(test);
    const unknown = isUncertain ? js`else if (${result} === false)` : js`else`;
    block.add(js`if (${result} === true) {\n${yes.code}\n${result} = ${yesCode};\n} ${unknown} {
${no.code}\n${result} = ${noCode};\n}`);
    return result;
  }

  #arithmetic(expr: TypedOf<'arithmetic'>, block: Block): Code {
    const isInt = expr.type.kind === 'int';
    return this.strict([expr.left, expr.right], block, ([a, b]) => {
      const [left, right] = [a as Code, b as Code];
      switch (expr.operator) {
        case '+':
          return js`(${left} + ${right})`;
        case '-':
          return js`(${left} - ${right})`;
        case '*':
          return js`(${left} * ${right})`;
        case '%':
          return js`(${left} % ${right})`;
        case '/':
          return isInt ? js`Math.trunc(${left} / ${right})` : js`(${left} / ${right})`;
      }
    });
  }

  #size(expr: TypedOf<'size'>, block: Block): Code {
    const isText = expr.of.type.kind === 'string';
    return this.strict([expr.of], block, ([of]) =>
      isText
        ? js`${this.options.constants.runtimeFunction('textSize')}(${of as Code})`
        : js`${of as Code}.length`,
    );
  }

  #call(expr: TypedOf<'call'>, block: Block): Code {
    const spec = functionSpec(expr.name);
    if (spec.history === true) return emitHistory(this, expr, block);
    const asPrefix = emitItemPrefix(this, expr, block);
    if (asPrefix !== null) return asPrefix;
    for (const path of spec.reads) this.#assume(path);
    const readsClaim = spec.reads.length > 0 || expr.args.some((a) => isElement(a.type));
    const name = this.options.constants.runtimeFunction(expr.name);
    const isCode = (arg: Typed) => spec.byCode === true && arg === expr.args[0];
    const emit: EmitOperand = (emitter, arg, into) =>
      isCode(arg) ? emitCodes(emitter, arg, into) : emitter.emit(arg, into);
    return this.#mayFail(expr, block, emit, (args) => {
      const list = args.reduce(
        (all, arg, i) => (i === 0 && !readsClaim ? arg : js`${all}, ${arg}`),
        js`view`,
      );
      return args.length === 0 && !readsClaim ? js`${name}()` : js`${name}(${list})`;
    });
  }

  /** A runtime function that answers null where the claim lacks what it reads. */
  #mayFail(
    expr: TypedOf<'call'>,
    block: Block,
    emit: EmitOperand,
    build: (codes: readonly Code[]) => Code,
  ): Code {
    const sources = this.#sources(expr);
    const access = keptSums.has(expr.name) ? keptSum : maybeNull;
    const result = this.strict(expr.args, block, (args) => access(build(args)).raw, emit);
    if (!this.isFull || sources.length === 0) return result;
    const kept = block.keep(result);
    return js`(${access(kept).isUnknown(kept)} ? ${this.unknownOf(sources)} : ${kept})`;
  }

  /** Keys and time go in as they are, unknown or not: a code that no row has is not listed at any time. */
  #listed(expr: TypedOf<'listed'>, block: Block): Code {
    const { constants, tables } = this.options;
    this.#assumeRegion(expr);
    const table = constants.table(expr.table);
    const [first, ...rest] = expr.keys;
    const key = emitCodes(this, first as Typed, block);
    const others = rest.map((other, i) => {
      const cells = constants.cells(expr.table, expr.columns[i + 1] as string);
      return js`[${cells}, ${this.emit(other, block)}]`;
    });
    const time = this.emit(expr.time, block);
    const isRegional = tables.get(expr.table)?.regional === true;
    const elsewhere = isRegional ? this.unknownOf(this.#sources(expr)) : js`null`;
    const listed = constants.runtimeFunction('listed');
    return js`${listed}(view, ${table}, ${elsewhere}, ${key}, [${joinCode(others, ', ')}], ${time})`;
  }

  #assumeRegion(expr: Typed): void {
    if (this.#sources(expr).length > 0) this.#assume('institution.region');
  }

  /** In force at the time, and in the institution's region; either may be unknown, and false wins. */
  #stands(expr: TypedOf<'stands'>, block: Block): Code {
    const { constants } = this.options;
    this.#assumeRegion(expr);
    const row = slotName(expr.slot);
    const table = constants.table(expr.table);
    const time = this.emit(expr.time, block);
    const inTime = js`${constants.runtimeFunction('standsAt')}(${table}, ${row}, ${time})`;
    const isRegional = this.options.tables.get(expr.table)?.regional === true;
    if (!isRegional && !this.uncertain(expr)) return inTime;
    const here = isRegional
      ? js`${constants.runtimeFunction('standsHere')}(view, ${table}, ${row})`
      : js`true`;
    if (!this.uncertain(expr)) return js`(${inTime} && ${here})`;
    const missing = this.#rowMayBeMissing(expr.slot)
      ? js`${row} < 0 ? ${this.#rowUnknown(expr.slot)} : `
      : js``;
    const standing = block.keep(js`${missing}${inTime}`);
    if (!isRegional) return standing;
    const known = block.keep(js`${missing}${here}`);
    const region = js`(${known} === null ? ${this.unknownOf(this.#sources(expr))} : ${known})`;
    return js`(${standing} === false ? false : and(${standing}, ${region}))`;
  }
}
