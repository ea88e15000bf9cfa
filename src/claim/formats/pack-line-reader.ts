/**
 * Reads one line of a MessagePack claim into spans. Generated from the field table when the program starts: one
 * step per field, in the table's order, each with its key's bytes as constants and with branches of its own,
 * which a processor learns to foresee. Keys in another order, and foreign ones, are read by a loop.
 */
import { type Code, joinCode, js } from '../../base/code.js';
import { kindBits, lineSpanFields, spanKind } from '../columns/span-table.js';
import type { PackCursor } from './pack-bytes.js';
import { longestPackedKey, PackKeys } from './pack-keys.js';
import { isUtf8At } from './utf8-bytes.js';

/**
 * Reads `count` keys and values from `at` on into the cells from `cell` on; what no field has goes into the cell
 * behind the last field's. A key that comes twice has the value that comes last. The offset behind them, or -1.
 */
export type ReadPackedLine = (
  cursor: PackCursor,
  at: number,
  count: number,
  cell: number,
  starts: Int32Array,
  metas: Int32Array,
) => number;

/** Open containers around a line's values: the root, the list, the line. */
const depthInLine = 3;
const keys = new PackKeys(lineSpanFields);

/** The slow form: any keys in any order. */
const readAnyKeys: ReadPackedLine = (cursor, start, count, cell, starts, metas) => {
  const { body, view } = cursor;
  const lastFast = body.length - longestPackedKey;
  let at = start;
  let key = keys.first;
  for (let left = count; left > 0; left--) {
    const previous = key;
    key = keys.after(previous);
    if (at <= lastFast && keys.standsAt(key, view, at)) at += keys.lengthOf(key);
    else {
      at = cursor.key(at);
      if (at < 0) return -1;
      key = keys.find(previous, body, cursor.start, cursor.end);
    }
    at = cursor.value(at, depthInLine);
    if (at < 0) return -1;
    starts[cell + key] = cursor.start;
    metas[cell + key] = ((cursor.end - cursor.start) << kindBits) | cursor.kind;
  }
  return at;
};

/** Whether the key of a name stands at `at`: all of its bytes, as few words that may overlap. */
function isKey(name: string): Code {
  const bytes = Buffer.from(`\0${name}`, 'latin1');
  bytes[0] = 0xa0 | name.length;
  const rest = bytes.length - 8;
  // Eight bytes that end in a letter are neither zero nor NaN: equal numbers are equal bytes.
  if (rest > 0) {
    return js`view.getFloat64(at, true) === ${bytes.readDoubleLE(0)}
      && view.getFloat64(at + ${rest}, true) === ${bytes.readDoubleLE(rest)}`;
  }
  if (bytes.length >= 4) {
    return js`view.getInt32(at, true) === ${bytes.readInt32LE(0)}
      && view.getInt32(at + ${bytes.length - 4}, true) === ${bytes.readInt32LE(bytes.length - 4)}`;
  }
  return js`view.getInt16(at, true) === ${bytes.readInt16LE(0)}
      && view.getInt16(at + ${bytes.length - 2}, true) === ${bytes.readInt16LE(bytes.length - 2)}`;
}

const meta = (kind: number, length: number) => (length << kindBits) | kind;
const highBits = 0x80808080 | 0;

/** A text of up to 31 bytes, mostly ASCII: looked at as words that overlap, without a loop. */
const shortText = js`
      const size = head & 0x1f;
      const end = ++at + size;
      if (end > length) return -1;
      let bits = 0;
      if (size >= 4) {
        bits = view.getInt32(at, true) | view.getInt32(end - 4, true);
        if (size > 8) {
          bits |= view.getInt32(at + 4, true) | view.getInt32(end - 8, true);
          if (size > 16) {
            bits |= view.getInt32(at + 8, true) | view.getInt32(at + 12, true);
            bits |= view.getInt32(end - 16, true) | view.getInt32(end - 12, true);
          }
        }
      } else if (size > 0) bits = ${highBits};
      if ((bits & ${highBits}) !== 0 && !isUtf8At(body, view, at, end)) return -1;`;

/** Reads the field whose key stands at `at`, if it does. */
function step(name: string, field: number): Code {
  const store = (code: Code) => js`starts[cell + ${field}] = at; metas[cell + ${field}] = ${code};`;
  const one = (kind: number) => js`${store(js`${meta(kind, 1)}`)} at++;`;
  return js`
  if (left > 0 && at <= lastFast && ${isKey(name)}) {
    left--;
    at += ${name.length + 1};
    const head = body[at];
    if (head >= 0xa0 && head < 0xc0) {${shortText}
      ${store(js`size << ${kindBits} | ${spanKind.text}`)}
      at = end;
    } else if (head < 0x80 || head >= 0xe0) { ${one(spanKind.packedNumber)} }
    else if (head === 0xc0) { ${one(spanKind.nil)} }
    else if (head === 0xc2) { ${one(spanKind.no)} }
    else if (head === 0xc3) { ${one(spanKind.yes)} }
    else if (head === 0x90) { ${one(spanKind.other)} }
    else {
      at = cursor.value(at, ${depthInLine});
      if (at < 0) return -1;
      starts[cell + ${field}] = cursor.start;
      metas[cell + ${field}] = cursor.end - cursor.start << ${kindBits} | cursor.kind;
    }
  }`;
}

function generate(): ReadPackedLine {
  const text = js`'use strict';
  return function readPackedLine(cursor, start, count, cell, starts, metas) {
  const { body, view } = cursor;
  const length = body.length;
  const lastFast = length - ${longestPackedKey};
  let at = start;
  let left = count;
  ${joinCode(lineSpanFields.map(step), '\n')}
  return left === 0 ? at : readAnyKeys(cursor, at, left, cell, starts, metas);
  };
  //# sourceURL=claimgate/read-packed-line.js`;
  const make = new Function('isUtf8At', 'readAnyKeys', String(text)) as (
    ...known: unknown[]
  ) => ReadPackedLine;
  return make(isUtf8At, readAnyKeys);
}

export const readPackedLine: ReadPackedLine = generate();
