/**
 * Payable lines of a claim by what a rule asks of two lines: those that are alike in it make the same pairs. Worked
 * out only where a rule asks so many pairs that it pays.
 */
import { dayOf } from '../../base/calendar.js';
import { lineFlag } from '../../claim/columns/line-columns.js';
import type { LineTrait } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';

type ValueOf = (view: ClaimView, line: number) => number | string | null;

const traitOf: Readonly<Record<LineTrait, ValueOf>> = {
  itemCode: ({ lines }, line) => lines.itemCode[line]!,
  kind: ({ lines }, line) => lines.kind[line]!,
  quantity: ({ lines }, line) => lines.netQuantityE4[line]!,
  amount: ({ lines }, line) => lines.netAmountFen[line]!,
  unitPrice: ({ lines }, line) => lines.unitPriceE4Fen[line]!,
  listPrice: ({ lines }, line) => lines.listPriceE4Fen[line]!,
  at: ({ lines }, line) => lines.at[line]!,
  until: ({ lines }, line) => lines.until[line]!,
  day: ({ lines }, line) => dayOf(lines.at[line]!),
  lastDay: ({ lines }, line) => dayOf(lines.until[line]!),
  days: ({ lines }, line) => lines.days[line]!,
  timed: ({ lines }, line) => lines.flags[line]! & lineFlag.timed,
  current: ({ lines }, line) => lines.flags[line]! & lineFlag.current,
  splitPack: ({ lines }, line) => lines.flags[line]! & lineFlag.splitPack,
  department: ({ lines }, line) => lines.department.at(line),
  practitioner: ({ lines }, line) => lines.practitioner.at(line),
  prescriptionId: ({ lines }, line) => lines.prescriptionId.at(line),
};

export class AlikeLines {
  /** By line: the first one that is like it. */
  readonly first: Int32Array;
  /** By line: the next one that is like it; -1: none. */
  readonly next: Int32Array;

  constructor(view: ClaimView, traits: readonly LineTrait[]) {
    const { allLines, lines } = view;
    this.first = new Int32Array(lines.count);
    this.next = new Int32Array(lines.count).fill(-1);
    const groups = groupsOf(view, traits);
    const lasts: number[] = [];
    const firstOf: number[] = [];
    for (let i = 0; i < allLines.length; i++) {
      const [line, group] = [allLines[i]!, groups[i]!];
      const known = firstOf[group];
      if (known === undefined) firstOf[group] = line;
      else this.next[lasts[group]!] = line;
      this.first[line] = known ?? line;
      lasts[group] = line;
    }
  }

  /** Whether no other line is like it. */
  isAlone(line: number): boolean {
    return this.first[line] === line && this.next[line] === -1;
  }
}

/** The number of its group for each payable line, counted from 0 in the order of their first lines. */
function groupsOf(view: ClaimView, traits: readonly LineTrait[]): Int32Array {
  const { allLines } = view;
  const groups = new Int32Array(allLines.length);
  const values = new Map<number | string | null, number>();
  const parts = new Map<number, number>();
  for (const trait of traits) {
    values.clear();
    parts.clear();
    const read = traitOf[trait];
    for (let i = 0; i < groups.length; i++) {
      const part = groups[i]! * groups.length + numberOf(values, distinct(read(view, allLines[i]!)));
      groups[i] = numberOf(parts, part);
    }
  }
  return groups;
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

/** A map takes the two zeros for one, a division does not. */
function distinct(value: number | string | null): number | string | null {
  return Object.is(value, -0) ? '-0' : value;
}
