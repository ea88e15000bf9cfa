/** Goods of several sales in one message (3505A): which of its rows are of which sale. */
import type { ClaimKind } from '../claim.js';
import { claimLimits } from '../fields.js';
import { echo, isBlank } from '../formats/nhsa/nodes.js';
import { openSections } from '../formats/nhsa/read-national.js';
import { type Fields, isFields, WrongStructure } from '../formats/structure.js';
import { distinct, pick } from './national-envelope.js';

/** Where the rows of goods may stand, the usual name first. */
export const goodsRows = {
  sale: ['selinfo', 'selinfoDetail'],
  return: ['selinfo', 'selinfoDetail', 'purcinfo'],
} as const satisfies Partial<Record<ClaimKind, readonly string[]>>;
export type GoodsKind = keyof typeof goodsRows;

/**
 * What names a sale. The visit before the shop's own document: a settlement that was sent without its number is
 * known by its visit too, and a return does not repeat the document's number.
 */
export const saleIds = ['setl_id', 'mdtrt_id', 'mdtrt_sn', 'rtal_docno'] as const;
const visitIds = ['mdtrt_id', 'mdtrt_sn'] as const;

/** Rows of one sale, by their places among the rows that were sent. */
export interface SaleRows {
  /** What ends the ids of events: of equal rows it is the same, whatever else a message brings. */
  readonly name: string;
  readonly places: readonly number[];
}

/**
 * The sales that rows are of, in the order of their first rows. A row without a settlement goes with the only one of
 * its visit, or of its document where it names no visit. Rows that name no sale are one together, which nobody can
 * take into account, or go with the only sale (`isOneSale`); what is no row is one alone.
 */
export function salesOf(rows: readonly unknown[]): readonly SaleRows[] {
  const readable = rows.filter(isFields);
  const settlements = settlementsBeside(readable);
  if (readable.length === rows.length && isOneSale(readable, settlements)) {
    return [{ name: '', places: rows.map((_, place) => place) }];
  }
  const sales = new Map<string, number[]>();
  rows.forEach((row, place) => {
    const sale = isFields(row) ? (saleOf(row, settlements) ?? noSale) : `row:#${place + 1}`;
    const places = sales.get(sale);
    if (places === undefined) sales.set(sale, [place]);
    else places.push(place);
  });
  return [...sales].map(([sale, places]) => {
    const number = numberOf(sale);
    // A visit may have the number of another one's settlement; then it is told what it is.
    const isTold = !sale.startsWith(kinds[0]) && kinds.filter((kind) => sales.has(kind + number)).length > 1;
    return { name: isTold ? sale : number, places };
  });
}

/** What a number is of, before it. */
const kinds = ['settlement:', 'visit:', 'document:'] as const;
/** Of rows that name none. */
const noSale = 'none:';

function numberOf(sale: string): string {
  return sale.slice(sale.indexOf(':') + 1);
}

/** Rows that do not contradict each other are one sale, though some of them do not name it. */
function isOneSale(rows: readonly Fields[], settlements: Settlements): boolean {
  const told = [['setl_id'], visitIds, ['psn_no']].every((names) => distinct(rows, ...names).size <= 1);
  // One settlement may have several documents; a document of nobody else's is not one of them.
  const isLoose = (row: Fields): boolean =>
    idIn(row, 'setl_id', ...visitIds) === null && documentOf(row) !== null;
  if (!told || (distinct(rows, 'rtal_docno').size > 1 && rows.some(isLoose))) return false;
  // What only a person would join is not that person's where some of it names nobody; no sale is another than any.
  const sales = new Set(rows.map((row) => saleOf(row, settlements)));
  return sales.size <= 1 || new Set(rows.map((row) => idIn(row, 'psn_no'))).size <= 1;
}

/** The settlements that rows of a visit, or of a document, name. */
type Settlements = ReadonlyMap<string, ReadonlySet<string>>;

function settlementsBeside(rows: readonly Fields[]): Settlements {
  const settlements = new Map<string, Set<string>>();
  for (const row of rows) {
    const settlement = idIn(row, 'setl_id');
    if (settlement === null) continue;
    for (const other of [visitOf(row), documentOf(row)]) {
      if (other === null) continue;
      const known = settlements.get(other);
      if (known === undefined) settlements.set(other, new Set([settlement]));
      else known.add(settlement);
    }
  }
  return settlements;
}

/** What the number is of stands before it: a visit and somebody else's settlement may have the same. */
function saleOf(row: Fields, settlements: Settlements): string | null {
  const settlement = idIn(row, 'setl_id');
  if (settlement !== null) return `settlement:${settlement}`;
  const other = visitOf(row) ?? documentOf(row);
  if (other === null) return null;
  const [only, another] = settlements.get(other) ?? [];
  return only !== undefined && another === undefined ? `settlement:${only}` : other;
}

function visitOf(row: Fields): string | null {
  const id = idIn(row, ...visitIds);
  return id === null ? null : `visit:${id}`;
}

function documentOf(row: Fields): string | null {
  const id = idIn(row, 'rtal_docno');
  return id === null ? null : `document:${id}`;
}

function idIn(row: Fields, ...names: readonly string[]): string | null {
  return echo(pick([row], ...names));
}

/** Throws WrongStructure where the rows are of several sales. What else is wrong with them is left to their reader. */
export function refuseSeveralSales(root: Fields, kind: GoodsKind): void {
  const rows = rowsIn(openSections(root), kind);
  if (rows.length > claimLimits.lines) return;
  const { length } = salesOf(rows);
  if (length > 1) throw new WrongStructure('several-sales', `The rows are of ${length} sales.`);
}

/** The rows as they were sent, whatever they are. */
export function rowsIn(
  { input, data }: { input: Fields; data: Fields },
  kind: GoodsKind,
): readonly unknown[] {
  for (const name of goodsRows[kind]) {
    const value = pick([input, data], name);
    if (!isBlank(value)) return Array.isArray(value) ? value.filter((row) => !isBlank(row)) : [value];
  }
  return [];
}
