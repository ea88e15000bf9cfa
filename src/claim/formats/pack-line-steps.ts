/**
 * What a generated line reader does with the value behind each key, as code: one piece per type of fact. The names it
 * uses are those of pack-line-reader.ts. Whatever is in a usual form goes into its column; a value in another form
 * only leaves its span, and the bit that has the whole column settled from spans.
 */
import { type Code, identifier, js } from '../../base/code.js';
import { lineFlag } from '../columns/line-columns.js';
import { type NumberField, numberSpecs } from '../columns/settle-numbers.js';
import { kindBits, lineSpanFields, maybeRefunds, spanKind, unsettledBit } from '../columns/span-table.js';
import { claimFields, type FieldSpec } from '../fields.js';

/** Open containers around a line's values: the root, the list, the line. */
export const depthInLine = 3;

type Field = (typeof lineSpanFields)[number];

/** Code for the value at `at`, whose first byte is `head`; and for a line without the key. */
export interface Step {
  readonly value: Code;
  readonly missing: Code;
}

const nothing = js``;
const highBits = 0x80808080 | 0;
const numberColumns: Readonly<Record<NumberField, string>> = {
  quantity: 'quantityE4',
  unitPrice: 'unitPriceE4Fen',
  listPrice: 'listPriceE4Fen',
  amount: 'amountFen',
  days: 'days',
};
/** Larger than any single byte's number times its power of ten. */
const oneByte = 127;

export function stepOf(field: Field): Step {
  switch (field) {
    case 'itemCode':
      return { value: itemCodeValue(), missing: js`itemCode[row] = -1; ${leave(field)}` };
    case 'kind':
      return { value: kindValue(), missing: leave(field) };
    case 'quantity':
    case 'unitPrice':
    case 'listPrice':
    case 'amount':
    case 'days':
      return numberStep(field);
    case 'at':
    case 'until':
      return timeStep(field);
    case 'current':
    case 'selfPaid':
    case 'splitPack':
      return { value: flagValue(field), missing: nothing };
    case 'traceCodes':
      return { value: traceCodesValue(), missing: nothing };
    default:
      return textStep(field);
  }
}

function specOf(field: Field): FieldSpec {
  return claimFields[`lines.${field}`];
}

const meta = (kind: number, length: number) => (length << kindBits) | kind;

/** Leaves the column to be settled from spans. */
function leave(field: Field): Code {
  return js`unsettled |= ${unsettledBit[field]};`;
}

function store(field: Field, code: Code): Code {
  const place = lineSpanFields.indexOf(field);
  return js`starts[cell + ${place}] = at; metas[cell + ${place}] = ${code};`;
}

/** A value of one byte. */
function one(field: Field, kind: number): Code {
  return js`${store(field, js`${meta(kind, 1)}`)} at++;`;
}

/** A value of any form, its span stored. */
function any(field: Field): Code {
  const place = lineSpanFields.indexOf(field);
  return js`
      at = cursor.value(at, ${depthInLine});
      if (at < 0) return -1;
      starts[cell + ${place}] = cursor.start;
      metas[cell + ${place}] = cursor.end - cursor.start << ${kindBits} | cursor.kind;`;
}

/** A short text: `size`, `end` and its span. */
function openText(field: Field): Code {
  return js`
      const size = head & 0x1f;
      const end = ++at + size;
      if (end > length) return -1;
      ${store(field, js`size << ${kindBits} | ${spanKind.text}`)}`;
}

const isShortText = js`head >= 0xa0 && head < 0xc0`;
const refuseWrongUtf8 = js`if (!isUtf8At(body, view, at, end)) return -1;`;

/** Adds a word to `bits`: the high bit of a byte is set where one is neither ASCII nor free of control characters. */
function look(word: Code): Code {
  return js`word = ${word}; bits |= word | word - 0x20202020 | word + 0x01010101;`;
}

/** `bits` of a text of up to 31 bytes, as words that overlap, without a loop; shorter than four: none is looked at. */
const lookAtText = js`
      let bits = ${highBits};
      if (size >= 4) {
        let word = 0;
        bits = 0;
        ${look(js`view.getInt32(at, true)`)} ${look(js`view.getInt32(end - 4, true)`)}
        if (size > 8) {
          ${look(js`view.getInt32(at + 4, true)`)} ${look(js`view.getInt32(end - 8, true)`)}
          if (size > 16) {
            ${look(js`view.getInt32(at + 8, true)`)} ${look(js`view.getInt32(at + 12, true)`)}
            ${look(js`view.getInt32(end - 16, true)`)} ${look(js`view.getInt32(end - 12, true)`)}
          }
        }
      }`;

function textStep(
  field: 'id' | 'itemName' | 'department' | 'practitioner' | 'prescriptionId' | 'reverses',
): Step {
  const { expected, maxLength = 0 } = specOf(field);
  const [starts, ends] = [identifier(`${field}Starts`), identifier(`${field}Ends`)];
  const unknown = expected === true ? leave(field) : js`${starts}[row] = -1;`;
  const extra = field === 'reverses' ? js`unsettled |= ${maybeRefunds};` : nothing;
  const take = js`${starts}[row] = at; ${ends}[row] = end; ${extra}`;
  // Up to four bytes may be a placeholder.
  const value = js`
    if (${isShortText}) {${openText(field)}${lookAtText}
      if ((bits & ${highBits}) === 0 && size > 4 && size <= ${maxLength}
        && body[at] !== 0x20 && body[end - 1] !== 0x20) { ${take} }
      else if (size === 0) { ${unknown} }
      else {
        const form = textFormAt(body, view, at, end, ${maxLength});
        if (form < 0) return -1;
        if (form > 0) { ${take} } else { ${leave(field)} }
      }
      ${field === 'id' ? orderIds : nothing}
      at = end;
    } else if (head === 0xc0) { ${one(field, spanKind.nil)} ${unknown} }
    ${field === 'itemName' ? longName : nothing}
    else {${any(field)}
      if (cursor.kind === ${spanKind.text} && cursor.start < cursor.end
        && textFormAt(body, view, cursor.start, cursor.end, ${maxLength}) > 0) {
        ${starts}[row] = cursor.start; ${ends}[row] = cursor.end; ${extra}
        ${field === 'id' ? leave(field) : nothing}
      } else { ${leave(field)} }
    }`;
  return { value, missing: unknown };
}

/** Many names have more than 31 bytes: a text whose length is a byte of its own. */
const longName = js`
    else if (head === 0xd9 && at + 2 <= length) {
      const size = body[at + 1];
      at += 2;
      const end = at + size;
      if (end > length) return -1;
      ${store('itemName', js`size << ${kindBits} | ${spanKind.text}`)}
      const form = textFormAt(body, view, at, end, ${claimFields['lines.itemName'].maxLength});
      if (form < 0) return -1;
      if (form > 0) { itemNameStarts[row] = at; itemNameEnds[row] = end; } else { ${leave('itemName')} }
      at = end;
    }`;

/**
 * Where ids grow from line to line, by their length and their last four bytes, none comes twice; and nobody has to
 * look for one that does.
 */
const orderIds = js`
      const tail = size >= 4 ? view.getUint32(end - 4) : at + 4 <= length ? view.getUint32(at) >>> 32 - 8 * size : 0;
      const id = size * 4294967296 + tail;
      if (id <= lastId) { ${leave('id')} }
      lastId = id;`;

function numberStep(field: NumberField): Step {
  const { scale, min, max, expected } = numberSpecs[field];
  const column = identifier(numberColumns[field]);
  const power = 10 ** scale;
  if (min > 0 || oneByte * power > max) throw new Error(`${field} does not take every number of one byte`);
  const unknown = expected ? leave(field) : js`${column}[row] = NaN;`;
  const negative = min < 0 ? js`if (units < 0) unsettled |= ${maybeRefunds};` : nothing;
  // Systems without a price list send zero; nothing is listed for nothing.
  const units = field === 'listPrice' ? js`units === 0 ? NaN : units` : js`units`;
  const take = js`${column}[row] = ${units}; ${negative}`;
  const value = js`
    if (head < 0x80) {
      const units = head * ${power};
      ${one(field, spanKind.packedNumber)}
      ${column}[row] = ${units};
    } else if (${isShortText}) {${openText(field)}
      const units = decimalAt(body, at, end, ${scale});
      if (units >= ${min} && units <= ${max}) { ${take} }
      else {
        ${refuseWrongUtf8}
        if (size === 0) { ${unknown} } else { ${leave(field)} }
      }
      at = end;
    } else if (head === 0xc0) { ${one(field, spanKind.nil)} ${unknown} }
    else {${any(field)}
      const units = cursor.kind === ${spanKind.packedNumber} ? packedDecimalAt(body, cursor.start, ${scale}) : NaN;
      if (units >= ${min} && units <= ${max}) { ${take} } else { ${leave(field)} }
    }`;
  return { value, missing: unknown };
}

function timeStep(field: 'at' | 'until'): Step {
  const column = identifier(field);
  const unknown = field === 'at' ? leave(field) : js`until[row] = NaN;`;
  const take =
    field === 'at'
      ? js`if (times.timed) flags |= ${lineFlag.timed};`
      : js`if (until[row] < atOf[row]) { ${leave(field)} }`;
  const value = js`
    if (${isShortText}) {${openText(field)}
      if (times.read(body, at, end, ${field === 'at' ? identifier('atOf') : column}, row)) { ${take} }
      else {
        ${refuseWrongUtf8}
        if (size === 0) { ${unknown} } else { ${leave(field)} }
      }
      at = end;
    } else if (head === 0xc0) { ${one(field, spanKind.nil)} ${unknown} }
    else {${any(field)} ${leave(field)} }`;
  return { value, missing: unknown };
}

function flagValue(field: 'current' | 'selfPaid' | 'splitPack'): Code {
  const bit = lineFlag[field];
  return js`
    if (head === 0xc2) { ${one(field, spanKind.no)} flags &= ${~bit}; }
    else if (head === 0xc3) { ${one(field, spanKind.yes)} flags |= ${bit}; }
    else if (head === 0xc0) { ${one(field, spanKind.nil)} }
    else {${any(field)} ${leave(field)} }`;
}

/** What is in the vocabulary is text. */
function kindValue(): Code {
  return js`
    if (${isShortText}) {${openText('kind')}
      const kind = kinds.kindAt(body, at, end);
      kindOf[row] = kind;
      if (kind < 0) { ${refuseWrongUtf8} ${leave('kind')} }
      at = end;
    } else {${any('kind')} ${leave('kind')} }`;
}

/** Codes that come anew are looked up together; see settleItemCodes. */
function itemCodeValue(): Code {
  return js`
    if (${isShortText}) {${openText('itemCode')}${lookAtText}
      if ((bits & ${highBits}) !== 0) { ${refuseWrongUtf8} }
      const number = items.recentAt(view, at, end);
      itemCode[row] = number;
      if (number < 0) { ${leave('itemCode')} }
      at = end;
    } else {${any('itemCode')} itemCode[row] = -1; ${leave('itemCode')} }`;
}

function traceCodesValue(): Code {
  return js`
    if (head === 0x90) { ${one('traceCodes', spanKind.other)} }
    else if (head === 0xc0) { ${one('traceCodes', spanKind.nil)} }
    else {${any('traceCodes')}}`;
}
