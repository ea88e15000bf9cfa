/** A made-up claim as the national message; systems write what they do not have in more than one way. */
import {
  amountOf,
  dayOf,
  type MadeUpClaim,
  type MadeUpLine,
  madeUpInstitution,
  priceOf,
} from './made-up-claim.js';

const insurances = ['390', '310', '390', '410', '510', '340'];
const kinds = { drug: '101', piece: '102', service: '201', consumable: '301' } as const;
const charges = { drug: '09', piece: '11', service: '06', consumable: '08' } as const;

export function nationalRequest(claim: MadeUpClaim): unknown {
  const { variant, scene } = claim;
  return {
    infno: scene <= 5 ? '3101' : '3102',
    msgid: `${madeUpInstitution}${variant}`,
    mdtrtarea_admvs: '350000',
    insuplc_admdvs: '350000',
    infver: 'V1.0',
    opter_name: '经办人',
    inf_time: dayOf(claim.inpatient ? 8 : 0, '18:21:40'),
    fixmedins_code: madeUpInstitution,
    fixmedins_name: '医院名称',
    input: {
      data: {
        task_id: `warm-up-${variant}`,
        trig_scen: String(scene),
        rule_ids: [],
        patient_dtos: [nationalPatient(claim)],
      },
    },
  };
}

function nationalPatient(claim: MadeUpClaim): unknown {
  return {
    patn_id: `3500000000${100_000 + claim.variant}`,
    patn_name: '姓名',
    gend: claim.sex === null ? '0' : claim.sex === 'male' ? '1' : '2',
    brdy: claim.birthDate ?? '',
    poolarea: '350000',
    curr_mdtrt_id: `warm-up-${claim.variant}`,
    fsi_his_data_dto: '',
    fsi_encounter_dtos: [nationalEncounter(claim)],
  };
}

function nationalEncounter(claim: MadeUpClaim): unknown {
  const { variant, inpatient, level, diagnoses, procedures, lines } = claim;
  return {
    mdtrt_id: `warm-up-${variant}`,
    medins_id: madeUpInstitution,
    medins_name: '医院名称',
    medins_admdvs: '350000',
    medins_type: 'A1',
    medins_lv: String(level),
    adm_date: dayOf(0, '07:12:00'),
    dscg_date: inpatient && variant % 4 === 2 ? '9999-12-31 00:00:00' : dayOf(inpatient ? 8 : 0, '17:05:00'),
    dscg_main_dise_codg: diagnoses[0],
    dscg_main_dise_name: '诊断名称',
    dr_codg: 'D350000000000',
    adm_dept_codg: 'A04',
    adm_dept_name: '科室名称',
    med_mdtrt_type: inpatient ? '2' : '1',
    med_type: inpatient ? '21' : '11',
    matn_stas: variant % 6 === 3 ? '1' : '0',
    insutype: insurances[variant % 6],
    fsi_diagnose_dtos: diagnoses.map((code, i) => {
      return { dise_id: `D${i}`, maindise_flag: i === 0 ? '1' : '0', dise_codg: code, dise_name: '诊断名称' };
    }),
    fsi_operation_dtos: procedures.map((code, i) => {
      return { oprn_code: code, main_oprn_flag: i === 0 ? '1' : '0', oprn_date: dayOf(2 + i, '14:20:00') };
    }),
    fsi_order_dtos: lines.map((line, i) => nationalLine(line, i)),
  };
}

function nationalLine(line: MadeUpLine, position: number): unknown {
  return {
    rx_id: `F-${position}`,
    rxno: `CF-${line.prescription}`,
    grpno: '',
    long_drord_flag: '0',
    hilist_type: kinds[line.kind],
    chrg_type: charges[line.kind],
    hilist_code: line.code,
    hilist_name: '项目名称甲乙丙',
    hilist_lv: line.isSelfPaid ? '03' : '01',
    hilist_pric: line.price,
    cnt: position % 2 === 0 ? line.quantity : String(line.quantity),
    pric: priceOf(line),
    sumamt: amountOf(line),
    ownpay_amt: line.isSelfPaid ? amountOf(line) : '0.00',
    selfpay_amt: '0.00',
    drord_begn_date: dayOf(line.day, `${String(line.hour).padStart(2, '0')}:30:00`),
    drord_stop_date: null,
    drord_dept_codg: 'A04',
    drord_dept_name: '科室名称',
    drord_dr_codg: 'D350000000000',
    curr_drord_flag: line.isCurrent ? '1' : '0',
  };
}
