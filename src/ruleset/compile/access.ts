/**
 * How generated code reads a fact. The only part of the compiler that knows how a claim is stored: when
 * claims become typed columns, this file and `runtime/` change and nothing else. Elements (lines, diagnoses,
 * rows, …) are integers.
 */
import { assert } from '../../base/assert.js';
import type { ElementSource, FactPath, Slot, TypedOf } from '../check/typed.js';
import { type Code, identifier, js } from './code.js';

/** Parameters of every generated function of a rule, in this order. */
export const parameters = ['view', 'anchor', 'row0', 'row1', 'partner', 'partnerRow'] as const;
export const parameterList: Code = js`view, anchor, row0, row1, partner, partnerRow`;

const view = identifier('view');

/** A nullable expression, and how its known value is turned into a value of the language. */
export interface Access {
  readonly raw: Code;
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

/** Fields of a line whose name or unit inside differs from the rule language's. */
const lineFields: Readonly<Record<string, { readonly field: string; readonly value: Access['value'] }>> = {
  quantity: { field: 'netQuantityE4', value: perTenThousand },
  amount: { field: 'netAmountFen', value: asIs },
  unitPrice: { field: 'unitPriceE4Fen', value: perTenThousand },
  listPrice: { field: 'listPriceE4Fen', value: perTenThousand },
};

export function factAccess(path: FactPath, slot: Slot | null): Access {
  const [root = '', name = ''] = path.split('.');
  if (slot !== null) return elementAccess(root, name, slotName(slot));
  if (root === 'claim') return { raw: js`${view}.claim.${identifier(name)}`, value: asIs };
  return { raw: js`${view}.claim.${identifier(root)}.${identifier(name)}`, value: asIs };
}

function elementAccess(root: string, name: string, index: Code): Access {
  if (root === 'line') {
    // A sender that names no item leaves its code to tell a person which it is.
    if (name === 'itemName')
      return { raw: js`(${view}.lines[${index}].itemName ?? ${view}.lines[${index}].itemCode)`, value: asIs };
    const { field, value } = lineFields[name] ?? { field: name, value: asIs };
    return { raw: js`${view}.lines[${index}].${identifier(field)}`, value };
  }
  if (root === 'prescription')
    return { raw: js`${view}.prescriptions[${index}].${identifier(name)}`, value: asIs };
  assert(root === 'diagnoses' || root === 'procedures', `no elements: ${root}`);
  return { raw: js`${view}.claim.${identifier(root)}[${index}].${identifier(name)}`, value: asIs };
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
      return js`${view}.prescriptions[${slot === null ? identifier('anchor') : slotName(slot)}].lines`;
  }
}

/**
 * Line numbers that can have an item code, uncoded lines included; the key may be one code, a list, or
 * unknown.
 */
export function candidatesAccess(key: Code): Code {
  return js`${view}.candidates(${key})`;
}

/** Whether a fact is known wherever the claim has it: the test behind the two-valued form. */
export function knownTest(path: FactPath): Code {
  const [root = '', name = ''] = path.split('.');
  const lists: Readonly<Record<string, string>> = {
    line: 'allLines',
    diagnoses: 'allDiagnoses',
    procedures: 'allProcedures',
    prescription: 'allPrescriptions',
  };
  const list = lists[root];
  if (list === undefined) return js`${factAccess(path, null).raw} !== null`;
  const { raw } = elementAccess(root, name, identifier('i'));
  const every = js`${view}.${identifier(list)}.every((i) => ${raw} !== null)`;
  // A claim that names no diagnosis does not say that the patient has none.
  return root === 'diagnoses' ? js`${view}.allDiagnoses.length > 0 && ${every}` : every;
}

export function variableAccess(index: number): Access {
  return { raw: js`${view}.variables[${index}]`, value: asIs };
}

/** The name under which generated code knows a column of a table. */
export function cellAccess(column: Code, cell: TypedOf<'cell'>): Access {
  return { raw: js`${column}[${slotName(cell.slot)}]`, value: asIs };
}
