/** What the fields of a line are to whoever reads them from JSON, by their place in `lineSpanFields`. */
import { lineFlag } from '../columns/line-columns.js';
import { spanField } from '../columns/line-spans.js';
import { type NumberField, numberSpecs } from '../columns/settle-numbers.js';
import { type LineSpanField, lineSpanFields } from '../columns/span-table.js';
import { claimFields, type FieldSpec } from '../fields.js';

/** How the values of a field are read; fields that no line has come as they are. */
export const form = { text: 0, number: 1, time: 2, flag: 3, code: 4, kind: 5, other: 6 } as const;
export const textFields = [
  'id',
  'itemName',
  'department',
  'practitioner',
  'prescriptionId',
  'reverses',
] as const;
const numberFields = ['quantity', 'unitPrice', 'listPrice', 'amount', 'days'] as const;
const flagFields = ['current', 'selfPaid', 'splitPack'] as const;

/** By field; the table has no more columns than that. */
export const forms = new Uint8Array(32).fill(form.other);
for (const field of textFields) forms[spanField[field]] = form.text;
for (const field of numberFields) forms[spanField[field]] = form.number;
for (const field of flagFields) forms[spanField[field]] = form.flag;
forms[spanField.at] = form.time;
forms[spanField.until] = form.time;
forms[spanField.itemCode] = form.code;
forms[spanField.kind] = form.kind;

export function byField<T>(
  fields: readonly LineSpanField[],
  make: (field: LineSpanField) => T,
  other: T,
): T[] {
  return lineSpanFields.map((field) => (fields.includes(field) ? make(field) : other));
}

export const maxLengths = Int32Array.from(
  byField(textFields, (field) => (claimFields[`lines.${field}`] as FieldSpec).maxLength ?? 128, 0),
);
export const specs = byField(numberFields, (field) => numberSpecs[field as NumberField], numberSpecs.amount);
export const flagBits = Uint8Array.from(byField(flagFields, (field) => lineFlag[field as 'current'], 0));
/** Fields whose absence is worth a note or another fact. */
const expected = ['id', 'itemCode', 'kind', 'quantity', 'amount', 'at'] as const satisfies LineSpanField[];
export const expectedBits = expected.reduce((bits, field) => bits | (1 << spanField[field]), 0);
export const everyField = (1 << lineSpanFields.length) - 1;
/** Lengths of national item codes. */
export const codeLengths = [10, 15, 20, 23, 27] as const;
export const timeLengths = [25, 19, 10] as const;
/** Of ten, by scale. */
export const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
