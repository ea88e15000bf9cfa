/**
 * MessagePack for untrusted bytes; the only importer of msgpackr. A body is walked once, iteratively, before
 * it is unpacked: depth, declared lengths, key types and text encoding are settled there, so that the library
 * never sees an extension type, a length that the bytes do not hold, or a nesting that could exhaust the
 * stack.
 */
import { isUtf8 } from 'node:buffer';
import { FLOAT32_OPTIONS, Packr, Unpackr } from 'msgpackr';
import { fail, ok, type Result } from './result.js';

export type WireProblem =
  | 'truncated'
  | 'too-deep'
  | 'too-many'
  | 'extension-type'
  | 'key-not-text'
  | 'not-utf8'
  | 'not-a-number'
  | 'unknown-type'
  | 'trailing-bytes';

export interface WireError {
  readonly problem: WireProblem;
  /** Byte offset in the body. */
  readonly offset: number;
}

/** What a body may make of memory: nested containers, and keys and values in all. */
export interface WireLimits {
  readonly depth: number;
  readonly values: number;
}

// A 32-bit float means its shortest decimal (24.6, not 24.600000381469727): that is what its sender packed.
const unpackr = new Unpackr({
  useRecords: false,
  moreTypes: false,
  mapsAsObjects: true,
  int64AsType: 'bigint',
  useFloat32: FLOAT32_OPTIONS.DECIMAL_FIT,
});
const packr = new Packr({
  useRecords: false,
  moreTypes: false,
  variableMapSize: true,
  encodeUndefinedAsNil: true,
});

/**
 * Plain data as MessagePack, in a buffer of its own. Object keys keep their order, so equal input gives equal
 * bytes.
 */
export function packWire(value: unknown): Uint8Array {
  return new Uint8Array(packr.pack(value));
}

/** One MessagePack value that fills the bytes; integers of 64 bits come as bigint. Never throws. */
export function unpackWire(bytes: Uint8Array, limits: WireLimits): Result<unknown, WireError> {
  const error = checkWire(bytes, limits);
  return error === null ? ok(unpackr.unpack(bytes)) : fail(error);
}

/** One value of bytes that are already known to be well-formed. */
export function unpackPart(bytes: Uint8Array, start: number, end: number): unknown {
  return unpackr.unpack(bytes.subarray(start, end));
}

/**
 * The number whose type byte is at `at`, in bytes that are known to be well-formed; the same as `unpackWire`
 * makes of it.
 */
export function unpackNumberAt(bytes: Buffer, at: number): number | bigint {
  const type = bytes[at] as number;
  if (type < 0x80) return type;
  switch (type) {
    case 0xcc:
      return bytes[at + 1] as number;
    case 0xcd:
      return bytes.readUInt16BE(at + 1);
    case 0xce:
      return bytes.readUInt32BE(at + 1);
    case 0xd0:
      return bytes.readInt8(at + 1);
    case 0xd1:
      return bytes.readInt16BE(at + 1);
    case 0xd2:
      return bytes.readInt32BE(at + 1);
    case 0xcb:
      return bytes.readDoubleBE(at + 1);
    case 0xcf:
      return bytes.readBigUInt64BE(at + 1);
    case 0xd3:
      return bytes.readBigInt64BE(at + 1);
    case 0xca:
      // How a 32-bit float is rounded is the library's.
      return unpackPart(bytes, at, at + 5) as number;
    default:
      return type - 0x100;
  }
}

/** Bytes that follow the type byte: a fixed payload, or a count of `width` bytes and then what it counts. */
type Head =
  | { readonly is: 'fixed'; readonly size: number }
  | { readonly is: 'text' | 'binary' | 'list' | 'map'; readonly width: number; readonly count: number };

/** The shape of one type byte; null for an extension or the never-used 0xc1. */
function headOf(type: number): Head | null {
  if (type < 0x80 || type >= 0xe0) return { is: 'fixed', size: 0 };
  if (type < 0x90) return { is: 'map', width: 0, count: type & 0x0f };
  if (type < 0xa0) return { is: 'list', width: 0, count: type & 0x0f };
  if (type < 0xc0) return { is: 'text', width: 0, count: type & 0x1f };
  return longHeads[type - 0xc0] ?? null;
}

const sized = (is: 'text' | 'binary' | 'list' | 'map', width: number): Head => ({ is, width, count: 0 });
const fixed = (size: number): Head => ({ is: 'fixed', size });
/** Type bytes 0xc0 … 0xdf. */
const longHeads: readonly (Head | null)[] = [
  ...[fixed(0), null, fixed(0), fixed(0), sized('binary', 1), sized('binary', 2), sized('binary', 4)],
  ...[null, null, null, fixed(4), fixed(8), fixed(1), fixed(2), fixed(4), fixed(8)],
  ...[fixed(1), fixed(2), fixed(4), fixed(8), null, null, null, null, null],
  ...[sized('text', 1), sized('text', 2), sized('text', 4), sized('list', 2), sized('list', 4)],
  ...[sized('map', 2), sized('map', 4)],
];

/** Walks one value without recursion. Null where the bytes are one well-formed value within the depth. */
function checkWire(bytes: Uint8Array, limits: WireLimits): WireError | null {
  /** Values still to come per open container; a map counts keys and values. */
  const pending: number[] = [];
  /** Whether that container is a map: then an even number still to come means a key is next. */
  const isMap: boolean[] = [];
  let offset = 0;
  let values = 0;
  do {
    if (++values > limits.values) return { problem: 'too-many', offset };
    const inMap = isMap[isMap.length - 1] === true;
    const wantsKey = inMap && (pending[pending.length - 1] as number) % 2 === 0;
    if (pending.length > 0) pending[pending.length - 1] = (pending[pending.length - 1] as number) - 1;
    const step = checkOne(bytes, offset, wantsKey);
    if ('problem' in step) return step;
    offset = step.next;
    if (step.values !== null) {
      if (pending.length >= limits.depth) return { problem: 'too-deep', offset };
      pending.push(step.values);
      isMap.push(step.map);
    }
    while (pending.length > 0 && pending[pending.length - 1] === 0) {
      pending.pop();
      isMap.pop();
    }
  } while (pending.length > 0);
  return offset === bytes.length ? null : { problem: 'trailing-bytes', offset };
}

interface Step {
  readonly next: number;
  /** How many values a container opens; null for a scalar. */
  readonly values: number | null;
  readonly map: boolean;
}

function checkOne(bytes: Uint8Array, offset: number, wantsKey: boolean): Step | WireError {
  const type = bytes[offset];
  if (type === undefined) return { problem: 'truncated', offset };
  const head = headOf(type);
  if (head === null) return { problem: type === 0xc1 ? 'unknown-type' : 'extension-type', offset };
  if (wantsKey && head.is !== 'text') return { problem: 'key-not-text', offset };
  if (head.is === 'fixed') return checkFixed(bytes, offset, type, head.size);
  const start = offset + 1 + head.width;
  if (start > bytes.length) return { problem: 'truncated', offset };
  const count = head.width === 0 ? head.count : bigEndian(bytes, offset + 1, head.width);
  // Each announced value takes a byte at least: a length that lies is refused before anything is made for it.
  const values = head.is === 'map' ? count * 2 : count;
  if (start + values > bytes.length) return { problem: 'truncated', offset };
  if (head.is === 'list' || head.is === 'map') return { next: start, values, map: head.is === 'map' };
  if (head.is === 'text' && !isText(bytes, start, start + count)) return { problem: 'not-utf8', offset };
  return { next: start + count, values: null, map: false };
}

function checkFixed(bytes: Uint8Array, offset: number, type: number, size: number): Step | WireError {
  const next = offset + 1 + size;
  if (next > bytes.length) return { problem: 'truncated', offset };
  // The library's decimal reading of 32-bit floats turns NaN and infinities into numbers.
  if (type === 0xca && (bigEndian(bytes, offset + 1, 2) & 0x7f80) === 0x7f80) {
    return { problem: 'not-a-number', offset };
  }
  return { next, values: null, map: false };
}

function bigEndian(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[offset + i] as number);
  return value;
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) >= 0x80) return isUtf8(bytes.subarray(i, end));
  }
  return true;
}
