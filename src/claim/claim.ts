/**
 * A claim inside claimgate, after a format reader and `normalise`. Null means unknown, always: a missing,
 * malformed or placeholder value is null plus (where it was repaired or dropped) a data-quality note.
 * No name and no number of a person survives decoding; a patient is a key (keyed hash).
 */
import type { EpochDay, EpochMs } from '../base/calendar.js';

export type ClaimKind =
  | 'screening'
  | 'fees'
  | 'settlement'
  | 'sale'
  | 'reversal'
  | 'refund'
  | 'return'
  | 'stock';
export type Sex = 'female' | 'male';
export type Insurance = 'employee' | 'resident' | 'retired_cadre' | 'work_injury' | 'maternity' | 'other';
export type Pregnancy = 'none' | 'planning' | 'pregnant' | 'lactating';
export type EncounterType = 'outpatient' | 'inpatient' | 'pharmacy' | 'other';
export type InstitutionType = 'hospital' | 'pharmacy' | 'other';
export type LineKind = 'drug' | 'piece' | 'granule' | 'service' | 'consumable' | 'other';
/** National trigger scene: 1–5 事前 (3101), 6–10 事中 (3102). */
export type Scene = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

export interface Claim {
  readonly eventId: string | null;
  readonly kind: ClaimKind;
  readonly scene: Scene | null;
  readonly sentAt: EpochMs | null;
  /** `<institution>/<settlement or encounter id>`; null where neither is known. */
  readonly claimId: string | null;
  /** Claim that a reversal, refund or return undoes. */
  readonly reverses?: string | null;
  readonly institution: Institution;
  readonly patient: Patient;
  readonly encounter: Encounter;
  readonly diagnoses: readonly Diagnosis[];
  readonly procedures: readonly Procedure[];
  /** Every line as sent, in the order sent, refunds and self-paid lines included. */
  readonly lines: readonly Line[];
  /** What the reader repaired, dropped or could not understand. Never a violation. */
  readonly notes: readonly DataQualityNote[];
}

export interface Institution {
  readonly code: string | null;
  /** 1, 2, 3: 一级, 二级, 三级. */
  readonly level: number | null;
  readonly type: InstitutionType | null;
  readonly region: string | null;
}

export interface Patient {
  /** Keyed hash of the national person number; null without a number (no history then). */
  readonly key: string | null;
  readonly sex: Sex | null;
  readonly birthDate: EpochDay | null;
  readonly insurance: Insurance | null;
  readonly region: string | null;
  readonly pregnancy: Pregnancy | null;
}

export interface Encounter {
  readonly id: string | null;
  readonly type: EncounterType | null;
  readonly emergency: boolean | null;
  /** 互联网诊疗. The national messages have no field for it, so it is usually unknown. */
  readonly internet: boolean | null;
  readonly medType: string | null;
  readonly admittedAt: EpochMs | null;
  readonly dischargedAt: EpochMs | null;
  readonly department: string | null;
  readonly practitioner: string | null;
}

export interface Diagnosis {
  readonly code: string | null;
  readonly main: boolean | null;
}

export interface Procedure {
  readonly code: string | null;
  readonly main: boolean | null;
  readonly at: EpochMs | null;
}

export interface Line {
  /** Unique in its claim; a made-up `#<position>` where the sender gave none (with a note). */
  readonly id: string;
  /** Of a national shape; null for a hospital's own code, which no table knows. */
  readonly itemCode: string | null;
  /** The catalogue name of the item (for messages only, never judged). */
  readonly itemName: string | null;
  readonly kind: LineKind | null;
  /** Ten-thousandths of a unit, exact. Negative on a refund. */
  readonly quantityE4: number | null;
  /** Ten-thousandths of a fen per unit, exact (unit prices carry up to 6 decimals of a yuan). */
  readonly unitPriceE4Fen: number | null;
  /** Catalogue price for this institution's level, same unit; null where not sent. */
  readonly listPriceE4Fen: number | null;
  /** Fen, exact. */
  readonly amountFen: number | null;
  readonly at: EpochMs | null;
  /** False where only a date was sent; `at` is then that day's midnight. */
  readonly atTimed: boolean;
  /** End of a long order; null where none was sent. */
  readonly until: EpochMs | null;
  readonly department: string | null;
  readonly practitioner: string | null;
  readonly prescriptionId: string | null;
  /** False for history that a 3101 request brings along. */
  readonly current: boolean;
  readonly selfPaid: boolean;
  readonly refund: boolean;
  /** Days supplied. */
  readonly days: number | null;
  readonly traceCodes: readonly string[];
  readonly splitPack: boolean;
  /** Line id that this refund reverses. */
  readonly reverses: string | null;
  /**
   * What is left after refunds in the same claim: quantity and amount net of them. Zero on a line that is wholly
   * refunded, on refund lines themselves. Null where quantity or amount is unknown.
   */
  readonly netQuantityE4: number | null;
  readonly netAmountFen: number | null;
  /**
   * May be judged and counted: not a refund, not wholly refunded, not self-paid. `claim.lines` in the rule language
   * holds exactly these.
   */
  readonly payable: boolean;
}

export interface DataQualityNote {
  /** Field path of the table in fields.ts, e.g. `encounter.dischargedAt`. */
  readonly field: string;
  readonly problem: 'malformed' | 'placeholder' | 'unknown-code' | 'repaired' | 'missing' | 'conflict';
  /** Line id where the field is a line's. */
  readonly line: string | null;
}
