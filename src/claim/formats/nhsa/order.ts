/** One entry of `fsi_order_dtos` as a raw line. */
import { parseDecimal, scales } from '../../../base/money.js';
import type { NationalTables } from '../../dictionaries.js';
import type { FactReader } from '../../facts.js';
import { claimLimits, type FieldPath } from '../../fields.js';
import type { RawLine } from '../../raw-claim.js';
import { type Fields, isFields, limitSize } from '../structure.js';
import { echo, isBlank, node } from './nodes.js';

export interface OrderSurroundings {
  readonly tables: NationalTables;
  /** '1', '2', '3' or null: chooses the list price. */
  readonly institutionLevel: string | null;
  readonly encounter: number;
  /** The line stands in the encounter that the claim is about. */
  readonly current: boolean;
  readonly facts: FactReader;
}

export function readOrder(order: Fields, around: OrderSurroundings): RawLine {
  return {
    id: node(order, 'rx_id'),
    itemCode: node(order, 'hilist_code'),
    itemName: node(order, 'hilist_name'),
    kind: node(order, 'hilist_type'),
    quantity: node(order, 'cnt'),
    unitPrice: node(order, 'pric'),
    listPrice: listPriceOf(order, around.institutionLevel),
    amount: node(order, 'sumamt'),
    at: node(order, 'drord_begn_date'),
    until: node(order, 'drord_stop_date'),
    department: readDepartment(order, 'drord_dept', 'lines.department', around.facts),
    practitioner: node(order, 'drord_dr_codg'),
    prescriptionId: node(order, 'rxno'),
    current: around.current ? node(order, 'curr_drord_flag') : false,
    selfPaid: isSelfPaid(order, around.tables),
    days: node(order, 'prd_days'),
    traceCodes: traceCodesOf(traceNodes.map((name) => node(order, name))),
    splitPack: node(order, 'trdn_flag'),
    reverses: node(order, 'init_feedetl_sn'),
    encounter: around.encounter,
  };
}

/** The names of the list prices by level of institution. */
export function levelPriceNode(level: string): string {
  return `lv${level}_hosp_item_pric`;
}

/** The catalogue's price for this level of institution, else its general one. */
function listPriceOf(order: Fields, level: string | null): unknown {
  const ofLevel = level === null ? null : node(order, levelPriceNode(level));
  return isBlank(ofLevel) ? node(order, 'hilist_pric') : ofLevel;
}

/** Outside the catalogue and wholly paid by the patient, or declared so by the doctor or the vendor. */
function isSelfPaid(order: Fields, tables: NationalTables): boolean {
  return (
    isDeclaredSelfPaid(node(order, 'hosp_appr_flag'), node(order, 'self_paying_flag')) ||
    (isOutsideCatalogue(node(order, 'hilist_lv'), tables) &&
      isWhole(node(order, 'ownpay_amt'), node(order, 'sumamt')))
  );
}

/** By the doctor's approval or by a flag that vendors have of their own. */
export function isDeclaredSelfPaid(approval: unknown, vendorFlag: unknown): boolean {
  return echo(approval) === '2' || vendorFlag === true || echo(vendorFlag) === '1';
}

/** Whether a catalogue level (`hilist_lv`) is one that insurance pays nothing of. */
export function isOutsideCatalogue(level: unknown, tables: NationalTables): boolean {
  const listed = echo(level);
  return listed !== null && tables.hilist_lv(listed) === 'excluded';
}

/** Whether both amounts are known and the same. */
export function isWhole(own: unknown, total: unknown): boolean {
  const fen = fenOf(own);
  return fen !== null && fen === fenOf(total);
}

function fenOf(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return parseDecimal(typeof value === 'string' ? value.trim() : value, scales.fen)?.units ?? null;
}

/** The names under which trace codes are sent: a list, one object or a text. */
export const traceNodes = ['drugtracinfo', 'drug_trac_info', 'drug_trac_codg'] as const;

/** The distinct codes in the values of `traceNodes`; throws WrongStructure where they are too many. */
export function traceCodesOf(values: readonly unknown[]): readonly unknown[] {
  const codes = values.flatMap((value, i) => {
    const entries = Array.isArray(value) ? value : [value];
    limitSize(entries.length, claimLimits.traceCodesPerLine, traceNodes[i] as string);
    return entries.flatMap(traceCodeOf);
  });
  const unique = [...new Set(codes)];
  limitSize(unique.length, claimLimits.traceCodesPerLine, 'drug_trac_codg');
  return unique;
}

function traceCodeOf(entry: unknown): readonly unknown[] {
  const code = isFields(entry) ? (node(entry, 'drug_trac_codg') ?? node(entry, 'drug_trac_code')) : entry;
  if (isBlank(code)) return [];
  return typeof code === 'string' ? code.split(/[,;，；]/).filter((part) => part.trim() !== '') : [code];
}

const chinese = /[\u3400-\u9fff]/;
const codeLike = /^[\w.-]{1,30}$/;

/** The code of the department whose nodes begin with `prefix`; see `departmentCode`. */
export function readDepartment(
  fields: Fields,
  prefix: string,
  field: FieldPath,
  facts: FactReader,
): string | null {
  return departmentCode(node(fields, `${prefix}_codg`), node(fields, `${prefix}_name`), field, facts);
}

/**
 * A department's code. Some systems send name and code the wrong way round: set right, with a note. A name
 * without a code anywhere is no code.
 */
export function departmentCode(
  sentCode: unknown,
  sentName: unknown,
  field: FieldPath,
  facts: FactReader,
): string | null {
  const code = echo(sentCode);
  if (code === null || !chinese.test(code)) return code;
  const name = echo(sentName);
  const swapped = name !== null && codeLike.test(name);
  facts.note(field, swapped ? 'repaired' : 'unknown-code');
  return swapped ? name : null;
}
