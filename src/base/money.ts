/**
 * Exact decimals. Money, prices and quantities are integers of a fixed unit inside; this file is the only
 * place that turns decimal text into them and back. Nothing here multiplies a fraction in floating point: a
 * JSON number is read through its shortest decimal text, which is what the sender wrote.
 */

/** An integer of 10^-scale units, and whether the text fitted that scale without rounding. */
export interface Decimal {
  readonly units: number;
  readonly exact: boolean;
}

/** Decimals kept: yuan to fen; a quantity to ten-thousandths; a yuan price to ten-thousandths of a fen. */
export const scales = { fen: 2, quantity: 4, price: 6 } as const;

const decimalForm = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
const maxTextLength = 64;

/**
 * Reads a decimal as an integer of 10^-scale units, rounding half away from zero. Null where the text is no
 * decimal or the result is no safe integer.
 */
export function parseDecimal(value: string | number | bigint, scale: number): Decimal | null {
  const text = String(value);
  if (text.length > maxTextLength) return null;
  const match = decimalForm.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '') return null;
  return shift(sign === '-', digits, whole.length + Number(exponent) + scale);
}

/** `digits` with the unit's point after the first `keep` of them (which may lie outside the text). */
function shift(negative: boolean, digits: string, keep: number): Decimal | null {
  if (/^0*$/.test(digits)) return { units: 0, exact: true };
  if (keep < 0) return { units: 0, exact: false };
  if (keep > maxTextLength) return null;
  const kept = Number(digits.slice(0, keep).padEnd(keep, '0'));
  const rest = digits.slice(keep);
  const magnitude = kept + (rest >= '5' ? 1 : 0);
  if (!Number.isSafeInteger(kept) || !Number.isSafeInteger(magnitude)) return null;
  const units = negative && magnitude !== 0 ? -magnitude : magnitude;
  return { units, exact: /^0*$/.test(rest) };
}

const oneE8 = 100_000_000n;

/**
 * Fen for a quantity (E4) at a unit price (E4 fen), rounded half away from zero; null beyond safe integers.
 */
export function amountOf(quantityE4: number, unitPriceE4Fen: number): number | null {
  const product = BigInt(quantityE4) * BigInt(unitPriceE4Fen);
  const magnitude = Number(((product < 0n ? -product : product) * 2n + oneE8) / (oneE8 * 2n));
  if (!Number.isSafeInteger(magnitude)) return null;
  return product < 0n && magnitude !== 0 ? -magnitude : magnitude;
}

/** The quantity (E4) that makes an amount at a unit price; null where there is no exact one. */
export function quantityOf(amountFen: number, unitPriceE4Fen: number): number | null {
  if (unitPriceE4Fen === 0) return null;
  const dividend = BigInt(amountFen) * oneE8;
  const divisor = BigInt(unitPriceE4Fen);
  if (dividend % divisor !== 0n) return null;
  const quantity = Number(dividend / divisor);
  return Number.isSafeInteger(quantity) ? quantity : null;
}

/**
 * The part of `total` that belongs to `part` of `whole`, rounded towards zero; integers, `whole` not zero.
 */
export function shareOf(total: number, part: number, whole: number): number {
  return Number((BigInt(total) * BigInt(part)) / BigInt(whole));
}

/**
 * Yuan as a number for an answer that wants one; division of safe integers by 100 prints at most two
 * decimals.
 */
export function yuan(fen: number): number {
  return fen / 100;
}

/** `-12.30` for -1230: an integer of 10^-scale units as plain decimal text. */
export function formatDecimal(units: number, scale: number): string {
  const digits = String(Math.abs(units)).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0 ? `-${text}` : text;
}
