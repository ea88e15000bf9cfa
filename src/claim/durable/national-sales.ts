/** 3505 and 3505A (goods sold), 3506 (goods returned). */
import { amountOf, parseDecimal, scales } from '../../base/money.js';
import { echo, isBlank, node } from '../formats/nhsa/nodes.js';
import { traceCodesOf, traceNodes } from '../formats/nhsa/order.js';
import { type Fields, wrongShape } from '../formats/structure.js';
import type { RawLine } from '../raw-claim.js';
import { distinct, type Envelope, onlyOne, pick } from './national-envelope.js';
import { readHead } from './national-head.js';
import type { RawEvent } from './raw-event.js';
import { saleIds } from './several-sales.js';

/** What was sold in one sale, or came back of one. */
export function readSale(envelope: Envelope, kind: 'sale' | 'return'): RawEvent {
  const { rows, institution, facts } = envelope;
  if (rows.length === 0) wrongShape('selinfo', 'something sold');
  // Of one sale they are: see several-sales.ts.
  onlyOne(distinct(rows, 'mdtrt_id', 'mdtrt_sn'), 'encounter');
  const saleId = saleIds.find((name) => distinct(rows, name).size > 0);
  const settlement = saleId === undefined ? null : pick(rows, saleId);
  const beside = tracesBeside(envelope);
  if (rows.length > 1 && beside.length > 0) facts.note('lines.traceCodes', 'conflict');
  const lines = rows.map((row) => readSoldLine(row, kind, rows.length === 1 ? beside : []));
  const type = institution?.startsWith('P') ? 'pharmacy' : null;
  return {
    claim: readHead(envelope, { kind, type, settlement, undoes: kind === 'return' }, lines),
    chargeBatches: rows.map(() => null),
    recordIds: kind === 'sale' ? rows.map((row) => node(row, 'fixmedins_bchno')) : [],
    deletes: null,
    bills: [],
    traces: [],
    stock: null,
  };
}

function readSoldLine(row: Fields, kind: 'sale' | 'return', beside: readonly unknown[]): RawLine {
  const [count, price] = [node(row, 'sel_retn_cnt'), node(row, 'finl_trns_pric')];
  const isReturn = kind === 'return';
  const quantity = isReturn ? negated(count) : count;
  return {
    id: recordOf(row),
    itemCode: node(row, 'med_list_codg'),
    itemName: pick([row], 'med_list_name', 'fixmedins_hilist_name'),
    kind: pick([row], 'list_type', 'hilist_type'),
    quantity,
    unitPrice: price,
    listPrice: null,
    amount: amountFor(quantity, price),
    at: node(row, 'sel_retn_time'),
    until: null,
    department: null,
    practitioner: pick([row], 'prsc_dr_codg', 'bilg_dr_codg'),
    prescriptionId: node(row, 'rxno'),
    current: true,
    selfPaid: isPaidBySelf(row),
    days: node(row, 'prd_days'),
    traceCodes: traceCodesOf([...traceNodes.map((name) => node(row, name)), ...beside]),
    splitPack: node(row, 'trdn_flag'),
    reverses: isReturn ? pick([row], 'medins_prod_sel_no', 'fixmedins_bchno') : null,
    encounter: 0,
  };
}

/** The record's own serial number; a return names the sale's. */
function recordOf(row: Fields): unknown {
  return pick([row], 'feedetl_sn', 'fixmedins_bchno');
}

/** 自费结算, or a sale that no insurance has part in. */
function isPaidBySelf(row: Fields): boolean {
  return echo(node(row, 'mdtrt_setl_type')) === '2' || echo(node(row, 'hi_feesetl_type')) === '0';
}

/** A return counts what came back without a sign. */
function negated(count: unknown): unknown {
  if (typeof count === 'number') return -Math.abs(count);
  if (typeof count === 'bigint') return count > 0n ? -count : count;
  if (typeof count !== 'string' || isBlank(count)) return count;
  const text = count.trim();
  return text.startsWith('-') ? text : `-${text.replace(/^\+/, '')}`;
}

/** These messages have no amount: quantity times price, and nothing where one of them is unknown. */
function amountFor(quantity: unknown, price: unknown): string | null {
  const [count, each] = [decimalOf(quantity, scales.quantity), decimalOf(price, scales.price)];
  const fen = count === null || each === null ? null : amountOf(count, each);
  return fen === null ? null : `${fen}e-2`;
}

function decimalOf(value: unknown, scale: number): number | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return null;
  return parseDecimal(typeof value === 'string' ? value.trim() : value, scale)?.units ?? null;
}

/** Some senders put the codes beside the row that they belong to. */
function tracesBeside({ input, data }: Envelope): readonly unknown[] {
  const places = input === data ? [input] : [input, data];
  return places
    .flatMap((fields) => traceNodes.map((name) => node(fields, name)))
    .filter((value) => !isBlank(value) && !(Array.isArray(value) && value.length === 0));
}
