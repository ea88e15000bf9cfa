/** MessagePack as no library writes it: every head in any form that its value fits in, keys in any order or twice. */

/** A map as its entries, so that a key can come twice. */
export class Entries {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

/** Any plain value; `choose(n)` answers 0 … n - 1 and picks among the n forms that a value has. */
export function packInForms(value: unknown, choose: (forms: number) => number): Buffer {
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === 'bigint') return wide(0xd3, 8, (bytes) => bytes.writeBigInt64BE(value, 1));
  if (typeof value === 'number') return packNumber(value, choose);
  if (typeof value === 'string') return packText(Buffer.from(value), choose);
  if (value instanceof Uint8Array)
    return Buffer.concat([counted(value.length, [], [0xc4, 1, 0xc5, 2, 0xc6, 4], choose), value]);
  if (Array.isArray(value)) {
    const head = counted(value.length, [0x90, 15], [0xdc, 2, 0xdd, 4], choose);
    return Buffer.concat([head, ...value.map((one) => packInForms(one, choose))]);
  }
  const entries = value instanceof Entries ? value.entries : Object.entries(value as object);
  const head = counted(entries.length, [0x80, 15], [0xde, 2, 0xdf, 4], choose);
  const packed = entries.flatMap(([key, one]) => [
    packText(Buffer.from(key), choose),
    packInForms(one, choose),
  ]);
  return Buffer.concat([head, ...packed]);
}

function packText(bytes: Buffer, choose: (forms: number) => number): Buffer {
  return Buffer.concat([counted(bytes.length, [0xa0, 31], [0xd9, 1, 0xda, 2, 0xdb, 4], choose), bytes]);
}

/** A head and its count: the short form up to its limit, else pairs of a type byte and the width of its count. */
function counted(
  count: number,
  [short, limit]: readonly number[],
  wides: readonly number[],
  choose: (forms: number) => number,
): Buffer {
  const forms: Buffer[] = [];
  if (short !== undefined && count <= (limit ?? 0)) forms.push(Buffer.of(short | count));
  for (let i = 0; i < wides.length; i += 2) {
    const width = wides[i + 1] as number;
    if (count < 2 ** (8 * width)) {
      forms.push(wide(wides[i] as number, width, (bytes) => bytes.writeUIntBE(count, 1, width)));
    }
  }
  return forms[choose(forms.length)] as Buffer;
}

function packNumber(value: number, choose: (forms: number) => number): Buffer {
  const forms = [wide(0xcb, 8, (bytes) => bytes.writeDoubleBE(value, 1))];
  if (Math.fround(value) === value) forms.push(wide(0xca, 4, (bytes) => bytes.writeFloatBE(value, 1)));
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    if (value >= -32 && value < 128) forms.push(Buffer.of(value & 0xff));
    forms.push(wide(0xd3, 8, (bytes) => bytes.writeBigInt64BE(BigInt(value), 1)));
    for (const [type, width] of [
      [0xcc, 1],
      [0xcd, 2],
      [0xce, 4],
    ] as const) {
      if (value >= 0 && value < 2 ** (8 * width)) {
        forms.push(wide(type, width, (bytes) => bytes.writeUIntBE(value, 1, width)));
      }
      if (Math.abs(value) < 2 ** (8 * width - 1)) {
        forms.push(wide(type + 4, width, (bytes) => bytes.writeIntBE(value, 1, width)));
      }
    }
  }
  return forms[choose(forms.length)] as Buffer;
}

function wide(type: number, width: number, write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = type;
  write(bytes);
  return bytes;
}
