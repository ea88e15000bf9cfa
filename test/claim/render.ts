/** Renders one claim in every wire format, as different senders would. */
import iconv from 'iconv-lite';
import { packWire } from '../../src/base/wire.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import type { NativeClaim, NativeLine } from './arbitrary-claim.js';

/** How a sender spells what may be spelt in several ways. */
export interface Spelling {
  /** Decimals as JSON numbers instead of texts. */
  readonly numbers: boolean;
  /** National only: what stands for a missing value. */
  readonly blank: '' | null;
  /** National only: lists of one as the object itself. */
  readonly objects: boolean;
  /** National only: camelCase below the envelope. */
  readonly camelCase: boolean;
}

export const plainSpelling: Spelling = { numbers: false, blank: '', objects: false, camelCase: false };

/** The claim's bytes in a format. */
export function render(
  claim: NativeClaim,
  format: WireFormat,
  spelling: Spelling = plainSpelling,
): Uint8Array {
  if (format === 'native-msgpack') return packWire(renderNative(claim, spelling));
  if (format === 'native-json') return encode(renderNative(claim, spelling));
  const text = JSON.stringify(renderNational(claim, spelling));
  return format === 'nhsa-gbk' ? new Uint8Array(iconv.encode(text, 'gbk')) : new TextEncoder().encode(text);
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const iso = (text: string | null) =>
  text === null || text.length === 10 ? text : `${text.replace(' ', 'T')}+08:00`;

function renderNative(claim: NativeClaim, spelling: Spelling): unknown {
  const { encounter } = claim;
  return {
    ...claim,
    sentAt: iso(claim.sentAt),
    encounter: {
      ...encounter,
      admittedAt: iso(encounter.admittedAt),
      dischargedAt: iso(encounter.dischargedAt),
    },
    procedures: claim.procedures.map((procedure) => ({ ...procedure, at: iso(procedure.at) })),
    lines: claim.lines.map((line) => ({
      ...line,
      quantity: decimal(line.quantity, spelling),
      unitPrice: decimal(line.unitPrice, spelling),
      listPrice: decimal(line.listPrice, spelling),
      amount: decimal(line.amount, spelling),
      at: iso(line.at),
      until: iso(line.until),
    })),
  };
}

function decimal(text: string | null, { numbers }: Spelling): string | number | null {
  return text === null || !numbers ? text : Number(text);
}

const codes = {
  sex: { female: '2', male: '1' },
  insurance: {
    employee: '310',
    resident: '390',
    retired_cadre: '340',
    work_injury: '410',
    maternity: '510',
    other: '320',
  },
  type: { outpatient: '1', inpatient: '2', pharmacy: '3', other: '4' },
  level: { '1': '08', '2': '05', '3': '3' },
  institution: { hospital: 'A1', pharmacy: '2' },
  kind: { drug: '101', piece: '102', granule: '106', service: '201', consumable: '301', other: '105' },
  pregnancy: { none: '0', pregnant: '1', lactating: '2' },
  pregnancyInBeijing: { none: '1', planning: '2', pregnant: '3', lactating: '4' },
} as const;

function codeOf(
  table: Readonly<Record<string, string>>,
  word: string | number | null,
  unknown: unknown,
): unknown {
  return word === null ? unknown : table[String(word)];
}

/** The 3101 or 3102 request. */
export function renderNational(claim: NativeClaim, spelling: Spelling = plainSpelling): unknown {
  const { blank } = spelling;
  const data = {
    syscode: 'TEST',
    task_id: `T${claim.eventId.slice(-8)}`,
    trig_scen: String(claim.scene),
    rule_ids: [],
    patient_dtos: listOf([renderPatient(claim, spelling)], spelling),
  };
  return {
    infno: claim.scene <= 5 ? '3101' : '3102',
    msgid: claim.eventId,
    mdtrtarea_admvs: claim.institution.region,
    insuplc_admdvs: claim.patient.region ?? blank,
    inf_time: claim.sentAt,
    fixmedins_code: claim.institution.code,
    fixmedins_name: '示范医院',
    opter_name: '测试经办',
    input: { data: spelling.camelCase ? toCamelCase(data) : data },
  };
}

function renderPatient(claim: NativeClaim, spelling: Spelling): unknown {
  const { patient, encounter } = claim;
  return {
    patn_id: patient.id ?? spelling.blank,
    patn_name: '张测试',
    gend: codeOf(codes.sex, patient.sex, '9'),
    brdy: patient.birthDate ?? spelling.blank,
    poolarea: spelling.blank,
    curr_mdtrt_id: encounter.id,
    fsi_his_data_dto: '',
    fsi_encounter_dtos: listOf([renderEncounter(claim, spelling)], spelling),
  };
}

function renderEncounter(claim: NativeClaim, spelling: Spelling): unknown {
  const { institution, patient, encounter } = claim;
  const { blank } = spelling;
  const pregnancy = institution.region.startsWith('11') ? codes.pregnancyInBeijing : codes.pregnancy;
  return {
    mdtrt_id: encounter.id,
    medins_id: institution.code,
    medins_admdvs: institution.region,
    medins_type: codeOf(codes.institution, institution.type, blank),
    medins_lv: codeOf(codes.level, institution.level, '11'),
    adm_date: encounter.admittedAt ?? blank,
    dscg_date: encounter.dischargedAt ?? '9999-12-31 00:00:00',
    dscg_main_dise_codg: blank,
    dr_codg: encounter.practitioner ?? blank,
    adm_dept_codg: encounter.department ?? blank,
    adm_dept_name: '内科',
    med_mdtrt_type: codeOf(codes.type, encounter.type, blank),
    med_type: encounter.medType ?? blank,
    matn_stas: codeOf(pregnancy, patient.pregnancy, blank),
    insutype: codeOf(codes.insurance, patient.insurance, blank),
    fsi_diagnose_dtos: listOf(
      claim.diagnoses.map(({ code, main }) => ({
        dise_codg: code ?? 'XYZD018987',
        dise_name: '诊断',
        maindise_flag: flag(main, spelling),
      })),
      spelling,
    ),
    fsi_operation_dtos: listOf(
      claim.procedures.map(({ code, main, at }) => ({
        oprn_code: code ?? 'LOCAL-1',
        main_oprn_flag: flag(main, spelling),
        oprn_date: at ?? blank,
        oper_dr_name: '测试医师乙',
      })),
      spelling,
    ),
    fsi_order_dtos: listOf(
      claim.lines.map((line, i) => renderOrder(line, i, spelling)),
      spelling,
    ),
  };
}

function renderOrder(line: NativeLine, index: number, spelling: Spelling): unknown {
  const { blank } = spelling;
  // Self-paid is said in one of three ways; the amount must be known for the first.
  const byCatalogue = line.selfPaid && line.amount !== null && index % 3 === 0;
  const amount = decimal(line.amount, spelling) ?? '-';
  return {
    rx_id: line.id,
    rxno: line.prescriptionId ?? blank,
    hilist_type: codeOf(codes.kind, line.kind, blank),
    hilist_code: line.itemCode ?? blank,
    hilist_name: line.itemName ?? blank,
    hilist_lv: byCatalogue ? '03' : '02',
    hilist_pric: decimal(line.listPrice, spelling) ?? blank,
    lv1_hosp_item_pric: null,
    lv2_hosp_item_pric: null,
    lv3_hosp_item_pric: null,
    cnt: decimal(line.quantity, spelling) ?? blank,
    pric: decimal(line.unitPrice, spelling) ?? blank,
    sumamt: amount,
    ownpay_amt: byCatalogue ? amount : 0,
    hosp_appr_flag: line.selfPaid && !byCatalogue && index % 3 !== 1 ? '2' : '1',
    self_paying_flag: line.selfPaid && !byCatalogue && index % 3 === 1 ? 1 : 0,
    drord_begn_date: line.at ?? blank,
    drord_stop_date: line.until ?? blank,
    drord_dept_codg: line.department ?? blank,
    drord_dr_codg: line.practitioner ?? blank,
    drord_dr_name: '测试医师甲',
    curr_drord_flag: flag(line.current, spelling),
    prd_days: line.days ?? blank,
    drugtracinfo: line.traceCodes.map((code) => ({ drug_trac_codg: code })),
    trdn_flag: flag(line.splitPack, spelling),
    init_feedetl_sn: line.reverses ?? blank,
  };
}

function flag(value: boolean | null, { numbers, blank }: Spelling): unknown {
  if (value === null) return blank;
  return numbers ? Number(value) : String(Number(value));
}

function listOf(values: readonly unknown[], { objects, blank }: Spelling): unknown {
  if (!objects) return values;
  if (values.length === 0) return blank;
  return values.length === 1 ? values[0] : values;
}

function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [
    key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    toCamelCase(child),
  ]);
  return Object.fromEntries(entries);
}
