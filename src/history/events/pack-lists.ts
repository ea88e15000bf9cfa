/**
 * MessagePack of what records hold, written in one go: lists, ASCII texts, numbers, booleans, nulls and byte strings.
 * Byte for byte what `packWire` makes of them, in a third of its time; several are written for every settlement.
 */

/** Grows to the largest record, and is used for one after another. */
let bytes = new Uint8Array(16_384);
let view = new DataView(bytes.buffer);
let at = 0;

/**
 * `content` behind so many bytes that are left as they were, in bytes of its own; null where something in it is of
 * another kind, and left to `packWire`.
 */
export function packLists(headBytes: number, content: readonly unknown[]): Uint8Array | null {
  at = headBytes;
  if (!writeList(content)) return null;
  // Of the pool: most records are small, and memory of its own costs more than what is written into it.
  const packed = Buffer.allocUnsafe(at);
  packed.set(bytes.subarray(0, at));
  return packed;
}

function writeList(list: readonly unknown[]): boolean {
  const { length } = list;
  need(3);
  if (length < 0x10) bytes[at++] = 0x90 | length;
  else if (length < 0x1_0000) writeU16(0xdc, length);
  else return false;
  for (const value of list) if (!writeValue(value)) return false;
  return true;
}

function writeValue(value: unknown): boolean {
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number') return writeNumber(value);
  if (Array.isArray(value)) return writeList(value);
  if (value instanceof Uint8Array) return writeBytes(value);
  need(1);
  if (value === null || value === undefined) bytes[at++] = 0xc0;
  else if (typeof value === 'boolean') bytes[at++] = value ? 0xc3 : 0xc2;
  else return false;
  return true;
}

function writeText(text: string): boolean {
  const { length } = text;
  need(3 + length);
  if (length < 0x20) bytes[at++] = 0xa0 | length;
  else if (length < 0x100) {
    bytes[at++] = 0xd9;
    bytes[at++] = length;
  } else if (length < 0x1_0000) writeU16(0xda, length);
  else return false;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return false;
    bytes[at++] = unit;
  }
  return true;
}

function writeNumber(value: number): boolean {
  need(9);
  if (value >>> 0 !== value) return writeUnusual(value);
  if (value < 0x80) bytes[at++] = value;
  else if (value < 0x100) {
    bytes[at++] = 0xcc;
    bytes[at++] = value;
  } else if (value < 0x1_0000) writeU16(0xcd, value);
  else {
    bytes[at] = 0xce;
    view.setUint32(at + 1, value);
    at += 5;
  }
  return true;
}

/** Negative, of more than 32 bits, or no whole number. */
function writeUnusual(value: number): boolean {
  if (value >> 0 === value) return false;
  bytes[at] = 0xcb;
  view.setFloat64(at + 1, value);
  at += 9;
  return true;
}

function writeBytes(value: Uint8Array): boolean {
  const { length } = value;
  need(3 + length);
  if (length < 0x100) {
    bytes[at++] = 0xc4;
    bytes[at++] = length;
  } else if (length < 0x1_0000) writeU16(0xc5, length);
  else return false;
  bytes.set(value, at);
  at += length;
  return true;
}

function writeU16(type: number, value: number): void {
  bytes[at] = type;
  view.setUint16(at + 1, value);
  at += 3;
}

function need(more: number): void {
  if (at + more <= bytes.length) return;
  const larger = new Uint8Array(2 * (at + more));
  larger.set(bytes.subarray(0, at));
  bytes = larger;
  view = new DataView(bytes.buffer);
}
