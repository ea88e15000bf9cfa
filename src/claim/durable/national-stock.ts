/** 3501 盘存, 3502 库存变更, 3503 采购, 3504 采购退货, 3507 删除. */
import { echo, node } from '../formats/nhsa/nodes.js';
import { type Fields, wrongShape } from '../formats/structure.js';
import type { StockMovementType, UndoneType } from './durable-event.js';
import type { Envelope } from './national-envelope.js';
import { pick } from './national-envelope.js';
import { readHead } from './national-head.js';
import type { RawEvent, RawMovement } from './raw-event.js';

/** Movements of an institution's stock, one per record. */
export function readStock(envelope: Envelope, type: StockMovementType): RawEvent {
  if (envelope.rows.length === 0) wrongShape('the input', 'a stock record');
  const identity = { kind: 'stock', type: null, settlement: null, undoes: false } as const;
  return {
    claim: readHead({ ...envelope, heads: [], rows: [] }, identity, []),
    chargeBatches: [],
    recordIds: [],
    deletes: null,
    bills: [],
    traces: [],
    stock: envelope.rows.map((row) => readRecord(row, type)),
  };
}

const quantityNodes: Readonly<Record<StockMovementType, readonly string[]>> = {
  count: ['inv_cnt', 'cnt'],
  change: ['cnt'],
  purchase: ['purc_retn_cnt', 'cnt'],
  'purchase-return': ['purc_retn_cnt', 'cnt'],
  delete: [],
};

/** General knowledge: transfers out, losses, destruction and other issues; the quantity itself has no sign. */
const outgoingChanges: ReadonlySet<string | null> = new Set(['102', '104', '105', '107']);

const deletedTypes: ReadonlyMap<string | null, UndoneType> = new Map([
  ['1', 'count'],
  ['2', 'change'],
  ['3', 'purchase'],
  ['4', 'sale'],
]);

function readRecord(row: Fields, type: StockMovementType): RawMovement {
  return {
    type,
    itemCode: node(row, 'med_list_codg'),
    quantity: pick([row], ...quantityNodes[type]),
    id: node(row, 'fixmedins_bchno'),
    batch: node(row, 'manu_lotnum'),
    undoes: type === 'delete' ? (deletedTypes.get(echo(node(row, 'inv_data_type'))) ?? null) : null,
    outgoing: type === 'purchase-return' || isOutgoingChange(row, type),
  };
}

function isOutgoingChange(row: Fields, type: StockMovementType): boolean {
  return type === 'change' && outgoingChanges.has(echo(node(row, 'inv_chg_type')));
}
