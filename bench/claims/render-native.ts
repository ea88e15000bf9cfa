/** A simulated claim in the native form (ARCHITECTURE §3), as a hospital's own system would send it. */
import { packWire } from '../../src/base/wire.js';
import { isoText } from './day-times.js';
import { amountText, priceText, type SimulatedClaim, type SimulatedLine } from './simulated-claim.js';

export function nativeObject(claim: SimulatedClaim): object {
  const { institution, patient, encounter } = claim;
  return {
    eventId: claim.eventId,
    kind: 'screening',
    scene: claim.scene,
    sentAt: isoText(claim.sentAt),
    claimId: null,
    reverses: null,
    institution: {
      code: institution.code,
      level: institution.level,
      type: 'hospital',
      region: institution.region,
    },
    patient: {
      id: patient.id,
      sex: patient.sex,
      birthDate: patient.birthDate,
      insurance: patient.insurance,
      region: patient.region,
      pregnancy: patient.pregnancy,
    },
    encounter: {
      ...encounter,
      admittedAt: isoText(encounter.admittedAt),
      dischargedAt: encounter.dischargedAt === null ? null : isoText(encounter.dischargedAt),
    },
    diagnoses: claim.diagnoses,
    procedures: claim.procedures.map((done) => ({ ...done, at: isoText(done.at) })),
    lines: claim.lines.map((line) => nativeLine(line, claim)),
  };
}

function nativeLine(line: SimulatedLine, { encounter }: SimulatedClaim): object {
  return {
    id: line.id,
    itemCode: line.itemCode,
    itemName: line.itemName,
    kind: line.kind,
    quantity: line.quantity,
    unitPrice: priceText(line.priceE4),
    // What the catalogue allows here: this town charges full prices.
    listPrice: priceText(line.priceE4),
    amount: amountText(line.amountFen),
    at: isoText(line.at),
    department: encounter.department,
    practitioner: encounter.practitioner,
    prescriptionId: line.prescriptionId,
    current: line.current,
    selfPaid: line.selfPaid,
    days: line.days,
    traceCodes: [],
    splitPack: false,
    reverses: line.reverses,
  };
}

export function nativeJson(claim: SimulatedClaim): Uint8Array {
  return Buffer.from(JSON.stringify(nativeObject(claim)));
}

export function nativeMessagePack(claim: SimulatedClaim): Uint8Array {
  return packWire(nativeObject(claim));
}
