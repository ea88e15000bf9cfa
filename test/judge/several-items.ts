/** Classes that look at several lines together: included items, operations of one group, pieces of one prescription. */
import type { Answer, Verdict } from './judgement.js';
import type { NativeClaim } from './native-claim.js';
import type { PayableLine } from './payable.js';
import { both, inForce } from './single-items.js';
import type { Row } from './tables.js';

/** A line of the including item, and lines of the included one on a common day: those are charged twice. */
export function judgePair(
  row: Row,
  claim: NativeClaim,
  lines: readonly PayableLine[],
  rows: readonly Row[],
): readonly Answer[] {
  const included = row.cells['includedItem'] as string;
  const { table, point } = row;
  const others = lines.filter((line) => line.code === included);
  if (others.length === 0) return [];
  const open: Answer[] = [];
  const blames = new Map<string, Map<string, number>>();
  for (const line of lines) {
    const applies = inForce(row, claim, line);
    if (applies === 'clear' || isExempt(line, included, claim, rows)) continue;
    const undated = others.filter((other) => line.day === null || other.day === null);
    const blamed = others.filter((other) => !undated.includes(other) && shareDay(line, other));
    if (blamed.length === 0 && undated.length > 0) open.push({ table, line: line.id });
    if (blamed.length > 0) blame(blames, line, blamed);
  }
  const found = [...blames.values()].map((shares): Answer => {
    const excessFen = [...shares.values()].reduce((sum, fen) => sum + fen, 0);
    return { table, point, lines: [...shares.keys()].sort(), excessFen };
  });
  return [...found, ...open];
}

/** Several including lines that blame the same lines blame them once, for the largest share of each. */
function blame(
  blames: Map<string, Map<string, number>>,
  line: PayableLine,
  blamed: readonly PayableLine[],
): void {
  const key = JSON.stringify(blamed.map((other) => other.id).sort());
  const shares = blames.get(key) ?? new Map<string, number>();
  for (const other of blamed) {
    shares.set(other.id, Math.max(shares.get(other.id) ?? 0, Math.floor(shareOf(other, line))));
  }
  blames.set(key, shares);
}

/** The part of the other's amount that falls on days on which both were served. */
function shareOf(other: PayableLine, line: PayableLine): number {
  const from = Math.max(one(other.day), one(line.day));
  const to = Math.min(one(other.lastDay), one(line.lastDay));
  return other.amountFen * ((to - from + 1) / (one(other.lastDay) - one(other.day) + 1));
}

const one = (day: number | null): number => day as number;

/** A local price text may allow the two side by side. */
function isExempt(line: PayableLine, included: string, claim: NativeClaim, rows: readonly Row[]): boolean {
  return rows.some(
    (row) =>
      row.table === 'local_price_exemptions' &&
      row.cells['includedItem'] === included &&
      inForce(row, claim, line) === 'found',
  );
}

function shareDay(one: PayableLine, other: PayableLine): boolean {
  const from = Math.max(one.day as number, other.day as number);
  return from <= Math.min(one.lastDay as number, other.lastDay as number);
}

/** Operations of one group on one day: the dearer is due in full, a cheaper one below its list price. */
export function judgeSurgery(
  claim: NativeClaim,
  lines: readonly PayableLine[],
  rows: readonly Row[],
): readonly Answer[] {
  const surgery = rows.filter((row) => row.table === 'surgery_group_items');
  const told = new Set<string>();
  return surgery.flatMap((row) =>
    lines.flatMap((line): readonly Answer[] => {
      const before = lines.filter((other) => comesFirst(other, line));
      const verdicts = before.map((other) => besides(row, line, other, claim, surgery));
      const due = both(anyOf(verdicts), both(inForce(row, claim, line), undiscounted(line)));
      const { table, point } = row;
      if (due === 'unknown') return [{ table, line: line.id }];
      // An item of several groups is told once, under its first point.
      if (due !== 'found' || told.has(line.id)) return [];
      told.add(line.id);
      return [{ table, point, lines: [line.id], excessFen: null }];
    }),
  );
}

/** The other operation is dearer, or as dear and of the smaller code: the order of lines decides nothing. */
function comesFirst(other: PayableLine, line: PayableLine): boolean {
  const [price, own] = [other.priceFen as number, line.priceFen as number];
  return price > own || (price === own && String(other.code) < String(line.code));
}

/** Whether the other is another operation of the row's group on the same day. */
function besides(
  row: Row,
  line: PayableLine,
  other: PayableLine,
  claim: NativeClaim,
  surgery: readonly Row[],
): Verdict {
  if (other.code === line.code) return 'clear';
  const group = surgery.filter((peer) => peer.cells['group'] === row.cells['group']);
  const member = anyOf(group.map((peer) => inForce(peer, claim, other)));
  if (line.day === null || other.day === null) return both(member, 'unknown');
  return line.day === other.day ? member : 'clear';
}

function anyOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('found')) return 'found';
  return verdicts.includes('unknown') ? 'unknown' : 'clear';
}

function undiscounted(line: PayableLine): Verdict {
  if (line.listPriceFen === null) return 'unknown';
  return (line.priceFen as number) < line.listPriceFen ? 'clear' : 'found';
}

/** A prescription whose pieces are all on the list is not payable; it is one finding, under the first one's point. */
export function judgePiecesAlone(
  claim: NativeClaim,
  lines: readonly PayableLine[],
  rows: readonly Row[],
): readonly Answer[] {
  const list = rows.filter((row) => row.table === 'pieces_alone');
  const pieces = lines.filter((line) => line.kind === 'piece');
  const prescriptions = new Set(pieces.map((line) => line.prescriptionId));
  return [...prescriptions].flatMap((id): readonly Answer[] => {
    const own = pieces.filter((line) => line.prescriptionId === id);
    return id === null ? judgeLoosePieces(own, claim, list) : judgePrescription(own, claim, list);
  });
}

function judgePrescription(
  own: readonly PayableLine[],
  claim: NativeClaim,
  list: readonly Row[],
): readonly Answer[] {
  const verdicts = own.map((line) => standing(line, claim, list));
  if (verdicts.some((verdict) => verdict === null)) return [];
  const table = 'pieces_alone';
  if (verdicts.some((verdict) => verdict === 'undated')) return own.map(({ id }) => ({ table, line: id }));
  const excessFen = own.reduce((sum, line) => sum + line.amountFen, 0);
  const { point } = verdicts[0] as Row;
  return [{ table, point, lines: own.map(({ id }) => id).sort(), excessFen }];
}

/** Without a prescription number nobody knows what a listed piece was given with. */
function judgeLoosePieces(
  own: readonly PayableLine[],
  claim: NativeClaim,
  list: readonly Row[],
): readonly Answer[] {
  const listed = own.filter((line) => standing(line, claim, list) !== null);
  return listed.map(({ id }) => ({ table: 'pieces_alone', line: id }));
}

/** The row that lists a piece at its time; null where none does. */
function standing(line: PayableLine, claim: NativeClaim, list: readonly Row[]): Row | 'undated' | null {
  const row = list.find((candidate) => inForce(candidate, claim, line) !== 'clear');
  if (row === undefined) return null;
  return line.day === null ? 'undated' : row;
}
