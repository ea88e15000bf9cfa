/** The nodes of a national request that anybody reads, orders aside: what a scanner keeps of the rest. */
import { KeyTable } from '../key-table.js';
import { camelName } from './nodes.js';

export const orderListNode = 'fsi_order_dtos';

/** By the section in which they usually stand; a scanner keeps them wherever they do. */
export const requestNodes: readonly string[] = [
  ...['infno', 'msgid', 'mdtrtarea_admvs', 'insuplc_admdvs', 'inf_time', 'fixmedins_code', 'input'],
  ...['data', 'task_id', 'trig_scen', 'patient_dtos'],
  ...['patn_id', 'gend', 'brdy', 'poolarea', 'curr_mdtrt_id', 'fsi_encounter_dtos'],
  ...['mdtrt_id', 'medins_id', 'medins_admdvs', 'medins_type', 'medins_lv', 'insutype', 'matn_stas'],
  ...['med_mdtrt_type', 'med_type', 'adm_date', 'dscg_date', 'dr_codg', 'dscg_main_dise_codg'],
  ...['adm_dept_codg', 'adm_dept_name', 'dscg_dept_codg', 'dscg_dept_name'],
  ...['fsi_diagnose_dtos', 'dise_codg', 'maindise_flag'],
  ...['fsi_operation_dtos', 'oprn_code', 'main_oprn_flag', 'oprn_date'],
  orderListNode,
];

/** Numbers of the keys in `requestKeys`. */
export const requestKey = { kept: 0, orders: 1 } as const;

export const requestKeys = new KeyTable(
  requestNodes
    .flatMap((name) => [...new Set([name, camelName(name)])])
    .map((name): [string, number] => {
      const isOrders = name === orderListNode || name === camelName(orderListNode);
      return [name, isOrders ? requestKey.orders : requestKey.kept];
    }),
);
