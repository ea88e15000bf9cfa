/** Shapes of national codes. A code of another shape is hospital-local: unknown, with a note, never a violation. */
import type { InstitutionType, LineKind } from './claim.js';

const diagnosis = /^[A-Z]\d{2}(\.[0-9x]{1,3}(x\d{3})?)?$/;
const procedure = /^\d{2}\.\d{1,2}(\d{2})?(x\d{3})?$/;
const area = /^\d{6}$/;
const institution = /^[HP]\d{11}$/;

const itemShapes: readonly (readonly [RegExp, LineKind])[] = [
  [/^X[A-Z]\d{2}[A-Z]{3}\d{3}[A-Z]\d{12}$/, 'drug'],
  [/^Z[A-Z]\d{2}[A-Z]{3}\d{13}$/, 'drug'],
  [/^T\d{9}$/, 'piece'],
  [/^\d{15}$/, 'service'],
  [/^C\d{19}(\d{7})?$/, 'consumable'],
];

export function isDiagnosisCode(code: string): boolean {
  return diagnosis.test(code);
}

export function isProcedureCode(code: string): boolean {
  return procedure.test(code);
}

/** The kind of item that a national catalogue code names; null for a code of no national shape. */
export function kindOfItemCode(code: string): LineKind | null {
  return itemShapes.find(([shape]) => shape.test(code))?.[1] ?? null;
}

/**
 * A sent item code as a national one, full-width characters folded; null for a code of no national shape.
 * Codes carry no check digit, so nothing else is repaired: a lost leading zero could be another item.
 */
export function readNationalItemCode(sent: string): string | null {
  const code = kindOfItemCode(sent) === null ? sent.normalize('NFKC') : sent;
  return kindOfItemCode(code) === null ? null : code;
}

/** Area and type that an institution's national code carries; null for a code of another shape. */
export function readInstitutionCode(code: string): { region: string; type: InstitutionType } | null {
  if (!institution.test(code)) return null;
  return { region: code.slice(1, 7), type: code.startsWith('H') ? 'hospital' : 'pharmacy' };
}

export function isAreaCode(code: string): boolean {
  return area.test(code);
}
