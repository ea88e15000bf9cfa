/**
 * The one table of claim facts. Validation, the rule checker, the generated reference and the readers' tests
 * derive from it. A path names the fact in rules (`line.quantity`); `lines.*`, `diagnoses.*`, `procedures.*`
 * are read through a bound element (`line`, `other`, `d` …).
 */
export type FieldType =
  | 'text'
  | 'flag'
  | 'integer'
  /** Exact, at most 4 decimals; an integer of ten-thousandths inside, a CEL double in rules. */
  | 'quantity'
  /** Exact integer fen inside, a CEL int in rules; yuan with decimals on the wire. */
  | 'money'
  /** Price of one unit: ten-thousandths of a fen inside. */
  | 'price'
  | 'instant'
  | 'day'
  | 'enumeration'
  | 'texts';

export interface FieldSpec {
  readonly type: FieldType;
  /** Closed set of an enumeration. */
  readonly values?: readonly string[];
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** National field of 3101/3102 (DOMAIN §1.4), for the reference. */
  readonly national?: string;
  /** Never shown in a finding, a log or a message. */
  readonly personal?: true;
  /** Not readable in conditions: identity, names, transport. */
  readonly hidden?: true;
  /** Its absence is worth a data-quality note. */
  readonly expected?: true;
  readonly doc: string;
}

const sexes = ['female', 'male'] as const;
const insurances = ['employee', 'resident', 'retired_cadre', 'work_injury', 'maternity', 'other'] as const;
const encounterTypes = ['outpatient', 'inpatient', 'pharmacy', 'other'] as const;
const lineKinds = ['drug', 'piece', 'granule', 'service', 'consumable', 'other'] as const;
const claimKinds = [
  'screening',
  'fees',
  'settlement',
  'sale',
  'reversal',
  'refund',
  'return',
  'stock',
] as const;

/** Largest money amount on a claim: 100 million yuan in fen; sums of 5,000 such lines stay exact integers. */
const maxFen = 10_000_000_000;

export const claimFields = {
  'claim.eventId': {
    type: 'text',
    maxLength: 128,
    hidden: true,
    doc: 'Identity of the event within its institution.',
  },
  'claim.kind': {
    type: 'enumeration',
    values: claimKinds,
    doc: 'What happened.',
  },
  'claim.scene': {
    type: 'integer',
    min: 1,
    max: 10,
    national: 'trig_scen',
    doc: '触发场景: 1–5 事前, 6–10 事中.',
  },
  'claim.sentAt': {
    type: 'instant',
    national: 'inf_time',
    doc: 'When the sender sent it.',
  },
  'claim.claimId': {
    type: 'text',
    maxLength: 128,
    hidden: true,
    doc: 'Institution / settlement or encounter.',
  },

  'institution.code': {
    type: 'text',
    maxLength: 30,
    national: 'medins_id',
    expected: true,
    doc: 'National institution code.',
  },
  'institution.level': {
    type: 'integer',
    min: 1,
    max: 3,
    national: 'medins_lv',
    doc: '机构等级 1–3.',
  },
  'institution.type': {
    type: 'enumeration',
    values: ['hospital', 'pharmacy', 'other'],
    national: 'medins_type',
    doc: '机构类型.',
  },
  'institution.region': {
    type: 'text',
    maxLength: 6,
    national: 'medins_admdvs',
    doc: 'Administrative area.',
  },

  'patient.id': {
    type: 'text',
    maxLength: 50,
    national: 'patn_id',
    personal: true,
    hidden: true,
    expected: true,
    doc: '人员编号; becomes a keyed hash.',
  },
  'patient.sex': {
    type: 'enumeration',
    values: sexes,
    national: 'gend',
    expected: true,
    doc: '性别; 0 and 9 are unknown.',
  },
  'patient.birthDate': {
    type: 'day',
    national: 'brdy',
    personal: true,
    expected: true,
    doc: '出生日期.',
  },
  'patient.insurance': {
    type: 'enumeration',
    values: insurances,
    national: 'insutype',
    doc: '险种.',
  },
  'patient.region': {
    type: 'text',
    maxLength: 6,
    national: 'insuplc_admdvs',
    doc: '参保地.',
  },
  'patient.pregnancy': {
    type: 'enumeration',
    values: ['none', 'planning', 'pregnant', 'lactating'],
    national: 'matn_stas',
    doc: '生育状态; the digits differ by region.',
  },

  'encounter.id': {
    type: 'text',
    maxLength: 50,
    national: 'mdtrt_id',
    hidden: true,
    expected: true,
    doc: '就诊标识.',
  },
  'encounter.type': {
    type: 'enumeration',
    values: encounterTypes,
    national: 'med_mdtrt_type',
    doc: '就诊类型.',
  },
  'encounter.emergency': {
    type: 'flag',
    national: 'med_type 13, 24',
    doc: 'Emergency or rescue.',
  },
  'encounter.internet': { type: 'flag', doc: '互联网诊疗.' },
  'encounter.medType': {
    type: 'text',
    maxLength: 6,
    national: 'med_type',
    doc: '医疗类别.',
  },
  'encounter.admittedAt': {
    type: 'instant',
    national: 'adm_date',
    doc: '入院日期, or the visit.',
  },
  'encounter.dischargedAt': {
    type: 'instant',
    national: 'dscg_date',
    doc: '出院日期; unknown during a stay.',
  },
  'encounter.department': {
    type: 'text',
    maxLength: 50,
    national: 'adm_dept_codg',
    doc: '科室.',
  },
  'encounter.practitioner': {
    type: 'text',
    maxLength: 30,
    national: 'dr_codg',
    personal: true,
    doc: '医师标识.',
  },

  'diagnoses.code': {
    type: 'text',
    maxLength: 30,
    national: 'dise_codg',
    doc: '诊断编码 (医保2.0); local codes are unknown.',
  },
  'diagnoses.name': {
    type: 'text',
    maxLength: 200,
    national: 'dise_name',
    hidden: true,
    doc: 'Dropped at decode.',
  },
  'diagnoses.main': {
    type: 'flag',
    national: 'maindise_flag',
    doc: '主诊断标志.',
  },

  'procedures.code': {
    type: 'text',
    maxLength: 30,
    national: 'oprn_code',
    doc: '手术操作编码.',
  },
  'procedures.name': {
    type: 'text',
    maxLength: 500,
    national: 'oprn_name',
    hidden: true,
    doc: 'Dropped at decode.',
  },
  'procedures.main': {
    type: 'flag',
    national: 'main_oprn_flag',
    doc: '主手术标志.',
  },
  'procedures.at': { type: 'instant', national: 'oprn_date', doc: '手术时间.' },

  'lines.id': {
    type: 'text',
    maxLength: 50,
    national: 'rx_id',
    hidden: true,
    expected: true,
    doc: 'Unique in the claim.',
  },
  'lines.itemCode': {
    type: 'text',
    maxLength: 50,
    national: 'hilist_code',
    expected: true,
    doc: '医保目录编码.',
  },
  'lines.itemName': {
    type: 'text',
    maxLength: 200,
    national: 'hilist_name',
    doc: '医保目录名称; only for messages.',
  },
  'lines.kind': {
    type: 'enumeration',
    values: lineKinds,
    national: 'hilist_type',
    doc: '目录类别.',
  },
  'lines.quantity': {
    type: 'quantity',
    min: -1_000_000,
    max: 1_000_000,
    national: 'cnt',
    expected: true,
    doc: '数量, net of refunds.',
  },
  'lines.unitPrice': {
    type: 'price',
    min: 0,
    max: maxFen,
    national: 'pric',
    doc: '单价.',
  },
  'lines.listPrice': {
    type: 'price',
    min: 0,
    max: maxFen,
    national: 'lv1–3_hosp_item_pric, hilist_pric',
    doc: '目录价格 at this institution level.',
  },
  'lines.amount': {
    type: 'money',
    min: -maxFen,
    max: maxFen,
    national: 'sumamt',
    expected: true,
    doc: '总费用, net of refunds.',
  },
  'lines.at': {
    type: 'instant',
    national: 'drord_begn_date',
    expected: true,
    doc: 'Service or order time.',
  },
  'lines.until': {
    type: 'instant',
    national: 'drord_stop_date',
    doc: 'End of a long order.',
  },
  'lines.department': {
    type: 'text',
    maxLength: 50,
    national: 'drord_dept_codg',
    doc: '科室.',
  },
  'lines.practitioner': {
    type: 'text',
    maxLength: 30,
    national: 'drord_dr_codg',
    personal: true,
    doc: '医师.',
  },
  'lines.prescriptionId': {
    type: 'text',
    maxLength: 50,
    national: 'rxno',
    doc: '处方号.',
  },
  'lines.current': {
    type: 'flag',
    national: 'curr_drord_flag',
    doc: 'Being ordered now.',
  },
  'lines.selfPaid': {
    type: 'flag',
    national: 'hilist_lv 03 with full ownpay_amt',
    hidden: true,
    doc: 'Never judged.',
  },
  'lines.days': {
    type: 'integer',
    min: 0,
    max: 400,
    national: 'prd_days',
    doc: 'Days supplied.',
  },
  'lines.traceCodes': {
    type: 'texts',
    maxLength: 100,
    hidden: true,
    national: 'drug_trac_codg',
    doc: '药品追溯码.',
  },
  'lines.splitPack': { type: 'flag', national: 'trdn_flag', doc: '拆零.' },
  'lines.reverses': {
    type: 'text',
    maxLength: 50,
    hidden: true,
    national: 'init_feedetl_sn',
    doc: 'Line that this refund reverses.',
  },
} as const satisfies Record<string, FieldSpec>;

export type FieldPath = keyof typeof claimFields;

/** Upper bounds on lists of one claim; more is refused as unreadable. */
export const claimLimits = {
  lines: 5_000,
  diagnoses: 200,
  procedures: 200,
  /** Of one national request: the current one and what it brings as history. */
  encounters: 200,
  traceCodesPerLine: 1_000,
  depth: 16,
  /** Values and keys of one body; the largest claim has about 150,000. What is built of more takes a worker's heap. */
  values: 500_000,
} as const;
