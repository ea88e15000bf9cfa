/**
 * What the engines beside ours are given: one flat object a line, everything that is not plain comparison
 * worked out beforehand (age, sum over the item, codes of the same day). Ours works these out itself,
 * inside its clock.
 */

/** All numbers are doubles: the CEL libraries compare those without making big integers. */
export interface LineFacts {
  readonly id: string;
  readonly itemCode: string;
  readonly sex: string;
  readonly birthDate: string;
  /** ISO text in China time. */
  readonly at: string;
  /** Completed years on the day of the line. */
  readonly age: number;
  readonly encounterType: string;
  readonly level: number;
  readonly insurance: string;
  readonly quantity: number;
  /** Of all lines of the claim with this item code. */
  readonly quantityOfItem: number;
  /** Of all lines of the claim on this line's day. */
  readonly sameDayCodes: readonly string[];
}

/** The part of a native claim, unpacked, that the facts come from. */
export interface NativeClaim {
  readonly institution: { readonly level: number };
  readonly patient: { readonly sex: string; readonly birthDate: string; readonly insurance: string };
  readonly encounter: { readonly type: string };
  readonly lines: readonly {
    readonly id: string;
    readonly itemCode: string;
    readonly quantity: number;
    /** ISO text in China time: the day is its first ten characters. */
    readonly at: string;
  }[];
}

export function lineFacts({ institution, patient, encounter, lines }: NativeClaim): LineFacts[] {
  const quantities = new Map<string, number>();
  const codesByDay = new Map<string, string[]>();
  for (const { itemCode, quantity, at } of lines) {
    quantities.set(itemCode, (quantities.get(itemCode) ?? 0) + quantity);
    const day = at.slice(0, 10);
    const codes = codesByDay.get(day);
    if (codes === undefined) codesByDay.set(day, [itemCode]);
    else codes.push(itemCode);
  }
  return lines.map(({ id, itemCode, quantity, at }) => ({
    id,
    itemCode,
    sex: patient.sex,
    birthDate: patient.birthDate,
    at,
    age: completedYears(patient.birthDate, at),
    encounterType: encounter.type,
    level: institution.level,
    insurance: patient.insurance,
    quantity,
    quantityOfItem: quantities.get(itemCode) ?? 0,
    sameDayCodes: codesByDay.get(at.slice(0, 10)) ?? [],
  }));
}

/** `2001-05-09` at `2026-03-01…` is 24. */
export function completedYears(birth: string, at: string): number {
  const before = at.slice(5, 10) < birth.slice(5, 10) ? 1 : 0;
  return Number(at.slice(0, 4)) - Number(birth.slice(0, 4)) - before;
}
