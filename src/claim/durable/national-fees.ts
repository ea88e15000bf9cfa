/** 2204 and 2301 (fee lines), 2205 and 2302 (their deletion), 2207 and 2304 (settlement), 2208 and 2305 (reversal). */
import type { EncounterType } from '../claim.js';
import type { NationalTables } from '../dictionaries.js';
import { echo, isBlank, node } from '../formats/nhsa/nodes.js';
import {
  isDeclaredSelfPaid,
  isOutsideCatalogue,
  isWhole,
  readDepartment,
  traceCodesOf,
  traceNodes,
} from '../formats/nhsa/order.js';
import { type Fields, isFields, wrongShape } from '../formats/structure.js';
import type { RawLine } from '../raw-claim.js';
import type { Deletion } from './durable-event.js';
import { distinct, type Envelope, onlyOne, pick } from './national-envelope.js';
import { type EventIdentity, readHead } from './national-head.js';
import type { RawEvent, RawTraces } from './raw-event.js';
import { surely } from './sure-text.js';

/** Fee lines, to be held until the settlement that bills them. */
export function readFees(envelope: Envelope, type: EncounterType): RawEvent {
  if (envelope.rows.length === 0) wrongShape('feedetail', 'a fee line');
  return eventOf(envelope, { kind: 'fees', type, settlement: null, undoes: false }, envelope.rows);
}

/** Held fee lines taken back; the rows say which. */
export function readDeletion(envelope: Envelope, type: EncounterType): RawEvent {
  const deletes = deletionOf(envelope.rows);
  return { ...eventOf(envelope, { kind: 'fees', type, settlement: null, undoes: false }, []), deletes };
}

/** A settlement: it names a charge batch, or bills what its encounter holds. Some senders repeat the fee lines. */
export function readSettlement(envelope: Envelope, type: EncounterType): RawEvent {
  const { data, heads, rows } = envelope;
  const batch = node(data, 'chrg_bchno');
  const identity = { kind: 'settlement', type, settlement: pick(heads, 'setl_id'), undoes: false } as const;
  return {
    ...eventOf(envelope, identity, rows),
    bills: isEveryBatch(batch) ? null : [batch],
    traces: readTraces(envelope),
  };
}

/** A settlement undone. The answer's settlement id would be the reversal's own, so only the request is asked. */
export function readReversal(envelope: Envelope, type: EncounterType): RawEvent {
  const settlement = pick([envelope.data], 'setl_id');
  return eventOf(envelope, { kind: 'reversal', type, settlement, undoes: true }, []);
}

function eventOf(envelope: Envelope, identity: EventIdentity, lines: readonly Fields[]): RawEvent {
  onlyOne(distinct([envelope.data, ...envelope.rows], 'mdtrt_id'), 'encounter');
  const read = lines.map((line) => readFeeLine(line, envelope));
  return {
    claim: readHead(envelope, identity, read),
    chargeBatches: lines.map((line) => node(line, 'chrg_bchno')),
    recordIds: [],
    deletes: null,
    bills: [],
    traces: [],
    stock: null,
  };
}

function readFeeLine(row: Fields, { tables, facts }: Envelope): RawLine {
  return {
    id: node(row, 'feedetl_sn'),
    itemCode: node(row, 'med_list_codg'),
    itemName: pick([row], 'med_list_name', 'medins_list_name'),
    kind: pick([row], 'list_type', 'hilist_type'),
    quantity: node(row, 'cnt'),
    unitPrice: node(row, 'pric'),
    listPrice: null,
    amount: node(row, 'det_item_fee_sumamt'),
    at: node(row, 'fee_ocur_time'),
    until: null,
    department: readDepartment(row, 'bilg_dept', 'lines.department', facts),
    practitioner: node(row, 'bilg_dr_codg'),
    prescriptionId: pick([row], 'rxno', 'drord_no', 'rx_drord_no'),
    current: true,
    selfPaid: isSelfPaid(row, tables),
    days: node(row, 'prd_days'),
    traceCodes: traceCodesOf(traceNodes.map((name) => node(row, name))),
    splitPack: node(row, 'trdn_flag'),
    reverses: node(row, 'init_feedetl_sn'),
    encounter: 0,
  };
}

function isSelfPaid(row: Fields, tables: NationalTables): boolean {
  return (
    isDeclaredSelfPaid(node(row, 'hosp_appr_flag'), node(row, 'self_paying_flag')) ||
    (isOutsideCatalogue(node(row, 'chrgitm_lv'), tables) &&
      isWhole(node(row, 'fulamt_ownpay_amt'), node(row, 'det_item_fee_sumamt')))
  );
}

/** What stands where every batch, or every line, is meant. */
const everything = '0000';

const isEveryBatch = (value: unknown) => isBlank(value) || echo(value) === everything;

/** Single lines where they are named (2302), of one charge batch where they name one; else a batch (2205), else all. */
function deletionOf(rows: readonly Fields[]): Deletion {
  const lines = rows.map((row) => node(row, 'feedetl_sn')).filter((value) => !isBlank(value));
  if (lines.some((value) => echo(value) === everything)) return { chargeBatch: null, lines: null };
  const batches = distinct(rows, 'chrg_bchno');
  if (lines.length > 0) {
    const named = lines.map((value, i) => surely(value, `feedetl_sn[${i}]`));
    // Rows of several batches: a line's id alone tells it apart.
    return { chargeBatch: batches.size === 1 ? batchOf(rows) : null, lines: named };
  }
  onlyOne(batches, 'charge batch');
  return { chargeBatch: batchOf(rows), lines: null };
}

/** Null: every one. */
function batchOf(rows: readonly Fields[]): string | null {
  const batch = pick(rows, 'chrg_bchno');
  return isEveryBatch(batch) ? null : surely(batch, 'chrg_bchno');
}

/** Codes that 2207 sends beside the bill, by fee line. A code of no line is of no use. */
function readTraces({ input, data, facts }: Envelope): readonly RawTraces[] {
  const entries = traceNodes
    .flatMap((name) => [node(input, name), node(data, name)])
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((entry) => !isBlank(entry));
  const ofLines = entries.filter(isFields).filter((entry) => !isBlank(node(entry, 'feedetl_sn')));
  if (ofLines.length < entries.length) facts.note('lines.traceCodes', 'conflict');
  return ofLines.map((entry) => ({
    line: node(entry, 'feedetl_sn'),
    codes: traceCodesOf([entry]),
    split: node(entry, 'trdn_flag'),
  }));
}
