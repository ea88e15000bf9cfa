/**
 * National messages of charging, settling and storing as hospitals send them, all fields there, every value invented.
 * For the readers' tests, and for whoever plays a hospital.
 */
import iconv from 'iconv-lite';

export type Message = Record<string, unknown>;

/** Whose visit a message is about. */
export interface Visit {
  /** 定点医药机构编号. */
  readonly institution: string;
  /** 就诊ID. */
  readonly id: string;
  /** 人员编号. */
  readonly person: string;
  readonly isStay: boolean;
  /** 医疗类别. */
  readonly medType: string;
  /** 险种. */
  readonly insurance: string;
}

export const outpatientVisit: Visit = {
  institution: 'H35010200417',
  id: '350000G0000012345678',
  person: '35000011000099001234',
  isStay: false,
  medType: '11',
  insurance: '310',
};

export const stay: Visit = {
  institution: 'H35010200417',
  id: '350000G0000087650001',
  person: '35000011000099005678',
  isStay: true,
  medType: '21',
  insurance: '390',
};

/** What the sender says of one sending. */
export interface Sending {
  readonly eventId: string;
  /** `yyyy-MM-dd HH:mm:ss`, China time. */
  readonly at: string;
}

export interface Fee {
  readonly id: string;
  readonly itemCode: string;
  readonly name: string;
  readonly quantity: number | string;
  readonly price: number | string;
  readonly amount: number | string;
  readonly at: string;
  readonly chargeBatch?: string;
  readonly prescription?: string;
  readonly days?: number | string;
  /** 原费用流水号, with a negative quantity and amount. */
  readonly original?: string;
  /** 医院审批标志; 2 is paid by the patient. */
  readonly approval?: string;
}

function envelope(infno: string, institution: string, { eventId, at }: Sending, input: Message): Message {
  return {
    infno,
    msgid: eventId,
    mdtrtarea_admvs: institution.slice(1, 7),
    insuplc_admdvs: `${institution.slice(1, 5)}00`,
    recer_sys_code: 'YBXT',
    dev_no: '',
    dev_safe_info: '',
    cainfo: '',
    signtype: 'SM2',
    infver: 'V1.0',
    opter_type: '1',
    opter: 'D350100002317',
    opter_name: '测试经办',
    inf_time: at,
    fixmedins_code: institution,
    fixmedins_name: '榕城示范医院',
    sign_no: 'SN202603120007',
    input,
  };
}

/** 2204 or, of a stay, 2301. */
export function feesMessage(visit: Visit, sending: Sending, fees: readonly Fee[]): Message {
  const feedetail = fees.map((fee) => feeRow(visit, fee));
  return envelope(visit.isStay ? '2301' : '2204', visit.institution, sending, { feedetail });
}

function feeRow(visit: Visit, fee: Fee): Message {
  return {
    feedetl_sn: fee.id,
    init_feedetl_sn: fee.original ?? '',
    mdtrt_id: visit.id,
    psn_no: visit.person,
    ...(visit.isStay ? { med_type: visit.medType, drord_no: fee.prescription ?? '' } : {}),
    ...(visit.isStay ? {} : { chrg_bchno: fee.chargeBatch ?? '', rxno: fee.prescription ?? '' }),
    dise_codg: '',
    rx_circ_flag: '0',
    fee_ocur_time: fee.at,
    med_list_codg: fee.itemCode,
    medins_list_codg: 'YP00431',
    medins_list_name: fee.name,
    det_item_fee_sumamt: fee.amount,
    cnt: fee.quantity,
    pric: fee.price,
    sin_dos_dscr: '6g',
    used_frqu_dscr: 'bid',
    prd_days: fee.days ?? '',
    medc_way_dscr: '口服',
    bilg_dept_codg: 'A03',
    bilg_dept_name: '内科门诊',
    bilg_dr_codg: 'D350100002317',
    bilg_dr_name: '测试医师甲',
    acord_dept_codg: '',
    acord_dept_name: '',
    orders_dr_code: '',
    orders_dr_name: '',
    hosp_appr_flag: fee.approval ?? '1',
    tcmdrug_used_way: '',
    etip_flag: '0',
    etip_hosp_code: '',
    dscg_tkdrug_flag: '0',
    matn_fee_flag: '0',
    unchk_flag: '0',
    unchk_memo: '',
  };
}

/** 2205: a charge batch, `0000` for all; or of a stay 2302: single fee lines, `0000` for all. */
export function feeDeletionMessage(visit: Visit, sending: Sending, ids: readonly string[]): Message {
  const whose = { mdtrt_id: visit.id, psn_no: visit.person };
  const rows = ids.map((id) => ({ ...(visit.isStay ? { feedetl_sn: id } : { chrg_bchno: id }), ...whose }));
  const data = visit.isStay ? rows : rows[0];
  return envelope(visit.isStay ? '2302' : '2205', visit.institution, sending, { data });
}

export interface Settlement {
  /** 结算ID; without one the answer to the settlement is not part of the message. */
  readonly id?: string;
  /** 收费批次号. */
  readonly chargeBatch?: string;
  readonly amount: number | string;
  readonly traces?: readonly {
    readonly line: string;
    readonly code: string;
    readonly split?: string | number;
  }[];
}

/** 2207 or, of a stay, 2304: the request and, where the settlement's number is known, the answer's setlinfo. */
export function settlementMessage(visit: Visit, sending: Sending, settlement: Settlement): Message {
  const data = {
    psn_no: visit.person,
    mdtrt_cert_type: '02',
    mdtrt_cert_no: '350102196205030000',
    med_type: visit.medType,
    medfee_sumamt: settlement.amount,
    psn_setlway: '01',
    mdtrt_id: visit.id,
    ...(visit.isStay ? { mid_setl_flag: '0' } : { chrg_bchno: settlement.chargeBatch ?? '' }),
    insutype: visit.insurance,
    acct_used_flag: '1',
    invono: '',
    fulamt_ownpay_amt: 0,
    overlmt_selfpay: 0,
    preselfpay_amt: 20.92,
    inscp_scp_amt: 188.3,
  };
  const drug_trac_info = settlement.traces?.map(({ line, code, split }) => ({
    feedetl_sn: line,
    drug_trac_codg: code,
    trdn_flag: split ?? '0',
    min_prcunt_type: '1',
  }));
  const input = { data, ...(drug_trac_info === undefined ? {} : { drug_trac_info }) };
  const message = envelope(visit.isStay ? '2304' : '2207', visit.institution, sending, input);
  return settlement.id === undefined
    ? message
    : { ...message, output: { setlinfo: settlementInfo(visit, sending, settlement.id) } };
}

function settlementInfo(visit: Visit, { at }: Sending, id: string): Message {
  return {
    setl_id: id,
    mdtrt_id: visit.id,
    psn_no: visit.person,
    psn_name: '张测试',
    certno: '350102196205030000',
    gend: '2',
    brdy: '1962-05-03',
    insutype: visit.insurance,
    setl_time: at,
    med_type: visit.medType,
    fund_pay_sumamt: 150.1,
    medins_setl_id: `M${id}`,
  };
}

/** 2208 or, of a stay, 2305. */
export function reversalMessage(visit: Visit, sending: Sending, settlementId: string): Message {
  const data = { setl_id: settlementId, mdtrt_id: visit.id, psn_no: visit.person };
  return envelope(visit.isStay ? '2305' : '2208', visit.institution, sending, { data });
}

/** Who bought, and by what the sale is known. */
export interface Sale {
  readonly institution: string;
  /** 结算ID. */
  readonly settlement?: string;
  /** 就医流水号. */
  readonly visit?: string;
  /** 零售单据号. */
  readonly document?: string;
  readonly person?: string;
  /** 自费结算. */
  readonly selfPaid?: boolean;
}

export const pharmacySale: Sale = {
  institution: 'P35010200088',
  settlement: '350000S0000087654321',
  visit: '350000G0000012345678',
  document: 'FY20260312000451',
  person: '35000011000099001234',
};

export interface Goods {
  /** 定点医药机构批次流水号. */
  readonly record: string;
  readonly itemCode: string;
  readonly name: string;
  readonly quantity: number | string;
  readonly price?: number | string;
  readonly at: string;
  readonly codes?: readonly string[];
  readonly split?: string | number | boolean;
  /** 商品销售流水号 of what a return gives back. */
  readonly original?: string;
}

/** How the trace codes of goods are sent: the new list, or the one text of old. */
export type TraceForm = 'drugtracinfo' | 'drug_trac_codg';

/** 3505 of one row, else 3505A. */
export function saleMessage(
  sale: Sale,
  sending: Sending,
  goods: readonly Goods[],
  form: TraceForm = 'drugtracinfo',
): Message {
  const rows = goods.map((one) => goodsRow(sale, one, form));
  return rows.length === 1
    ? envelope('3505', sale.institution, sending, { selinfo: rows[0] })
    : envelope('3505A', sale.institution, sending, { selinfoDetail: rows });
}

/** 3505A of several sales, all of one institution, their rows in turn: first of each sale, second of each … */
export function salesMessage(
  institution: string,
  sending: Sending,
  sales: readonly (readonly [Omit<Sale, 'institution'>, readonly Goods[]])[],
): Message {
  const most = Math.max(...sales.map(([, goods]) => goods.length));
  const rows = Array.from({ length: most }, (_, i) =>
    sales.flatMap(([sale, goods]) => {
      const one = goods[i];
      return one === undefined ? [] : [goodsRow({ ...sale, institution }, one, 'drugtracinfo')];
    }),
  );
  return envelope('3505A', institution, sending, { selinfoDetail: rows.flat() });
}

/** 3506; quantities are positive. */
export function saleReturnMessage(sale: Sale, sending: Sending, goods: readonly Goods[]): Message {
  const rows = goods.map((one) => ({
    ...goodsRow(sale, one, 'drugtracinfo'),
    medins_prod_sel_no: one.original ?? '',
  }));
  return envelope('3506', sale.institution, sending, { selinfo: rows.length === 1 ? rows[0] : rows });
}

function goodsRow(sale: Sale, goods: Goods, form: TraceForm): Message {
  const codes = goods.codes ?? [];
  const traces =
    form === 'drug_trac_codg' ? codes.join(',') : codes.map((drug_trac_codg) => ({ drug_trac_codg }));
  return {
    med_list_codg: goods.itemCode,
    fixmedins_hilist_id: 'YP01988',
    fixmedins_hilist_name: goods.name,
    fixmedins_bchno: goods.record,
    prsc_dr_name: '测试医师甲',
    phar_name: '测试药师丙',
    phar_prac_cert_no: 'ZZ3500000001',
    hi_feesetl_type: sale.selfPaid === true ? '0' : '1',
    setl_id: sale.settlement ?? '',
    mdtrt_sn: sale.visit ?? '',
    psn_no: sale.person ?? '',
    psn_cert_type: '01',
    certno: '350102196205030000',
    psn_name: '张测试',
    manu_lotnum: '25110921',
    manu_date: '2025-11-09',
    expy_end: '2027-10-31',
    rx_flag: '1',
    trdn_flag: goods.split ?? '0',
    finl_trns_pric: goods.price ?? '',
    rxno: 'CF20260312119',
    rx_circ_flag: '0',
    rtal_docno: sale.document ?? '',
    stoout_no: '',
    drug_prod_barc: '',
    sel_retn_cnt: goods.quantity,
    sel_retn_time: goods.at,
    sel_retn_opter_name: '测试药师丙',
    memo: '',
    mdtrt_setl_type: sale.selfPaid === true ? '2' : '1',
    [form]: traces,
  };
}

export interface StockRecord {
  readonly record: string;
  readonly itemCode: string;
  readonly quantity: number | string;
  readonly lot?: string;
  /** 库存变更类型 of a change. */
  readonly changeType?: string;
}

const stockTransactions = {
  count: { infno: '3501', node: 'invinfo', quantity: 'inv_cnt' },
  change: { infno: '3502', node: 'invinfo', quantity: 'cnt' },
  purchase: { infno: '3503', node: 'purcinfo', quantity: 'purc_retn_cnt' },
  'purchase-return': { infno: '3504', node: 'purcinfo', quantity: 'purc_retn_cnt' },
} as const;

/** 3501 盘存, 3502 库存变更, 3503 采购 or 3504 采购退货; several records as their batch form. */
export function stockMessage(
  institution: string,
  sending: Sending,
  type: keyof typeof stockTransactions,
  records: readonly StockRecord[],
): Message {
  const { infno, node, quantity } = stockTransactions[type];
  const rows = records.map((record) => ({
    med_list_codg: record.itemCode,
    fixmedins_hilist_id: 'YP01988',
    fixmedins_hilist_name: '阿利沙坦酯氨氯地平片',
    fixmedins_bchno: record.record,
    manu_lotnum: record.lot ?? '',
    ...(type === 'change' ? { inv_chg_type: record.changeType ?? '101' } : {}),
    [quantity]: record.quantity,
    pric: '34.87',
    rx_flag: '1',
    manu_date: '2025-11-09',
    expy_end: '2027-10-31',
    memo: '',
  }));
  return rows.length === 1
    ? envelope(infno, institution, sending, { [node]: rows[0] })
    : envelope(`${infno}A`, institution, sending, { [`${node}Detail`]: rows });
}

/** 3507: `dataType` 1 盘存, 2 库存变更, 3 采购, 4 销售. */
export function stockDeletionMessage(
  institution: string,
  sending: Sending,
  record: string,
  dataType: '1' | '2' | '3' | '4',
): Message {
  return envelope('3507', institution, sending, {
    data: { fixmedins_bchno: record, inv_data_type: dataType },
  });
}

/** The message's bytes. */
export function encodeMessage(message: Message, format: 'nhsa-json' | 'nhsa-gbk' = 'nhsa-json'): Uint8Array {
  const text = JSON.stringify(message);
  return format === 'nhsa-gbk' ? new Uint8Array(iconv.encode(text, 'gbk')) : new TextEncoder().encode(text);
}
