/** The native claim as a hospital sends it, as far as the judge reads it. Null means unknown. */
export interface NativeClaim {
  readonly eventId: string;
  readonly kind: 'screening';
  scene: number | null;
  sentAt: string | null;
  readonly institution: {
    readonly code: string;
    level: number | null;
    readonly type: string;
    region: string;
  };
  readonly patient: {
    readonly id: string;
    sex: string | null;
    birthDate: string | null;
    insurance: string | null;
    readonly region: string;
  };
  readonly encounter: {
    readonly id: string;
    type: string | null;
    emergency: boolean | null;
    internet: boolean | null;
    medType: string | null;
    admittedAt: string | null;
    dischargedAt: string | null;
  };
  readonly diagnoses: readonly { readonly code: string; readonly main: boolean }[];
  lines: NativeLine[];
}

export interface NativeLine {
  id: string;
  itemCode: string;
  kind: string;
  /** At most 4 decimals; negative on a refund. */
  quantity: number;
  /** Yuan. */
  unitPrice: string | null;
  /** Yuan; the catalogue's price of one unit. */
  listPrice: string | null;
  /** Yuan; negative on a refund. */
  amount: string;
  at: string | null;
  until: string | null;
  prescriptionId: string | null;
  selfPaid: boolean;
  /** Line that a refund takes back. */
  reverses: string | null;
}
