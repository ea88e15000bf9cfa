/**
 * Nets refunds within a claim, so that rules count what is really charged. A refund that names a line takes
 * from that line; one without a name takes from lines of the same item and unit price, the latest before it
 * first. What finds no counterpart is noted on the refund and otherwise left out of account.
 */
import { quantityOf, shareOf } from '../base/money.js';
import type { Line } from './claim.js';
import type { NoteTaker } from './notes.js';
import { isUsedUp, type Target, Targets } from './refund-targets.js';

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

interface Entry extends Target {
  readonly line: ReadLine;
  readonly origin: LineOrigin;
  /** What refunds have left; null where unknown. */
  quantity: number | null;
  amount: number | null;
  refundedWholly: boolean;
}

/** Sets net quantity, net amount and `payable` of every line. `origins[i]` is line i's. */
export function netLines(lines: readonly ReadLine[], origins: readonly LineOrigin[], notes: NoteTaker): void {
  const entries = lines.map((line, i) => openEntry(line, origins[i] ?? { encounter: 0, item: null }));
  const refunds = entries.filter((entry) => entry.line.refund);
  if (refunds.length > 0) {
    const index = indexCharged(
      entries.filter((entry) => !entry.line.refund),
      refunds,
    );
    for (const refund of refunds) applyRefund(refund, index, notes);
  }
  for (const entry of entries) closeEntry(entry);
}

function openEntry(line: ReadLine, origin: LineOrigin): Entry {
  return {
    line,
    origin,
    quantity: line.quantityE4,
    amount: line.amountFen,
    refundedWholly: false,
  };
}

/** Charged lines by what a refund knows of them. */
interface ChargedIndex {
  readonly byId: ReadonlyMap<string, Entry>;
  readonly byItem: ReadonlyMap<string, Targets<Entry>>;
}

/** The item comes last: no text of a sender's can pass for the numbers. */
const itemKey = ({ line, origin }: Entry) =>
  `${origin.encounter} ${line.unitPriceE4Fen} ${origin.item === null ? '' : `=${origin.item}`}`;

/** Indexes what these refunds ask for. */
function indexCharged(charged: readonly Entry[], refunds: readonly Entry[]): ChargedIndex {
  const byItem = new Map<string, Targets<Entry>>();
  const nameLines = refunds.every((refund) => refund.line.reverses !== null);
  for (const entry of nameLines ? [] : charged) {
    if (entry.origin.item === null) continue;
    const key = itemKey(entry);
    const group = byItem.get(key);
    if (group === undefined) byItem.set(key, new Targets(entry));
    else group.add(entry);
  }
  const nameNone = refunds.every((refund) => refund.line.reverses === null);
  return { byId: new Map(nameNone ? [] : charged.map((entry) => [entry.line.id, entry])), byItem };
}

/** The line that a refund takes from next; null where none has anything left. */
function nextTarget(refund: Entry, index: ChargedIndex): Entry | null {
  const named = refund.line.reverses;
  if (named === null) return index.byItem.get(itemKey(refund))?.next(refund.line) ?? null;
  const entry = index.byId.get(named);
  return entry === undefined || isUsedUp(entry) ? null : entry;
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
