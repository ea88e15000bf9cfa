/** Which nodes of an order a scanner takes, and in which column of its table each stands. */
import { lineSpanFields } from '../../columns/span-table.js';
import { KeyTable } from '../key-table.js';
import { camelName } from './nodes.js';
import { levelPriceNode, traceNodes } from './order.js';

/** Behind the line's own columns: what those are made of, and one for everything that nobody reads. */
const helperFields = [
  'level1Price',
  'level2Price',
  'level3Price',
  'departmentName',
  'approval',
  'vendorFlag',
  'catalogueLevel',
  'ownAmount',
  'traceNode0',
  'traceNode1',
  'traceNode2',
  'ignored',
] as const;

const orderFields = [...lineSpanFields, ...helperFields] as const;
type OrderField = (typeof orderFields)[number];

/** Node of an order → column. What readOrder does with them besides is done when all rows are there. */
export const nationalOrderFields: Readonly<Record<string, OrderField>> = {
  rx_id: 'id',
  hilist_code: 'itemCode',
  hilist_name: 'itemName',
  hilist_type: 'kind',
  cnt: 'quantity',
  pric: 'unitPrice',
  hilist_pric: 'listPrice',
  [levelPriceNode('1')]: 'level1Price',
  [levelPriceNode('2')]: 'level2Price',
  [levelPriceNode('3')]: 'level3Price',
  sumamt: 'amount',
  drord_begn_date: 'at',
  drord_stop_date: 'until',
  drord_dept_codg: 'department',
  drord_dept_name: 'departmentName',
  drord_dr_codg: 'practitioner',
  rxno: 'prescriptionId',
  curr_drord_flag: 'current',
  hosp_appr_flag: 'approval',
  self_paying_flag: 'vendorFlag',
  hilist_lv: 'catalogueLevel',
  ownpay_amt: 'ownAmount',
  prd_days: 'days',
  [traceNodes[0]]: 'traceNode0',
  [traceNodes[1]]: 'traceNode1',
  [traceNodes[2]]: 'traceNode2',
  trdn_flag: 'splitPack',
  init_feedetl_sn: 'reverses',
};

export const orderColumnCount = orderFields.length;

/** Position of each field in a row. */
export const orderColumn = Object.fromEntries(
  orderFields.map((field, column) => [field, column]),
) as Readonly<Record<OrderField, number>>;

/** A key's number: its column, and in the bits above how it is spelt, where there are two spellings. */
export const columnMask = 63;
export const spelling = { snake: 64, camel: 128, both: 64 | 128 } as const;

/** The number of any other key. */
export const ignoredKey = orderColumn.ignored;

export const orderKeys = new KeyTable(
  Object.entries(nationalOrderFields).flatMap(([name, field]): [string, number][] => {
    const [column, camel] = [orderColumn[field], camelName(name)];
    if (camel === name) return [[name, column]];
    return [
      [name, column | spelling.snake],
      [camel, column | spelling.camel],
    ];
  }),
);
