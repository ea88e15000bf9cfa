/** A message of goods of several sales (3505A) taken apart: a message of its own for each. */
import { leastPayloadBytes, messageHeadroomBytes } from '../../base/broker-limits.js';
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import { claimFields, claimLimits } from '../fields.js';
import { camelName, echo, node } from '../formats/nhsa/nodes.js';
import { traceNodes } from '../formats/nhsa/order.js';
import { openSections } from '../formats/nhsa/read-national.js';
import { recogniseFormat } from '../formats/recognise.js';
import { type Fields, isFields, limitSize, own, WrongStructure } from '../formats/structure.js';
import type { WireFormat } from '../formats/wire-format.js';
import { parseBody } from '../read-claim.js';
import { silent } from './national-envelope.js';
import { type GoodsKind, goodsRows, rowsIn, type SaleRows, salesOf } from './several-sales.js';

/** A message of goods, a message for each of its sales. */
export interface SaleBatch {
  readonly kind: GoodsKind;
  /** The format found, of the whole. */
  readonly format: WireFormat;
  /** 定点医药机构编号; null: not told. */
  readonly institution: string | null;
  /** Of the whole; null: it has none. */
  readonly eventId: string | null;
  readonly rows: readonly unknown[];
  readonly parts: readonly SalePart[];
}

export interface SalePart {
  /** Of its rows in `rows`. */
  readonly places: readonly number[];
  /** The message itself where it is of one sale, else one in UTF-8. */
  readonly bytes: Uint8Array;
  readonly format: WireFormat;
}

/** All parts together hold so many times the bytes of the message, and as many more. */
const together = { times: 4, bytes: 256 * 1024 } as const;

/**
 * Takes a message apart that `readEvent` refuses as `several-sales`. The same bytes give the same parts, and equal
 * sales of messages with an equal head equal parts, whatever else these messages hold. Fails with a sentence where it
 * is no message of goods, or its parts would be too large.
 */
export function splitSales(bytes: Uint8Array, format: WireFormat | null): Result<SaleBatch, string> {
  const parsed = parseBody(bytes, format ?? recogniseFormat(null, bytes));
  if (!parsed.ok) return fail(parsed.error.message);
  const { root, format: found } = parsed.value;
  const kind = isFields(root) ? kindOf(root) : undefined;
  if (!isFields(root) || kind === undefined) return fail('The transaction is none of goods.');
  try {
    const rows = rowsIn(openSections(root), kind);
    limitSize(rows.length, claimLimits.lines, 'the rows');
    const eventId = silent.text('claim.eventId', node(root, 'msgid'));
    const institution = silent.text('institution.code', node(root, 'fixmedins_code'));
    const sales = salesOf(rows);
    const whole = { kind, format: found, institution, eventId, rows };
    if (sales.length > 1) return partsOf(root, whole, sales, bytes.byteLength);
    const places = rows.map((_, place) => place);
    return ok({ ...whole, parts: [{ places, bytes, format: found }] });
  } catch (error) {
    if (error instanceof WrongStructure) return fail(error.message);
    throw error;
  }
}

/** By infno. An A is the same with several rows. */
const kinds: ReadonlyMap<string, GoodsKind> = new Map([
  ['3505', 'sale'],
  ['3505A', 'sale'],
  ['3506', 'return'],
  ['3506A', 'return'],
]);

function kindOf(root: Fields): GoodsKind | undefined {
  return kinds.get(echo(node(root, 'infno')) ?? '');
}

function partsOf(
  root: Fields,
  whole: Omit<SaleBatch, 'parts'>,
  sales: readonly SaleRows[],
  wholeBytes: number,
): Result<SaleBatch, string> {
  const { kind, eventId, rows } = whole;
  const write = partWriter(root, kind);
  const most = together.times * wholeBytes + together.bytes;
  // A stream takes what brokers let through less that headroom, and counts the headers.
  const mostOfOne = Math.max(wholeBytes, leastPayloadBytes - messageHeadroomBytes) - messageHeadroomBytes;
  const parts: SalePart[] = [];
  let size = 0;
  for (const { name, places } of sales) {
    const chosen = places.map((place) => rows[place]);
    const bytes = write(partId(eventId, name), chosen);
    size += bytes.byteLength;
    if (size > most) return fail('What stands beside the rows is too large to go with each sale.');
    if (bytes.byteLength > mostOfOne) return fail('A sale of it is too large for a message of its own.');
    parts.push({ places, bytes, format: 'nhsa-json' });
  }
  return ok({ ...whole, parts });
}

/** The id of the whole and the sale's; where that is too long for an id, a hash stands for the end of it. */
function partId(eventId: string | null, name: string): string {
  const id = `${eventId ?? ''}/${name}`;
  if (id.length <= claimFields['claim.eventId'].maxLength) return id;
  return `${id.slice(0, 80)}/${sha256Hex(id).slice(0, 32)}`;
}

const utf8 = new TextEncoder();

/** Writes the message with some of its rows. Trace codes beside several rows are nobody's, so no part has them. */
function partWriter(root: Fields, kind: GoodsKind): (id: string, rows: readonly unknown[]) => Uint8Array {
  const { input, data } = openSections(root);
  const [name] = goodsRows[kind];
  const apart = new Set<string>(['input', 'data', 'msgid']);
  for (const one of [...goodsRows[kind], ...traceNodes]) apart.add(one).add(camelName(one));
  const beside = (fields: Fields) => Object.entries(fields).filter(([key]) => !apart.has(key));
  const head = beside(root);
  const besideRows = input === root ? [] : beside(input);
  if (own(input, 'data') !== undefined) besideRows.push(['data', Object.fromEntries(beside(data))]);
  return (msgid, rows) => {
    const inside: [string, unknown][] = [...besideRows, [name, rows]];
    const held: [string, unknown][] = input === root ? inside : [['input', Object.fromEntries(inside)]];
    return utf8.encode(JSON.stringify(Object.fromEntries([...head, ['msgid', msgid], ...held])));
  };
}
