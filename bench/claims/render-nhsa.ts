/**
 * A simulated claim as the national 3101/3102 message. Codes follow the national dictionaries; the regions of the
 * simulated town have none of their own.
 */
import type { LineKind } from '../../src/claim/claim.js';
import { amountText, type SimulatedClaim, type SimulatedLine } from './simulated-claim.js';

const insuranceCodes = {
  employee: '310',
  resident: '390',
  retired_cadre: '340',
  work_injury: '410',
  maternity: '510',
  other: '320',
} as const;
const pregnancyCodes = { none: '0', planning: '0', pregnant: '1', lactating: '2' } as const;
const kindCodes: Readonly<Record<LineKind, string>> = {
  drug: '101',
  piece: '102',
  granule: '106',
  service: '201',
  consumable: '301',
  other: '501',
};

/** Systems that have no end date write the end of time, others nothing; one hospital always does the same. */
function dischargeText({ encounter, institution }: SimulatedClaim): string | null {
  if (encounter.dischargedAt !== null) return encounter.dischargedAt;
  return Number(institution.code.at(-1)) % 2 === 0 ? '9999-12-31 00:00:00' : null;
}

function sexCode({ patient }: SimulatedClaim): string {
  if (patient.sex === null) return '0';
  return patient.sex === 'male' ? '1' : '2';
}

export function nhsaObject(claim: SimulatedClaim): object {
  const { institution, patient } = claim;
  return {
    infno: claim.scene <= 5 ? '3101' : '3102',
    msgid: claim.eventId,
    mdtrtarea_admvs: institution.region,
    insuplc_admdvs: patient.region,
    recer_sys_code: 'YBXT',
    signtype: 'SM2',
    infver: 'V1.0',
    opter_type: '1',
    opter: claim.encounter.practitioner,
    opter_name: '测试医师甲',
    inf_time: claim.sentAt,
    fixmedins_code: institution.code,
    fixmedins_name: institution.name,
    sign_no: `SN${claim.eventId.slice(-10)}`,
    input: {
      data: {
        syscode: 'SIMHIS',
        task_id: `T${claim.eventId}`,
        trig_scen: String(claim.scene),
        rule_ids: [],
        patient_dtos: [patientNode(claim)],
      },
    },
  };
}

function patientNode(claim: SimulatedClaim): object {
  const { patient, encounter } = claim;
  return {
    patn_id: patient.id,
    patn_name: patient.name,
    gend: sexCode(claim),
    brdy: patient.birthDate ?? '',
    poolarea: patient.region,
    curr_mdtrt_id: encounter.id,
    fsi_his_data_dto: '',
    fsi_encounter_dtos: [encounterNode(claim)],
  };
}

function encounterNode(claim: SimulatedClaim): object {
  const { institution, patient, encounter, diagnoses, procedures, lines } = claim;
  const main = diagnoses[0] ?? { code: '', name: '' };
  const totalFen = lines.reduce((sum, line) => sum + line.amountFen, 0);
  const ownFen = lines.reduce((sum, line) => sum + (line.selfPaid ? line.amountFen : 0), 0);
  return {
    mdtrt_id: encounter.id,
    medins_id: institution.code,
    medins_name: institution.name,
    medins_admdvs: institution.region,
    medins_type: 'A1',
    medins_lv: String(institution.level),
    adm_date: encounter.admittedAt,
    dscg_date: dischargeText(claim),
    dscg_main_dise_codg: main.code,
    dscg_main_dise_name: main.name,
    dr_codg: encounter.practitioner,
    adm_dept_codg: encounter.department,
    adm_dept_name: encounter.department,
    dscg_dept_codg: encounter.department,
    dscg_dept_name: encounter.department,
    med_mdtrt_type: encounter.type === 'inpatient' ? '2' : '1',
    med_type: encounter.medType,
    matn_stas: pregnancyCodes[patient.pregnancy],
    medfee_sumamt: amountText(totalFen),
    ownpay_amt: amountText(ownFen),
    selfpay_amt: '0.00',
    setl_totlnum: '1',
    insutype: insuranceCodes[patient.insurance],
    reim_flag: '1',
    out_setl_flag: '0',
    fsi_diagnose_dtos: diagnoses.map((diagnosis, i) => diagnosisNode(diagnosis, i, encounter.admittedAt)),
    fsi_operation_dtos: procedures.map(operationNode),
    fsi_order_dtos: lines.map((line) => orderNode(line, claim)),
  };
}

function diagnosisNode(diagnosis: SimulatedClaim['diagnoses'][number], index: number, at: string): object {
  return {
    dise_id: `DX${index + 1}`,
    inout_dise_type: '1',
    maindise_flag: diagnosis.main ? '1' : '0',
    dias_srt_no: String(index + 1),
    dise_codg: diagnosis.code,
    dise_name: diagnosis.name,
    dise_date: at,
  };
}

function operationNode(done: SimulatedClaim['procedures'][number], index: number): object {
  return {
    setl_list_oprn_id: `OPN${index + 1}`,
    oprn_code: done.code,
    oprn_name: done.name,
    main_oprn_flag: done.main ? '1' : '0',
    oprn_date: done.at,
  };
}

function orderNode(line: SimulatedLine, { encounter }: SimulatedClaim): object {
  const own = line.selfPaid ? amountText(line.amountFen) : '0.00';
  return {
    rx_id: line.id,
    rxno: line.prescriptionId,
    grpno: '',
    long_drord_flag: '0',
    hilist_type: kindCodes[line.kind],
    chrg_type: line.chargeType,
    drord_bhvr: '0',
    hilist_code: line.itemCode,
    hilist_name: line.itemName,
    hilist_lv: line.selfPaid ? '03' : '01',
    hilist_pric: priceNumber(line),
    hosplist_code: `HIS${line.itemCode.slice(-6)}`,
    hosplist_name: line.itemName,
    // Systems of this kind send numbers where they have numbers, and text where money must not lose a digit.
    cnt: line.quantity,
    pric: priceNumber(line),
    sumamt: amountText(line.amountFen),
    ownpay_amt: own,
    selfpay_amt: '0.00',
    spec: '',
    spec_unt: '',
    drord_begn_date: line.at,
    drord_stop_date: null,
    drord_dept_codg: encounter.department,
    drord_dept_name: encounter.department,
    drord_dr_codg: encounter.practitioner,
    drord_dr_name: '测试医师甲',
    drord_dr_profttl: '233',
    curr_drord_flag: line.current ? '1' : '0',
  };
}

function priceNumber(line: SimulatedLine): number {
  return line.priceE4 / 10_000;
}

export function nhsaJson(claim: SimulatedClaim): Uint8Array {
  return Buffer.from(JSON.stringify(nhsaObject(claim)));
}
