/** Lines grouped by prescription, when a rule first asks; arrays are reused from claim to claim. */
import type { LineColumns } from '../../claim/columns/line-columns.js';

/** First the real groups, then the supposed ones; see ClaimView. */
export interface PrescriptionGroups {
  readonly real: readonly number[];
  readonly supposed: readonly number[];
  linesOf(prescription: number): readonly number[];
  timeOf(prescription: number): number;
  /** A line that carries the prescription's id; -1 for a supposed one. */
  namedBy(prescription: number): number;
}

export class Prescriptions implements PrescriptionGroups {
  readonly real: number[] = [];
  readonly supposed: number[] = [];
  readonly #members: number[][] = [];
  /** Of each group, how many of `#members` are in use while it is filled. */
  readonly #sizes: number[] = [];
  readonly #times: number[] = [];
  readonly #loose: number[] = [];
  /** Hash table of groups: number + 1, 0 where free. */
  #slots = new Int32Array(64);
  #grouped = false;
  #groups = 0;

  forget(): void {
    this.#grouped = false;
  }

  of(payable: readonly number[], lines: LineColumns): PrescriptionGroups {
    if (!this.#grouped) this.#group(payable, lines);
    return this;
  }

  linesOf(prescription: number): readonly number[] {
    return this.#members[prescription] as number[];
  }

  timeOf(prescription: number): number {
    return this.#times[prescription] as number;
  }

  namedBy(prescription: number): number {
    return prescription < this.real.length ? (this.linesOf(prescription)[0] as number) : -1;
  }

  #group(payable: readonly number[], lines: LineColumns): void {
    this.#grouped = true;
    const { real, supposed } = this;
    this.#clearSlots(payable.length);
    this.#groups = 0;
    let loose = 0;
    let last = -1;
    for (const line of payable) {
      if (!lines.prescriptionId.isKnown(line)) this.#loose[loose++] = line;
      else {
        // Lines of one prescription mostly stand together.
        const isLast = last >= 0 && lines.prescriptionId.isSame(line, this.#firstLineOf(last));
        last = isLast ? last : this.#find(line, lines);
        this.#join(last, line);
      }
    }
    const named = this.#groups;
    cutTo(this.#loose, loose);
    this.#suppose();
    count(real, 0, named);
    count(supposed, named, this.#groups);
    for (let i = 0; i < this.#groups; i++) {
      cutTo(this.#members[i] as number[], this.#sizes[i] as number);
      this.#times[i] = earliest(this.linesOf(i), lines.at);
    }
  }

  #suppose(): void {
    for (const line of this.#loose) this.#join(this.#open(), line);
    if (this.#loose.length <= 1) return;
    const together = this.#open();
    for (const line of this.#loose) this.#join(together, line);
  }

  /** The group of a line's prescription id, opened where it is new. */
  #find(line: number, { prescriptionId }: LineColumns): number {
    const mask = this.#slots.length - 1;
    let slot = prescriptionId.hashAt(line) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const group = (this.#slots[slot] as number) - 1;
      if (prescriptionId.isSame(line, this.#firstLineOf(group))) return group;
    }
    const group = this.#open();
    this.#slots[slot] = group + 1;
    return group;
  }

  #firstLineOf(group: number): number {
    return (this.#members[group] as number[])[0] as number;
  }

  /** A group without lines, and its number. */
  #open(): number {
    const group = this.#groups++;
    if (group === this.#members.length) this.#members.push([]);
    this.#sizes[group] = 0;
    return group;
  }

  #join(group: number, line: number): void {
    const size = this.#sizes[group] as number;
    (this.#members[group] as number[])[size] = line;
    this.#sizes[group] = size + 1;
  }

  #clearSlots(lines: number): void {
    if (this.#slots.length < lines * 2) this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(lines * 2)));
    else this.#slots.fill(0);
  }
}

/** Makes the list `from` … `to` - 1. */
function count(list: number[], from: number, to: number): void {
  for (let i = from; i < to; i++) list[i - from] = i;
  cutTo(list, to - from);
}

/** Setting a length is slow, even where it is the same, and setting 0 gives the list's memory away. */
function cutTo(list: number[], length: number): void {
  if (list.length !== length) list.length = length;
}

/** NaN where the time of a line is unknown. */
function earliest(members: readonly number[], at: Float64Array): number {
  let time = Number.POSITIVE_INFINITY;
  // Math.min is NaN as soon as one of its arguments is.
  for (const line of members) time = Math.min(time, at[line] as number);
  return time;
}
