/** A made-up claim in the native form. */
import {
  amountOf,
  dayOf,
  type MadeUpClaim,
  type MadeUpLine,
  madeUpInstitution,
  priceOf,
} from './made-up-claim.js';

const insurances = ['resident', 'employee', 'resident', 'work_injury', 'maternity', 'retired_cadre'];
const pregnancies = ['none', 'none', 'none', 'pregnant', 'none', 'lactating'];

export function nativeClaim(claim: MadeUpClaim): unknown {
  const { variant, inpatient, scene, level, sex, birthDate } = claim;
  return {
    eventId: `warm-up-${variant}`,
    kind: 'screening',
    scene,
    sentAt: instant(inpatient ? 8 : 0, '18:21:40'),
    claimId: null,
    reverses: null,
    institution: { code: madeUpInstitution, level, type: 'hospital', region: '350000' },
    patient: {
      id: `3500000000${100_000 + variant}`,
      sex,
      birthDate,
      insurance: insurances[variant % 6],
      region: '350000',
      pregnancy: sex === 'female' ? pregnancies[variant % 6] : 'none',
    },
    encounter: {
      id: `warm-up-${variant}`,
      type: inpatient ? 'inpatient' : 'outpatient',
      emergency: variant % 5 === 4,
      medType: inpatient ? '21' : '11',
      admittedAt: instant(0, '07:12:00'),
      dischargedAt: inpatient && variant % 4 === 2 ? null : instant(inpatient ? 8 : 0, '17:05:00'),
      department: variant % 3 === 0 ? 'A03.04' : 'A04',
      practitioner: 'D350000000000',
    },
    diagnoses: claim.diagnoses.map((code, i) => ({ code, name: '诊断名称', main: i === 0 })),
    procedures: claim.procedures.map((code, i) => {
      return { code, name: '手术名称', main: i === 0, at: instant(2 + i, '14:20:00') };
    }),
    lines: claim.lines.map((line, i) => nativeLine(line, i)),
  };
}

function nativeLine(line: MadeUpLine, position: number): unknown {
  return {
    id: `F-${position}`,
    itemCode: line.code,
    itemName: '项目名称甲乙丙',
    kind: line.kind,
    quantity: line.quantity,
    unitPrice: priceOf(line),
    listPrice: priceOf(line),
    amount: amountOf(line),
    at: instant(line.day, `${String(line.hour).padStart(2, '0')}:30:00`),
    department: 'A04',
    practitioner: 'D350000000000',
    prescriptionId: `CF-${line.prescription}`,
    current: line.isCurrent,
    selfPaid: line.isSelfPaid,
    days: line.kind === 'drug' ? 5 + (position % 3) * 9 : null,
    traceCodes: [],
    splitPack: false,
    reverses: line.quantity < 0 ? `F-${position - 1}` : null,
  };
}

function instant(day: number, clock: string): string {
  return `${dayOf(day, clock).replace(' ', 'T')}+08:00`;
}
