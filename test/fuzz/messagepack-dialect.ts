/** MessagePack bodies as trees whose leaves are bytes; printed in every head form that the format has. */
import type { Choices, Dialect, Member, Tree } from './tree.js';

type Bytes = Uint8Array;
type Width = 0 | 1 | 2 | 4 | 8;

export const messagePackDialect: Dialect<Bytes> = {
  parse(bytes) {
    const parser = new Parser(bytes);
    const tree = parser.value(0);
    return parser.atEnd ? tree : null;
  },
  print(tree, choices) {
    const parts: Bytes[] = [];
    print(tree, choices.chance(0.3) ? choices : null, parts);
    return new Uint8Array(Buffer.concat(parts));
  },
  text: (value) => counted(textHeads, Buffer.from(value, 'utf8'))[0] as Bytes,
  say: sayLeaf,
  strange: (choices) => choices.pick(choices.pick(strangeLeaves)),
  respell,
};

/** A type byte, then a big-endian number of so many bytes. */
function head(type: number, width: Width, value: number | bigint): Bytes {
  const bytes = new Uint8Array(1 + width);
  bytes[0] = type;
  let rest = BigInt(value);
  for (let at = width; at > 0; at--, rest >>= 8n) bytes[at] = Number(rest & 0xffn);
  return bytes;
}

function float(width: 4 | 8, value: number): Bytes {
  const bytes = new Uint8Array(1 + width);
  const view = new DataView(bytes.buffer);
  bytes[0] = width === 4 ? 0xca : 0xcb;
  if (width === 4) view.setFloat32(1, value);
  else view.setFloat64(1, value);
  return bytes;
}

/** Heads that announce a count: type byte (of width 0: its lowest value), width, largest count. */
interface Heads {
  readonly fixed: { readonly type: number; readonly max: number } | null;
  readonly long: readonly (readonly [type: number, width: 1 | 2 | 4])[];
}

const textHeads: Heads = {
  fixed: { type: 0xa0, max: 31 },
  long: [
    [0xd9, 1],
    [0xda, 2],
    [0xdb, 4],
  ],
};
const binaryHeads: Heads = {
  fixed: null,
  long: [
    [0xc4, 1],
    [0xc5, 2],
    [0xc6, 4],
  ],
};
const listHeads: Heads = {
  fixed: { type: 0x90, max: 15 },
  long: [
    [0xdc, 2],
    [0xdd, 4],
  ],
};
const mapHeads: Heads = {
  fixed: { type: 0x80, max: 15 },
  long: [
    [0xde, 2],
    [0xdf, 4],
  ],
};

/** Every head for a count, the shortest first. */
function headsFor({ fixed, long }: Heads, count: number): Bytes[] {
  const short = fixed !== null && count <= fixed.max ? [new Uint8Array([fixed.type + count])] : [];
  const fitting = long.filter(([, width]) => count < 2 ** (8 * width));
  return [...short, ...fitting.map(([type, width]) => head(type, width, count))];
}

function counted(heads: Heads, content: Bytes): Bytes[] {
  return headsFor(heads, content.length).map((one) => new Uint8Array(Buffer.concat([one, content])));
}

function print(tree: Tree<Bytes>, choices: Choices | null, parts: Bytes[]): void {
  if (tree.kind === 'leaf') {
    parts.push(tree.raw);
    return;
  }
  const list = tree.kind === 'list';
  const heads = headsFor(list ? listHeads : mapHeads, list ? tree.items.length : tree.members.length);
  parts.push((choices?.chance(0.3) === true ? choices.pick(heads) : heads[0]) as Bytes);
  if (list) for (const item of tree.items) print(item, choices, parts);
  else {
    for (const { key, value } of tree.members) {
      parts.push(choices?.chance(0.1) === true ? choices.pick(textForms(key)) : key);
      print(value, choices, parts);
    }
  }
}

const maxDepth = 100;

/** Answers null as soon as the bytes are not well-formed. */
class Parser {
  readonly #bytes: Bytes;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Tree<Bytes> | null {
    const type = this.#bytes[this.#at];
    if (type === undefined || depth > maxDepth) return null;
    const list = type >> 4 === 9 || type === 0xdc || type === 0xdd;
    if (list || type >> 4 === 8 || type === 0xde || type === 0xdf) {
      const count = type < 0xa0 ? type & 15 : this.#number(1, type % 2 === 0 ? 2 : 4);
      this.#at += type < 0xa0 ? 1 : type % 2 === 0 ? 3 : 5;
      if (count > this.#bytes.length - this.#at) return null;
      return list ? this.#list(count, depth) : this.#map(count, depth);
    }
    const raw = this.#leaf(type);
    return raw === null ? null : { kind: 'leaf', raw };
  }

  #list(count: number, depth: number): Tree<Bytes> | null {
    const items: Tree<Bytes>[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.value(depth + 1);
      if (item === null) return null;
      items.push(item);
    }
    return { kind: 'list', items };
  }

  #map(count: number, depth: number): Tree<Bytes> | null {
    const members: Member<Bytes>[] = [];
    for (let i = 0; i < count; i++) {
      const type = this.#bytes[this.#at];
      const key = type === undefined ? null : this.#leaf(type);
      const value = key === null ? null : this.value(depth + 1);
      if (key === null || value === null) return null;
      members.push({ key, value });
    }
    return { kind: 'map', members };
  }

  #leaf(type: number): Bytes | null {
    const size = 1 + this.#payload(type);
    const raw = this.#bytes.subarray(this.#at, this.#at + size);
    this.#at += size;
    return raw.length === size ? raw : null;
  }

  /** Bytes after the type byte of a value that is no container. */
  #payload(type: number): number {
    if (type >= 0xa0 && type < 0xc0) return type & 31;
    const fixed = fixedPayloads[type];
    if (fixed !== undefined) return fixed;
    const width = countWidths[type];
    return width === undefined ? 0 : width + this.#number(1, width);
  }

  #number(offset: number, width: number): number {
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[this.#at + offset + i] ?? 0);
    return value;
  }
}

type Sizes = Readonly<Record<number, number>>;
const fixedPayloads: Sizes = {
  ...{ 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8, 208: 1, 209: 2, 210: 4, 211: 8 },
  ...{ 212: 2, 213: 3, 214: 5, 215: 9, 216: 17 },
};
const countWidths: Sizes = { 196: 1, 197: 2, 198: 4, 217: 1, 218: 2, 219: 4 };

function textOf(raw: Bytes): string | null {
  const type = raw[0] as number;
  const width =
    type >= 0xa0 && type < 0xc0 ? 0 : type >= 0xd9 && type <= 0xdb ? countWidths[type] : undefined;
  return width === undefined ? null : Buffer.from(raw.subarray(1 + width)).toString('utf8');
}

function numberOf(raw: Bytes): number | bigint | null {
  const type = raw[0] as number;
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 0x100;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  if (type === 0xca) return view.getFloat32(1);
  if (type === 0xcb) return view.getFloat64(1);
  const signed = type >= 0xd0 && type <= 0xd3;
  if (!signed && !(type >= 0xcc && type <= 0xcf)) return null;
  const bits = (raw.length - 1) * 8;
  let value = 0n;
  for (const byte of raw.subarray(1)) value = (value << 8n) | BigInt(byte);
  return signed ? BigInt.asIntN(bits, value) : value;
}

function sayLeaf(raw: Bytes): string | null {
  const text = textOf(raw);
  if (text !== null) return text;
  const number = numberOf(raw);
  return number === null ? null : String(number);
}

/** Every form of an integer in which it fits, floats and text included. */
function integerForms(value: bigint): Bytes[] {
  const forms = [
    float(8, Number(value)),
    float(4, Number(value)),
    ...counted(textHeads, Buffer.from(String(value))),
  ];
  if (value >= 0n && value < 128n) forms.push(new Uint8Array([Number(value)]));
  if (value < 0n && value >= -32n) forms.push(new Uint8Array([Number(value) + 0x100]));
  for (const [i, width] of ([1, 2, 4, 8] as const).entries()) {
    if (value === BigInt.asUintN(width * 8, value)) forms.push(head(0xcc + i, width, value));
    if (value === BigInt.asIntN(width * 8, value)) forms.push(head(0xd0 + i, width, value));
  }
  return forms;
}

function respell(raw: Bytes, choices: Choices): Bytes {
  const text = textOf(raw);
  if (text !== null) return respellText(raw, text, choices);
  const number = numberOf(raw);
  if (number === null || Number.isNaN(Number(number))) return raw;
  if (Number.isInteger(Number(number))) return choices.pick(integerForms(BigInt(number)));
  const decimal = Number(number);
  return choices.pick([
    float(4, decimal),
    float(8, decimal),
    ...counted(textHeads, Buffer.from(String(decimal))),
  ]);
}

/** A text under every head that announces it; anything else as it is. */
function textForms(raw: Bytes): Bytes[] {
  const text = textOf(raw);
  return text === null ? [raw] : counted(textHeads, raw.subarray(raw.length - Buffer.byteLength(text)));
}

function respellText(raw: Bytes, text: string, choices: Choices): Bytes {
  if (text !== '' && Number.isFinite(Number(text)) && choices.chance(0.3)) {
    const number = Number(text);
    return choices.pick([
      float(4, number),
      float(8, number),
      ...(/^-?\d{1,18}$/.test(text) ? integerForms(BigInt(text)) : []),
    ]);
  }
  if (choices.chance(0.15))
    return messagePackDialect.text(choices.pick([` ${text}`, `${text}\u3000`, `\u00a0${text}\t`]));
  const content = raw.subarray(raw.length - Buffer.byteLength(text));
  if (choices.chance(0.1)) return choices.pick(counted(binaryHeads, content));
  return choices.pick(counted(textHeads, content));
}

const bytes = (...values: number[]): Bytes => new Uint8Array(values);
const integers = [0n, 1n, -1n, 127n, 128n, -32n, -33n, 255n, 256n, 65_535n, 65_536n, -32_769n, 20_260_318n];
const largeIntegers = [
  2n ** 31n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n),
  2n ** 63n - 1n,
];
const floats = [0, -0, 0.1, 24.6, 24.60001, 1e-7, 0.005, 1e300, 1e21, 2 ** 53, 5e-324, 16777217, 1.5e-45];
const notNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** Values, well-formed and ill-formed, that no claim should need; by what is strange about them. */
const strangeLeaves: readonly (readonly Bytes[])[] = [
  [
    ...[
      bytes(0xc0),
      bytes(0xc2),
      bytes(0xc3),
      bytes(0x80),
      bytes(0x90),
      bytes(0x91, 0xc0),
      bytes(0x91, 0xa1, 0x31),
    ],
    ...['toString', 'valueOf', '__proto__', 'length'].map((name) =>
      bytes(0x81, 0xa0 + name.length, ...Buffer.from(name), 1),
    ),
  ],
  [...integers, ...largeIntegers].flatMap(integerForms),
  [head(0xcf, 8, 2n ** 63n), head(0xcf, 8, 2n ** 64n - 1n), head(0xd3, 8, -(2n ** 63n))],
  [...floats, ...notNumbers].flatMap((value) => [float(4, value), float(8, value)]),
  // Extensions: a timestamp, one that a library may know, an empty one; binary; lengths that lie; what is
  // no type.
  [
    ...[
      bytes(0xd6, 0xff, 0x69, 0, 0, 0),
      bytes(0xd4, 0x72, 1),
      bytes(0xc7, 0, 5),
      bytes(0xc7, 12, 0xff),
      bytes(0xc1),
    ],
    ...[bytes(0xc4, 0), bytes(0xc4, 1, 0x31), bytes(0xc6, 0, 0, 0, 1, 0x31), bytes(0xc5, 0xff, 0xff)],
    ...[bytes(0xd9, 0), bytes(0xd9, 200, 0x31), bytes(0xdb, 0xff, 0xff, 0xff, 0xff), bytes(0xbf, 0x31)],
    ...[bytes(0xdd, 0xff, 0xff, 0xff, 0xff), bytes(0xdf, 0, 0, 0, 1), bytes(0xde, 0, 0), bytes(0xdc, 0, 0)],
  ],
  // Text that is no UTF-8: a lone trail byte, overlong, a surrogate, beyond Unicode, cut.
  [
    ...[bytes(0xa1, 0x80), bytes(0xa2, 0xc0, 0xaf), bytes(0xa3, 0xed, 0xa0, 0x80), bytes(0xa1, 0xe4)],
    ...[
      bytes(0xa4, 0xf4, 0x90, 0x80, 0x80),
      bytes(0xa4, 0xf0, 0x9f, 0x98, 0x80),
      bytes(0xa1, 0),
      bytes(0xa1, 0x7f),
    ],
  ],
  ['', '-', 'null', '0', '1', 'true', ' 1 ', '\u3000-', '\ufeff'].flatMap((text) =>
    counted(textHeads, Buffer.from(text)),
  ),
];
