/**
 * Reads the lines of a MessagePack claim: into spans, and whatever is in a usual form into its column at once.
 * Generated from the field table when the program starts: one step per field, in the table's order, each with its
 * key's bytes as constants and with branches of its own, which a processor learns to foresee. Keys in another order,
 * and foreign ones, are read by a loop.
 */
import { type Code, identifier, joinCode, js } from '../../base/code.js';
import { decimalAt, packedDecimalAt } from '../clean-decimal.js';
import { CleanTimes } from '../clean-time.js';
import type { ItemCodes } from '../columns/item-codes.js';
import { kindCacheOf } from '../columns/kind-cache.js';
import { type LineColumns, lineFlag } from '../columns/line-columns.js';
import { kindBits, lineSpanFields, type SpanTable, spanKind, unsettledBit } from '../columns/span-table.js';
import { vocabulary } from './native.js';
import type { PackCursor } from './pack-bytes.js';
import { longestPackedKey, PackKeys } from './pack-keys.js';
import { depthInLine, stepOf } from './pack-line-steps.js';
import { isUtf8At, textFormAt } from './utf8-bytes.js';

/** Takes the trace codes of a row, whose cells begin at `cell`; false where they are none. */
export type TakeTraceCodes = (row: number, cell: number) => boolean;

/**
 * Reads as many lines as the table has rows, all of which are missing, from `at` on. The columns have room for them;
 * `table.unsettled` says what of them is filled. What no field has goes into the cell behind the last field's, and of
 * keys that come twice the value that comes last counts. The offset behind the lines, or -1.
 */
export type ReadPackedLines = (
  cursor: PackCursor,
  at: number,
  table: SpanTable,
  lines: LineColumns,
  items: ItemCodes,
  takeTraceCodes: TakeTraceCodes,
) => number;

/** Reads `count` keys and values of one line. */
type ReadKeys = (cursor: PackCursor, at: number, count: number, cell: number, table: SpanTable) => number;

const keys = new PackKeys(lineSpanFields);

/** The slow form: any keys in any order, none of which is settled. */
const readAnyKeys: ReadKeys = (cursor, start, count, cell, table) => {
  const { body, view } = cursor;
  const { starts, metas } = table;
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
    if (key < lineSpanFields.length) table.unsettled |= 1 << key;
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

/** Reads the field whose key stands at `at`, if it does. */
function step(name: (typeof lineSpanFields)[number]): Code {
  const { value, missing } = stepOf(name);
  return js`
  if (left > 0 && at <= lastFast && ${isKey(name)}) {
    left--;
    at += ${name.length + 1};
    const head = body[at];${value}
  } else { ${missing} }`;
}

const textFields = ['id', 'itemName', 'department', 'practitioner', 'prescriptionId', 'reverses'] as const;
const openTextColumns = joinCode(
  textFields.map((name) => {
    const [starts, ends] = [identifier(`${name}Starts`), identifier(`${name}Ends`)];
    return js`const ${starts} = lines.${identifier(name)}.starts, ${ends} = lines.${identifier(name)}.ends;`;
  }),
  '\n',
);
const traceCodesCell = lineSpanFields.indexOf('traceCodes');

/** Nothing but nothing, or the empty list. */
const hasNoTraceCodes = js`trace <= ${spanKind.nil} || trace === ${(1 << kindBits) | spanKind.nil}
      || trace === ${(1 << kindBits) | spanKind.other} && body[starts[cell + ${traceCodesCell}]] === 0x90`;

function generate(): ReadPackedLines {
  const text = js`'use strict';
  return function readPackedLines(cursor, start, table, lines, items, takeTraceCodes) {
  const { body, view } = cursor;
  const { starts, metas, fields, count } = table;
  const { itemCode, kind: kindOf, flags: flagsOf, at: atOf, until, days } = lines;
  const { quantityE4, unitPriceE4Fen, listPriceE4Fen, amountFen } = lines;
  ${openTextColumns}
  const length = body.length;
  const lastFast = length - ${longestPackedKey};
  let at = start;
  let lastId = -1;
  let unsettled = 0;
  table.unsettled = 0;
  for (let row = 0, cell = 0; row < count; row++, cell += fields) {
    at = cursor.openMap(at);
    if (at < 0) return -1;
    let left = cursor.count;
    let flags = ${lineFlag.current};
    ${joinCode(lineSpanFields.map(step), '\n')}
    if (left > 0) {
      // It may be about to come again.
      itemCode[row] = -1;
      at = readAnyKeys(cursor, at, left, cell, table);
      if (at < 0) return -1;
      table.unsettled |= ${unsettledBit.itemCode};
    }
    flagsOf[row] = flags;
    const trace = metas[cell + ${traceCodesCell}];
    if (!(${hasNoTraceCodes}) && !takeTraceCodes(row, cell)) return -1;
  }
  table.unsettled |= unsettled;
  return at;
  };
  //# sourceURL=claimgate/read-packed-lines.js`;
  const make = new Function(
    ...['isUtf8At', 'textFormAt', 'decimalAt', 'packedDecimalAt', 'times', 'kinds', 'readAnyKeys'],
    String(text),
  ) as (...known: unknown[]) => ReadPackedLines;
  const kinds = kindCacheOf(vocabulary.lineKind);
  return make(isUtf8At, textFormAt, decimalAt, packedDecimalAt, new CleanTimes(), kinds, readAnyKeys);
}

export const readPackedLines: ReadPackedLines = generate();
