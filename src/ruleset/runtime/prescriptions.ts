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
  readonly #times: number[] = [];
  readonly #loose: number[] = [];
  /** Hash table of groups: number + 1, 0 where free. */
  #slots = new Int32Array(64);
  #grouped = false;

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
    this.real.length = 0;
    this.supposed.length = 0;
    this.#loose.length = 0;
    this.#clearSlots(payable.length);
    let last = -1;
    for (const line of payable) {
      if (!lines.prescriptionId.isKnown(line)) this.#loose.push(line);
      else {
        // Lines of one prescription mostly stand together.
        const isLast = last >= 0 && lines.prescriptionId.isSame(line, this.#firstLineOf(last));
        last = isLast ? last : this.#find(line, lines);
        (this.#members[last] as number[]).push(line);
      }
    }
    this.#suppose();
    for (let i = 0; i < this.real.length + this.supposed.length; i++) {
      this.#times[i] = earliest(this.linesOf(i), lines.at);
    }
  }

  #suppose(): void {
    for (const line of this.#loose) this.#open(this.supposed, line);
    if (this.#loose.length <= 1) return;
    const together = this.#open(this.supposed, null);
    for (const line of this.#loose) together.push(line);
  }

  /** The group of a line's prescription id, opened where it is new. */
  #find(line: number, { prescriptionId }: LineColumns): number {
    const mask = this.#slots.length - 1;
    let slot = prescriptionId.hashAt(line) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const group = (this.#slots[slot] as number) - 1;
      if (prescriptionId.isSame(line, this.#firstLineOf(group))) return group;
    }
    this.#open(this.real, null);
    this.#slots[slot] = this.real.length;
    return this.real.length - 1;
  }

  #firstLineOf(group: number): number {
    return (this.#members[group] as number[])[0] as number;
  }

  #open(kind: number[], line: number | null): number[] {
    const number = this.real.length + this.supposed.length;
    kind.push(number);
    const members = this.#members[number] ?? [];
    this.#members[number] = members;
    members.length = 0;
    if (line !== null) members.push(line);
    return members;
  }

  #clearSlots(lines: number): void {
    if (this.#slots.length < lines * 2) this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(lines * 2)));
    else this.#slots.fill(0);
  }
}

/** NaN where the time of a line is unknown. */
function earliest(members: readonly number[], at: Float64Array): number {
  let time = Number.POSITIVE_INFINITY;
  // Math.min is NaN as soon as one of its arguments is.
  for (const line of members) time = Math.min(time, at[line] as number);
  return time;
}
