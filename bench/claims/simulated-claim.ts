/**
 * A claim of the simulated hospital, before it is put on the wire. Plain and mutable: the generator fills it step
 * by step, the renderers read it. Money is exact: prices are ten-thousandths of a yuan, amounts are fen.
 */
import type { EncounterType, Insurance, LineKind, Pregnancy, Sex } from '../../src/claim/claim.js';

export interface SimulatedClaim {
  eventId: string;
  /** 2, 4, 5: 3101; 7, 9: 3102. */
  scene: number;
  sentAt: string;
  institution: SimulatedInstitution;
  patient: SimulatedPatient;
  encounter: SimulatedEncounter;
  diagnoses: { code: string; name: string; main: boolean }[];
  procedures: { code: string; name: string; main: boolean; at: string }[];
  lines: SimulatedLine[];
}

export interface SimulatedInstitution {
  readonly code: string;
  readonly name: string;
  readonly level: 1 | 2 | 3;
  /** Administrative area, six digits. */
  readonly region: string;
}

export interface SimulatedPatient {
  id: string;
  name: string;
  sex: Sex | null;
  /** `YYYY-MM-DD`. */
  birthDate: string | null;
  insurance: Insurance;
  region: string;
  pregnancy: Pregnancy;
}

export interface SimulatedEncounter {
  id: string;
  type: EncounterType;
  emergency: boolean;
  medType: string;
  /** `YYYY-MM-DD hh:mm:ss`, China time; so are all instants here. */
  admittedAt: string;
  /** Null during a stay. */
  dischargedAt: string | null;
  department: string;
  practitioner: string;
}

export interface SimulatedLine {
  id: string;
  itemCode: string;
  itemName: string;
  kind: LineKind;
  /** 收费类别 of the national envelope, `01` bed … `14` other. */
  chargeType: string;
  quantity: number;
  priceE4: number;
  amountFen: number;
  at: string;
  prescriptionId: string;
  current: boolean;
  selfPaid: boolean;
  /** Days supplied of a drug. */
  days: number | null;
  /** Line that this refund takes back. */
  reverses: string | null;
}

/** Ten-thousandths of a yuan as the decimal that a hospital system prints: `24.60`, `0.4567`. */
export function priceText(priceE4: number): string {
  return priceE4 % 100 === 0 ? (priceE4 / 10_000).toFixed(2) : (priceE4 / 10_000).toFixed(4);
}

export function amountText(fen: number): string {
  return (fen / 100).toFixed(2);
}

/** Quantity times price, rounded half up to fen as billing systems do. */
export function amountFenOf(quantity: number, priceE4: number): number {
  const sign = quantity < 0 ? -1 : 1;
  return sign * Math.round((Math.abs(quantity) * priceE4) / 100);
}
