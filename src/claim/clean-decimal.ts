/**
 * Exact decimals straight from the bytes of the usual forms: at most 15 digits without an exponent, and the numbers
 * of MessagePack. `parseDecimal` of base/money.ts is the plain form that all of them agree with; NaN leaves a value
 * to it.
 */

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const [minus, point, zero] = [0x2d, 0x2e, 0x30];
/** Fifteen digits and a point. */
const longest = 16;
const fifteenDigits = 999_999_999_999_999;

/**
 * The decimal written in these bytes as an integer of 10^-scale units, scale 0 to 6; NaN where it is of another form
 * or would be rounded. The characters of a JSON number may stand here as well: up to 15 digits, the shortest text
 * of the number says the same as the characters did.
 */
export function decimalAt(bytes: Uint8Array, start: number, end: number, scale: number): number {
  const negative = bytes[start] === minus;
  const first = negative ? start + 1 : start;
  const length = end - first;
  if (length <= 0 || length > longest || bytes[end - 1] === point) return Number.NaN;
  const units =
    length <= 9 ? shortDecimalAt(bytes, first, end, scale) : longDecimalAt(bytes, first, end, scale);
  if (units > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return negative && units !== 0 ? -units : units;
}

/** Up to nine characters: 32-bit integers hold the digits. */
function shortDecimalAt(bytes: Uint8Array, first: number, end: number, scale: number): number {
  let units = 0;
  let i = first;
  let digit = 0;
  for (; i < end; i++) {
    digit = (bytes[i] as number) - zero;
    if (digit < 0 || digit > 9) break;
    units = (Math.imul(units, 10) + digit) | 0;
  }
  if (i === end) return units * (powers[scale] as number);
  if (i === first || digit !== point - zero) return Number.NaN;
  let places = scale;
  for (i++; i < end; i++) {
    digit = (bytes[i] as number) - zero;
    if (digit < 0 || digit > 9 || (places === 0 && digit !== 0)) return Number.NaN;
    if (places > 0) {
      units = (Math.imul(units, 10) + digit) | 0;
      places--;
    }
  }
  return units * (powers[places] as number);
}

function longDecimalAt(bytes: Uint8Array, first: number, end: number, scale: number): number {
  if (bytes[first] === point) return Number.NaN;
  let units = 0;
  let digits = 0;
  /** Decimals read; -1 before the point. */
  let decimals = -1;
  for (let i = first; i < end; i++) {
    const digit = (bytes[i] as number) - zero;
    if (digit >= 0 && digit <= 9) {
      if (++digits > 15) return Number.NaN;
      if (decimals === scale) {
        if (digit !== 0) return Number.NaN;
      } else {
        units = units * 10 + digit;
        if (decimals >= 0) decimals++;
      }
    } else if (decimals === -1 && digit === point - zero) decimals = 0;
    else return Number.NaN;
  }
  return units * (powers[scale - Math.max(decimals, 0)] as number);
}

/** The same of the MessagePack number whose head byte stands at `start`. */
export function packedDecimalAt(bytes: Uint8Array, start: number, scale: number): number {
  const head = bytes[start] as number;
  const power = powers[scale] as number;
  // Most quantities; integers all the way.
  if (head < 0x80) return head * power;
  const value = packedValueAt(bytes, start, head);
  const units = Math.round(value * power);
  // Dividing gives the float nearest to the decimal of these units. It is the value, so the value's shortest decimal
  // is that one: no two decimals of up to 15 digits share a float.
  const exact = units / power === value && units <= fifteenDigits && units >= -fifteenDigits;
  return exact ? units + 0 : Number.NaN;
}

/** A number as the library reads it; NaN for integers of 64 bits. */
function packedValueAt(bytes: Uint8Array, start: number, head: number): number {
  if (head >= 0xe0) return head - 0x100;
  const first = bytes[start + 1] as number;
  switch (head) {
    case 0xca:
      return decimalOfFloat32(bytes, start + 1);
    case 0xcb:
      return float64At(bytes, start + 1);
    case 0xcc:
      return first;
    case 0xcd:
      return (first << 8) | (bytes[start + 2] as number);
    case 0xce:
      return wordAt(bytes, start + 1) >>> 0;
    case 0xd0:
      return (first << 24) >> 24;
    case 0xd1:
      return ((first << 24) >> 16) | (bytes[start + 2] as number);
    case 0xd2:
      return wordAt(bytes, start + 1);
    default:
      return Number.NaN;
  }
}

function wordAt(bytes: Uint8Array, i: number): number {
  return (
    ((bytes[i] as number) << 24) |
    ((bytes[i + 1] as number) << 16) |
    ((bytes[i + 2] as number) << 8) |
    (bytes[i + 3] as number)
  );
}

// A float's bits go in on one side and come out as a number on the other.
const words = new Uint32Array(2);
const float64s = new Float64Array(words.buffer);
const float32s = new Float32Array(words.buffer);
const highWord = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

function float64At(bytes: Uint8Array, start: number): number {
  words[highWord] = wordAt(bytes, start);
  words[1 - highWord] = wordAt(bytes, start + 4);
  return float64s[0] as number;
}

/** By binary exponent, how many decimals a 32-bit float is good for, as a power of ten. */
const float32Powers = Float64Array.from({ length: 256 }, (_, exponent) =>
  Number(`1e${Math.floor(45.15 - exponent * 0.30103)}`),
);

/** A 32-bit float means its shortest decimal; found as the MessagePack library finds it (base/wire.ts). */
function decimalOfFloat32(bytes: Uint8Array, start: number): number {
  const bits = wordAt(bytes, start);
  words[0] = bits;
  const value = float32s[0] as number;
  const power = float32Powers[(bits >>> 23) & 0xff] as number;
  return ((power * value + (value > 0 ? 0.5 : -0.5)) >> 0) / power;
}
