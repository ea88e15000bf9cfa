/** Changes that know nothing of a format but the bytes on which formats turn. */
import type { Choices } from './tree.js';

type Bytes = Uint8Array;

/** Brackets, quotes, escapes and signs of JSON; heads of MessagePack; edges of UTF-8 and of GBK. */
const tellingBytes = [
  ...[0x00, 0x09, 0x0a, 0x20, 0x22, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x5b, 0x5c, 0x5d, 0x65],
  ...[0x75, 0x7b, 0x7d, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc4, 0xc7, 0xca],
  ...[
    0xcb, 0xcc, 0xcf, 0xd0, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xed, 0xf0, 0xf4, 0xfe,
    0xff,
  ],
];
const tellingRuns: readonly (readonly number[])[] = [
  // Byte order marks; cut, overlong and forbidden UTF-8.
  ...[
    [0xef, 0xbb, 0xbf],
    [0xff, 0xfe],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x9f, 0x98],
    [0xe4, 0xbd],
  ],
  // GBK: a lead byte before a quote, a bracket, a digit; trail bytes that look like syntax; four bytes;
  // 0x80 and 0xff.
  ...[
    [0x81, 0x22],
    [0x81, 0x7f],
    [0x81, 0x20],
    [0x81, 0x5c],
    [0x81, 0x7b],
    [0x81, 0x7d],
    [0xd5, 0xc5],
  ],
  ...[
    [0x81, 0x30, 0x81, 0x30],
    [0x84, 0x31, 0xa4, 0x37],
    [0x81, 0x30],
    [0x80],
    [0xff],
    [0xa1, 0xa1],
    [0xfe, 0x5c],
  ],
  ...[
    [0x22, 0x3a],
    [0x5c, 0x22],
    [0x5c, 0x75],
    [0x7d, 0x7d],
    [0x2c, 0x2c],
    [0x2f, 0x2f],
    [0x2f, 0x2a],
  ],
];

type Mutation = (bytes: Bytes, choices: Choices, donor: Bytes) => Bytes;

function splice(bytes: Bytes, start: number, end: number, inner: ArrayLike<number>): Bytes {
  const made = new Uint8Array(bytes.length - (end - start) + inner.length);
  made.set(bytes.subarray(0, start));
  made.set(inner, start);
  made.set(bytes.subarray(end), start + inner.length);
  return made;
}

function place(bytes: Bytes, choices: Choices): number {
  return choices.whole(0, Math.max(0, bytes.length - 1));
}

/** A short range, mostly. */
function range(bytes: Bytes, choices: Choices): readonly [number, number] {
  const start = place(bytes, choices);
  const length = choices.chance(0.8) ? choices.whole(1, 12) : choices.whole(1, 400);
  return [start, Math.min(bytes.length, start + length)];
}

const flipBit: Mutation = (bytes, choices) => {
  const at = place(bytes, choices);
  return splice(bytes, at, at + 1, [(bytes[at] as number) ^ (1 << choices.whole(0, 7))]);
};
const setByte: Mutation = (bytes, choices) => {
  const at = place(bytes, choices);
  return splice(bytes, at, at + 1, [choices.pick(tellingBytes)]);
};
const insert: Mutation = (bytes, choices) => {
  const at = choices.whole(0, bytes.length);
  return splice(
    bytes,
    at,
    at,
    choices.chance(0.5) ? [choices.pick(tellingBytes)] : choices.pick(tellingRuns),
  );
};
const remove: Mutation = (bytes, choices) => splice(bytes, ...range(bytes, choices), []);
const repeat: Mutation = (bytes, choices) => {
  const [start, end] = range(bytes, choices);
  return splice(bytes, start, start, bytes.slice(start, end));
};
const cut: Mutation = (bytes, choices) => bytes.slice(0, place(bytes, choices));
const cutFront: Mutation = (bytes, choices) => bytes.slice(place(bytes, choices));
const graft: Mutation = (bytes, choices, donor) => {
  const front = bytes.slice(0, place(bytes, choices));
  return splice(front, front.length, front.length, donor.subarray(place(donor, choices)));
};
const copyRange: Mutation = (bytes, choices, donor) => {
  const [start, end] = range(donor, choices);
  return splice(bytes, ...range(bytes, choices), donor.slice(start, end));
};
const append: Mutation = (bytes, choices, donor) => {
  const tail = choices.pick([[0x20], [0x0a, 0x0a], [0x7d], [0x00], [0xc0], [0x2c], [0x7b, 0x7d], [...donor]]);
  return splice(bytes, bytes.length, bytes.length, tail);
};
const prepend: Mutation = (bytes, choices) =>
  splice(
    bytes,
    0,
    0,
    choices.pick([[0xef, 0xbb, 0xbf], [0x20], [0xfe, 0xff], [0x00], [0x91], [0x5b], [0x0c]]),
  );
/** Every second byte zero: UTF-16 as some senders really write it. */
const widen: Mutation = (bytes) =>
  new Uint8Array(bytes.length * 2).map((_, i) => (i % 2 ? 0 : (bytes[i / 2] ?? 0)));

const mutations: readonly Mutation[] = [
  ...[flipBit, flipBit, flipBit, setByte, setByte, setByte, insert, insert, insert, remove, remove, repeat],
  ...[cut, cutFront, graft, copyRange, append, prepend],
];

/** The bytes, changed so many times; `donor` lends what is copied in. */
export function mutateBytes(bytes: Bytes, donor: Bytes, choices: Choices, times: number): Bytes {
  if (choices.chance(0.003)) return widen(bytes, choices, donor);
  let changed = bytes;
  for (let i = 0; i < times && changed.length > 0; i++)
    changed = choices.pick(mutations)(changed, choices, donor);
  return changed;
}
