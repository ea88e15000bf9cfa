/**
 * How generated code reads a fact. The only part of the compiler that knows how a claim is stored: its head as
 * values, its lines as columns, knowledge tables as columns. Elements (lines, diagnoses, rows, …) are integers;
 * so are item codes and the texts of tables, whose numbers are those of one pool.
 */
import { assert } from '../../base/assert.js';
import { type Code, identifier, joinCode, js } from '../../base/code.js';
import { lineFlag } from '../../claim/columns/line-columns.js';
import type { ElementSource, FactPath, Slot } from '../check/typed.js';
import type { ColumnKind } from './artifact.js';
import type { Constants } from './constants.js';

/** Parameters of every generated function of a rule, in this order. */
export const parameters = ['view', 'anchor', 'row0', 'row1', 'partner', 'partnerRow'] as const;
export const parameterList: Code = js`view, anchor, row0, row1, partner, partnerRow`;

const view = identifier('view');

/** A stored value: how to tell that it is unknown, and how a known one becomes a value of the language. */
export interface Access {
  readonly raw: Code;
  isUnknown(raw: Code): Code;
  value(raw: Code): Code;
}

export function slotName(slot: Slot): Code {
  switch (slot.kind) {
    case 'anchor':
      return identifier('anchor');
    case 'row':
      return identifier(slot.index === 0 ? 'row0' : 'row1');
    case 'partner':
      return identifier('partner');
    case 'partnerRow':
      return identifier('partnerRow');
    case 'element':
      return identifier(`e${slot.index}`);
  }
}

const asIs = (raw: Code) => raw;
const perTenThousand = (raw: Code) => js`(${raw} / 10000)`;
const isNull = (raw: Code) => js`${raw} === null`;
/** Only NaN is not equal to itself. */
const isNotANumber = (raw: Code) => js`${raw} !== ${raw}`;
const isNegative = (raw: Code) => js`${raw} < 0`;

type ColumnAccess = (index: Code) => Access;

/** Columns of a line's numbers, by the names of its facts. */
const numberColumns: ReadonlyMap<string, string> = new Map([
  ['quantity', 'netQuantityE4'],
  ['amount', 'netAmountFen'],
  ['unitPrice', 'unitPriceE4Fen'],
  ['listPrice', 'listPriceE4Fen'],
  ['at', 'at'],
  ['until', 'until'],
  ['days', 'days'],
]);
const perTenThousandOf: ReadonlySet<string> = new Set(['quantity', 'unitPrice', 'listPrice']);

const numberColumn =
  (column: string, value: Access['value']): ColumnAccess =>
  (index) => ({ raw: js`${view}.lines.${identifier(column)}[${index}]`, isUnknown: isNotANumber, value });

const textColumn =
  (column: string): ColumnAccess =>
  (index) => ({ raw: js`${view}.lines.${identifier(column)}.at(${index})`, isUnknown: isNull, value: asIs });

const flagColumn =
  (flag: number): ColumnAccess =>
  (index) => ({
    raw: js`((${view}.lines.flags[${index}] & ${flag}) !== 0)`,
    isUnknown: () => js`false`,
    value: asIs,
  });

/** Facts of a line, by their names in rules. */
const lineFacts: Readonly<Record<string, ColumnAccess>> = {
  itemCode: (index) => ({
    raw: itemNumber(index),
    isUnknown: isNegative,
    value: (raw) => js`${view}.items.textOf(${raw})`,
  }),
  // A sender that names no item leaves its code to tell a person which it is.
  itemName: (index) => ({ raw: js`${view}.itemNameAt(${index})`, isUnknown: isNull, value: asIs }),
  kind: (index) => ({
    raw: js`${view}.lines.kind[${index}]`,
    isUnknown: isNegative,
    value: (raw) => js`${view}.kinds[${raw}]`,
  }),
  ...Object.fromEntries(
    [...numberColumns].map(([fact, column]) => [
      fact,
      numberColumn(column, perTenThousandOf.has(fact) ? perTenThousand : asIs),
    ]),
  ),
  department: textColumn('department'),
  practitioner: textColumn('practitioner'),
  prescriptionId: textColumn('prescriptionId'),
  current: flagColumn(lineFlag.current),
  splitPack: flagColumn(lineFlag.splitPack),
};

/** Facts of a prescription. */
const prescriptionFacts: Readonly<Record<string, ColumnAccess>> = {
  id: (index) => ({ raw: js`${view}.prescriptionIdAt(${index})`, isUnknown: isNull, value: asIs }),
  at: (index) => ({ raw: js`${view}.prescriptionTimeAt(${index})`, isUnknown: isNotANumber, value: asIs }),
};

export function factAccess(path: FactPath, slot: Slot | null): Access {
  const [root = '', name = ''] = path.split('.');
  if (slot !== null) return elementAccess(root, name, slotName(slot));
  const head = root === 'claim' ? js`${view}.head` : js`${view}.head.${identifier(root)}`;
  return { raw: js`${head}.${identifier(name)}`, isUnknown: isNull, value: asIs };
}

function elementAccess(root: string, name: string, index: Code): Access {
  const columns = root === 'line' ? lineFacts : root === 'prescription' ? prescriptionFacts : null;
  if (columns !== null) {
    const access = columns[name];
    assert(access !== undefined && Object.hasOwn(columns, name), `no column for ${root}.${name}`);
    return access(index);
  }
  assert(root === 'diagnoses' || root === 'procedures', `no elements: ${root}`);
  const raw = js`${view}.head.${identifier(root)}[${index}].${identifier(name)}`;
  return { raw, isUnknown: isNull, value: asIs };
}

/** The number of a line's item code; negative where it is unknown. */
export function itemNumber(line: Code): Code {
  return js`${view}.lines.itemCode[${line}]`;
}

/** The same fact with its number as the value. */
export function itemNumberAccess(slot: Slot): Access {
  return { raw: itemNumber(slotName(slot)), isUnknown: isNegative, value: asIs };
}

/** A list of element numbers. */
export function elementsAccess(source: ElementSource, slot: Slot | null): Code {
  switch (source) {
    case 'claim.lines':
      return js`${view}.allLines`;
    case 'claim.diagnoses':
      return js`${view}.allDiagnoses`;
    case 'claim.procedures':
      return js`${view}.allProcedures`;
    case 'prescription.lines':
      return js`${view}.prescriptionLines(${slot === null ? identifier('anchor') : slotName(slot)})`;
  }
}

/**
 * Line numbers that can have an item code, uncoded lines included; the key may be the number of one code, a list
 * of numbers, or unknown.
 */
export function candidatesAccess(key: Code): Code {
  return js`${view}.candidates(${key})`;
}

/**
 * A function that answers which facts are known wherever the claim has them: bit i for `paths[i]`. The test
 * behind the two-valued form, so it walks over the lines once.
 */
export function knownMaskCode(paths: readonly FactPath[]): Code {
  const tests = paths.map((path, bit) => knownTest(path, 1 << bit));
  const inLines = tests.filter(({ each }) => each === 'allLines');
  const columns = joinCode(
    inLines.map(({ column }) => column),
    '\n',
  );
  const loop = js`const lines = ${view}.allLines;\n${columns}\nfor (let k = 0; k < lines.length; k++) {
const i = lines[k];\n${joinCode(
    inLines.map(({ code }) => code),
    '\n',
  )}\n}`;
  const others = tests.filter(({ each }) => each !== 'allLines').map(({ code }) => code);
  const statements = inLines.length === 0 ? others : [loop, ...others];
  const all = paths.reduce((mask, _, bit) => mask | (1 << bit), 0);
  return js`function (view) {\nlet unknown = 0;\n${joinCode(statements, '\n')}\nreturn ${all} & ~unknown;\n}`;
}

interface KnownTest {
  readonly each: 'allLines' | null;
  /** Names what `code` reads of all lines. */
  readonly column: Code;
  /** Sets the bit in `unknown`; about line `i` where it is asked of each. */
  readonly code: Code;
}

function knownTest(path: FactPath, bit: number): KnownTest {
  const [root = '', name = ''] = path.split('.');
  const set = (test: Code) => js`if (${test}) unknown |= ${bit};`;
  const i = identifier('i');
  if (root === 'line') {
    const number = numberColumns.get(name);
    if (number === undefined) {
      const { raw, isUnknown } = elementAccess(root, name, i);
      return { each: 'allLines', column: js``, code: set(isUnknown(raw)) };
    }
    const own = identifier(`${name}Of`);
    const column = js`const ${own} = ${view}.lines.${identifier(number)};`;
    return { each: 'allLines', column, code: set(isNotANumber(js`${own}[i]`)) };
  }
  const lists: Readonly<Record<string, string>> = {
    diagnoses: 'allDiagnoses',
    procedures: 'allProcedures',
    prescription: 'allPrescriptions',
  };
  const list = lists[root];
  if (list === undefined) {
    const { raw, isUnknown } = factAccess(path, null);
    return { each: null, column: js``, code: set(isUnknown(raw)) };
  }
  const { raw, isUnknown } = elementAccess(root, name, i);
  const all = js`${view}.${identifier(list)}`;
  // A claim that names no diagnosis does not say that the patient has none.
  const none = root === 'diagnoses' ? js`${all}.length === 0 || ` : js``;
  return { each: null, column: js``, code: set(js`${none}${all}.some((i) => ${isUnknown(raw)})`) };
}

export function variableAccess(index: number): Access {
  return { raw: js`${view}.variables[${index}]`, isUnknown: isNull, value: asIs };
}

/** A cell of a knowledge table; `column` is the name under which generated code knows its column. */
export function cellAccess(column: Code, kind: ColumnKind, row: Code, constants: Constants): Access {
  switch (kind) {
    case 'number':
      return { raw: js`${column}[${row}]`, isUnknown: isNotANumber, value: asIs };
    case 'flag':
      return { raw: js`${column}[${row}]`, isUnknown: isNegative, value: (raw) => js`(${raw} === 1)` };
    case 'text':
      return {
        raw: js`${column}[${row}]`,
        isUnknown: isNegative,
        value: (raw) => js`${constants.tableText()}(${raw})`,
      };
    case 'list':
      return { raw: js`${column}.at(${row})`, isUnknown: isNull, value: asIs };
  }
}

/** The same where the cell lies beside an entry of the index: any kind is a number there. */
export function entryCellAccess(raw: Code, kind: ColumnKind, constants: Constants): Access {
  const stored = cellAccess(identifier('column'), kind, identifier('row'), constants);
  return { raw, isUnknown: stored.isUnknown, value: stored.value };
}

export function entryCellNumberAccess(raw: Code): Access {
  return { raw, isUnknown: isNegative, value: asIs };
}

/** The number of the text of a head's fact, found when the claim was opened. */
export function wordAccess(index: number): Access {
  return { raw: js`${view}.words[${index}]`, isUnknown: () => js`false`, value: asIs };
}

/** Functions whose answers are kept in the view, by item; they answer the place. */
export const keptSums: ReadonlySet<string> = new Set([
  'claim.quantity',
  'claim.serviceDays',
  'claim.amount',
  'claim.spanDays',
  'claim.spanHours',
]);

export const maybeNull = (raw: Code): Access => ({ raw, isUnknown: isNull, value: asIs });

/** A sum by its place. Read there and then, it is no number that has to be put on the heap. */
export function keptSum(place: Code): Access {
  return { raw: js`${view}.sums.values[${place}]`, isUnknown: isNotANumber, value: asIs };
}

/** A text cell with its number as the value. */
export function cellNumberAccess(column: Code, row: Code): Access {
  return { raw: js`${column}[${row}]`, isUnknown: isNegative, value: asIs };
}

/** A cell of a list column as numbers of its texts. */
export function cellNumbersAccess(column: Code, row: Code): Access {
  return { raw: js`${column}.numbersAt(${row})`, isUnknown: isNull, value: asIs };
}
