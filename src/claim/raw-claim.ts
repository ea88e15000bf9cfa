/**
 * What every format reader produces: the structure settled (lists are lists, limits hold), the facts still as
 * they came. `normalise` turns it into a Claim; names and the person number end there.
 */
import type { ClaimKind } from './claim.js';
import type { CodeTable } from './facts.js';
import type { NoteTaker } from './notes.js';

export interface RawClaim {
  readonly eventId: unknown;
  readonly kind: ClaimKind;
  readonly scene: unknown;
  readonly sentAt: unknown;
  readonly claimId: unknown;
  readonly reverses: unknown;
  readonly institution: {
    readonly code: unknown;
    readonly level: unknown;
    readonly type: unknown;
    readonly region: unknown;
  };
  readonly patient: {
    readonly id: unknown;
    readonly sex: unknown;
    readonly birthDate: unknown;
    readonly insurance: unknown;
    readonly region: unknown;
    readonly pregnancy: unknown;
  };
  readonly encounter: {
    readonly id: unknown;
    readonly type: unknown;
    readonly emergency: unknown;
    readonly internet: unknown;
    readonly medType: unknown;
    readonly admittedAt: unknown;
    readonly dischargedAt: unknown;
    readonly department: unknown;
    readonly practitioner: unknown;
  };
  readonly diagnoses: readonly RawDiagnosis[];
  readonly procedures: readonly RawProcedure[];
  readonly lines: readonly RawLine[];
  /** How this format's codes become words. */
  readonly vocabulary: Vocabulary;
  /** Holds what the format reader already repaired. */
  readonly notes: NoteTaker;
}

export interface RawDiagnosis {
  readonly code: unknown;
  readonly main: unknown;
}

export interface RawProcedure {
  readonly code: unknown;
  readonly main: unknown;
  readonly at: unknown;
}

export interface RawLine {
  readonly id: unknown;
  readonly itemCode: unknown;
  readonly itemName: unknown;
  readonly kind: unknown;
  readonly quantity: unknown;
  readonly unitPrice: unknown;
  readonly listPrice: unknown;
  readonly amount: unknown;
  readonly at: unknown;
  readonly until: unknown;
  readonly department: unknown;
  readonly practitioner: unknown;
  readonly prescriptionId: unknown;
  readonly current: unknown;
  readonly selfPaid: unknown;
  readonly days: unknown;
  readonly traceCodes: readonly unknown[];
  readonly splitPack: unknown;
  readonly reverses: unknown;
  /** Which encounter of the request the line stands in: refunds net within one encounter. */
  readonly encounter: number;
}

export interface Vocabulary {
  readonly sex: CodeTable;
  readonly insurance: CodeTable;
  readonly pregnancy: CodeTable;
  readonly encounterType: CodeTable;
  readonly institutionType: CodeTable;
  /** Gives '1', '2' or '3'. */
  readonly institutionLevel: CodeTable;
  readonly lineKind: CodeTable;
}
