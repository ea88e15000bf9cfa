/** What stands of a claim after what came back: a function of its record alone, whatever the order of arrival was. */
import type { ClaimRecord, RecordedLine } from './claim-record.js';
import { byText } from './packed-record.js';
import type { Return, Returns } from './returns.js';

/** Quantities left, by line id; null: unknown. Of a new or undone claim: empty. */
export interface Remaining extends Iterable<readonly [line: string, left: number | null]> {
  /** Undefined: the claim has no such line. */
  get(line: string): number | null | undefined;
}

export function remainingOf(record: ClaimRecord): Remaining {
  const all = new AllRemaining(record.lines);
  if (record.lines.size === 0 || record.returns.size === 0) return all;
  const left = new Map(all);
  const returns = inOrder(record.returns);
  for (const back of returns) if (isNamed(back, left)) take(back.line as string, back, left);
  const items = new LinesOfItems(record);
  for (const back of returns) if (!isNamed(back, left)) takeOfItem(back, items, left);
  return left;
}

/** Of a claim of which nothing came back, as of most: what its lines say. */
class AllRemaining implements Remaining {
  readonly #lines: ClaimRecord['lines'];

  constructor(lines: ClaimRecord['lines']) {
    this.#lines = lines;
  }

  get(line: string): number | null | undefined {
    return this.#lines.get(line)?.quantityE4;
  }

  *[Symbol.iterator](): Iterator<readonly [string, number | null]> {
    for (const { id, quantityE4 } of this.#lines.values()) yield [id, quantityE4];
  }
}

const isNamed = ({ line }: Return, left: ReadonlyMap<string, unknown>) => line !== null && left.has(line);

const inOrder = (returns: Returns): readonly Return[] =>
  returns.size < 2
    ? [...returns.values()]
    : [...returns].sort(([a], [b]) => byText(a, b)).map(([, back]) => back);

/** Line ids of an item, ascending. Made when first asked for: hardly any return comes without a line's name. */
class LinesOfItems {
  readonly #record: ClaimRecord;
  #ids: Map<string, string[]> | null = null;

  constructor(record: ClaimRecord) {
    this.#record = record;
  }

  of(itemCode: string): readonly string[] {
    this.#ids ??= this.#index();
    return this.#ids.get(itemCode) ?? [];
  }

  #index(): Map<string, string[]> {
    const ids = new Map<string, string[]>();
    for (const { id, itemCode } of this.#record.lines.values()) {
      if (itemCode === null) continue;
      const group = ids.get(itemCode);
      if (group === undefined) ids.set(itemCode, [id]);
      else group.push(id);
    }
    for (const group of ids.values()) group.sort(byText);
    return ids;
  }
}

/**
 * A return that names no line takes from those of its item, in the order of their ids. A name that the claim does not
 * know counts as none (pharmacies number returns as they like).
 */
function takeOfItem(back: Return, items: LinesOfItems, left: Map<string, number | null>): void {
  if (back.itemCode === null) return;
  let more = back;
  for (const id of items.of(back.itemCode)) {
    if (more.quantityE4 === 0 && !more.whole) return;
    // A line that is used up already takes no part.
    if (left.get(id) !== 0) more = { ...more, quantityE4: take(id, more, left), whole: false };
  }
}

/** Takes from one line; answers what is still to be taken. */
function take(line: string, { quantityE4, whole }: Return, left: Map<string, number | null>): number {
  const before = left.get(line) ?? null;
  // Of an unknown quantity nobody knows what a return leaves: then nothing is counted on.
  const taken = whole || before === null ? (before ?? quantityE4) : Math.min(before, quantityE4);
  left.set(line, before === null ? 0 : before - taken);
  return Math.max(0, quantityE4 - taken);
}

/** Line id and 拆零 by trace code that is sold and not returned. */
export type StandingCodes = ReadonlyMap<string, { readonly line: string; readonly split: boolean }>;

export function codesOf(record: ClaimRecord, remaining: Remaining): StandingCodes {
  const codes = new Map<string, { line: string; split: boolean }>();
  const returned = new Set<string>();
  for (const back of record.returns.values()) for (const code of back.codes) returned.add(code);
  for (const line of record.lines.values()) {
    if (line.traceCodes.length === 0 || isUndone(line, remaining)) continue;
    for (const code of line.traceCodes) {
      if (returned.has(code)) continue;
      const before = codes.get(code);
      const isFirst = before === undefined || byText(line.id, before.line) < 0;
      const split = line.splitPack || (before?.split ?? false);
      codes.set(code, { line: isFirst ? line.id : before.line, split });
    }
  }
  return codes;
}

/** Nothing is left of a line that had something, or of which nobody knew how much it was. */
function isUndone(line: RecordedLine, remaining: Remaining): boolean {
  return line.quantityE4 !== 0 && remaining.get(line.id) === 0;
}

/** Findings of which every violating line is undone. */
export function undoneFindings(record: ClaimRecord, remaining: Remaining): readonly string[] {
  // A line that the record has no more was deleted.
  const undone = (id: string) => {
    const line = record.lines.get(id);
    return line === undefined || isUndone(line, remaining);
  };
  return [...record.findings]
    .filter(([, violating]) => violating.length > 0 && violating.every(undone))
    .map(([finding]) => finding);
}

/** A claim's record, and what stands of it. */
export interface ClaimView {
  readonly record: ClaimRecord;
  readonly remaining: Remaining;
  readonly codes: StandingCodes;
}

export function viewOf(record: ClaimRecord): ClaimView {
  const remaining = remainingOf(record);
  return { record, remaining, codes: codesOf(record, remaining) };
}
