/**
 * Nets refunds within a claim, so that rules count what is really charged. A refund that names a line takes
 * from that line; one without a name takes from lines of the same item and unit price, the latest before it
 * first. What finds no counterpart is noted on the refund and otherwise left out of account.
 */
import { quantityOf, shareOf } from '../base/money.js';
import type { Line } from './claim.js';
import type { NoteTaker } from './notes.js';

type NetFact = 'netQuantityE4' | 'netAmountFen' | 'payable';
type JudgedFact =
  | 'id'
  | 'quantityE4'
  | 'unitPriceE4Fen'
  | 'amountFen'
  | 'at'
  | 'selfPaid'
  | 'refund'
  | 'reverses';

/** What netting knows of a line, and the facts that it fills in. */
export type ReadLine = Pick<Line, JudgedFact> & { -readonly [Fact in NetFact]: Line[Fact] };

/** What a line's refund must share with it, beside the unit price. */
export interface LineOrigin {
  readonly encounter: number;
  /** Item code, a hospital's own included; null where none was sent. */
  readonly item: string | null;
}

interface Entry {
  readonly line: ReadLine;
  readonly origin: LineOrigin;
  readonly position: number;
  /** What refunds have left; null where unknown. */
  quantity: number | null;
  amount: number | null;
  refundedWholly: boolean;
}

/** Sets net quantity, net amount and `payable` of every line. `origins[i]` is line i's. */
export function netLines(lines: readonly ReadLine[], origins: readonly LineOrigin[], notes: NoteTaker): void {
  const entries = lines.map((line, i) => openEntry(line, i, origins[i] ?? { encounter: 0, item: null }));
  const refunds = entries.filter((entry) => entry.line.refund);
  if (refunds.length > 0) {
    const index = indexCharged(entries.filter((entry) => !entry.line.refund));
    for (const refund of refunds) applyRefund(refund, index, notes);
  }
  for (const entry of entries) closeEntry(entry);
}

function openEntry(line: ReadLine, position: number, origin: LineOrigin): Entry {
  return {
    line,
    origin,
    position,
    quantity: line.quantityE4,
    amount: line.amountFen,
    refundedWholly: false,
  };
}

/** Charged lines by what a refund knows of them. */
interface ChargedIndex {
  readonly byId: ReadonlyMap<string, Entry>;
  readonly byItem: ReadonlyMap<string, readonly Entry[]>;
}

const itemKey = ({ line, origin }: Entry) =>
  JSON.stringify([origin.encounter, origin.item, line.unitPriceE4Fen]);

function indexCharged(charged: readonly Entry[]): ChargedIndex {
  const byItem = new Map<string, Entry[]>();
  for (const entry of charged) {
    if (entry.origin.item === null) continue;
    const key = itemKey(entry);
    const group = byItem.get(key);
    if (group === undefined) byItem.set(key, [entry]);
    else group.push(entry);
  }
  return { byId: new Map(charged.map((entry) => [entry.line.id, entry])), byItem };
}

/** The line that a refund takes from next; null where none has anything left. */
function nextTarget(refund: Entry, index: ChargedIndex): Entry | null {
  const named = refund.line.reverses;
  const group = named === null ? index.byItem.get(itemKey(refund)) : [index.byId.get(named)];
  let best: Entry | null = null;
  for (const entry of group ?? []) {
    if (entry === undefined || entry.refundedWholly || entry.quantity === 0) continue;
    if (best === null || compareTargets(entry, best, refund.line) < 0) best = entry;
  }
  return best;
}

/** Same payer first, then lines not later than the refund, then the latest. */
function compareTargets(a: Entry, b: Entry, refund: ReadLine): number {
  const payer = Number(b.line.selfPaid === refund.selfPaid) - Number(a.line.selfPaid === refund.selfPaid);
  if (payer !== 0) return payer;
  const before = Number(isBefore(b.line, refund)) - Number(isBefore(a.line, refund));
  if (before !== 0) return before;
  const later = (b.line.at ?? -Infinity) - (a.line.at ?? -Infinity);
  return later !== 0 && !Number.isNaN(later) ? later : b.position - a.position;
}

function isBefore(line: ReadLine, refund: ReadLine): boolean {
  return line.at === null || refund.at === null || line.at <= refund.at;
}

function applyRefund(refund: Entry, index: ChargedIndex, notes: NoteTaker): void {
  const first = nextTarget(refund, index);
  if (first === null) {
    const field = refund.line.reverses === null ? 'lines.quantity' : 'lines.reverses';
    notes.note(field, 'conflict', refund.line.id);
    return;
  }
  const size = sizeOf(refund.line);
  if (size === null) {
    // A refund that does not say how much is a cancellation of the line.
    cancel(first);
    notes.note('lines.quantity', 'repaired', refund.line.id);
    return;
  }
  const left = spread(size, () => nextTarget(refund, index));
  if (left.quantity > 0) notes.note('lines.quantity', 'conflict', refund.line.id);
  if (left.amount > 0) notes.note('lines.amount', 'conflict', refund.line.id);
}

interface Size {
  readonly quantity: number;
  /** Null where only the quantity is known. */
  readonly amount: number | null;
}

function sizeOf(refund: ReadLine): Size | null {
  const amount = refund.amountFen === null ? null : Math.abs(refund.amountFen);
  if (refund.quantityE4 !== null) return { quantity: Math.abs(refund.quantityE4), amount };
  const price = refund.unitPriceE4Fen;
  const quantity = amount === null || price === null ? null : quantityOf(amount, price);
  return quantity === null ? null : { quantity, amount };
}

/**
 * Takes a refund's quantity, and its amount in proportion, from one target after another; answers what is
 * left.
 */
function spread(size: Size, next: () => Entry | null): { quantity: number; amount: number } {
  let quantity = size.quantity;
  let amount = size.amount ?? 0;
  // Every round but the last uses up a line, so this ends.
  for (let target = next(); target !== null; target = next()) {
    if (target.quantity === null) {
      // Nobody knows how much the line was: what the refund leaves of it is unknown as well.
      cancel(target);
      return { quantity: 0, amount: 0 };
    }
    const taken = Math.min(quantity, target.quantity);
    const share = taken === quantity ? amount : shareOf(amount, taken, quantity);
    amount -= take(target, taken, size.amount === null ? null : share);
    quantity -= taken;
    if (quantity === 0) break;
  }
  return { quantity, amount };
}

/** Takes from one line; answers how much of `share` it could bear. */
function take(target: Entry, quantity: number, share: number | null): number {
  const before = target.quantity as number;
  target.quantity = before - quantity;
  if (target.quantity === 0 && before > 0) {
    const borne = Math.min(share ?? 0, target.amount ?? share ?? 0);
    cancel(target);
    return borne;
  }
  if (target.amount === null || share === null) {
    if (quantity > 0) target.amount = null;
    return share ?? 0;
  }
  const borne = Math.min(share, target.amount);
  target.amount -= borne;
  return borne;
}

function cancel(target: Entry): void {
  target.quantity = 0;
  target.amount = 0;
  target.refundedWholly = true;
}

function closeEntry({ line, quantity, amount, refundedWholly }: Entry): void {
  const nothing = line.refund || refundedWholly;
  line.netQuantityE4 = nothing ? 0 : quantity;
  line.netAmountFen = nothing ? 0 : amount;
  // A line of nothing for nothing charges nothing.
  line.payable = (line.netQuantityE4 !== 0 || line.netAmountFen !== 0) && !line.selfPaid;
}
