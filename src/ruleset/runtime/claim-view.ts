/**
 * A claim as conditions read it: which lines are payable, lines by item code, lines by prescription. Elements are
 * integers everywhere in generated code; a line's number is its position in the order sent. One view serves claim
 * after claim: nothing in it outlives the claim it was opened for, and opening it makes no object per line.
 */
import { assert } from '../../base/assert.js';
import type { ClaimColumns, ClaimHead } from '../../claim/columns/claim-columns.js';
import type { ItemCodes } from '../../claim/columns/item-codes.js';
import { LineColumns, lineFlag, lineKinds } from '../../claim/columns/line-columns.js';
import { type PrescriptionGroups, Prescriptions } from './prescriptions.js';
import { Sums } from './sums.js';
import { Unknown } from './unknown.js';

const none: readonly number[] = [];

export class ClaimView {
  readonly items: ItemCodes;
  /** Words of the `kind` column. */
  readonly kinds: readonly string[] = lineKinds;
  /** Payable lines, ascending. */
  readonly allLines: number[] = [];
  /** Payable lines whose item code is unknown. */
  readonly uncoded: number[] = [];
  readonly allDiagnoses: number[] = [];
  readonly allProcedures: number[] = [];
  /** Of a bare expression. */
  variables: readonly unknown[] = [];
  /** Sums over one item code that were already asked for. */
  readonly sums = new Sums();
  /** For a function that collects lines; whoever fills it is done with it before anybody else asks. */
  readonly scratch: number[] = [];
  readonly #prescriptions = new Prescriptions();
  /** Two numbers an item: its first payable line, and the opening that wrote it. */
  #firsts = new Int32Array(0);
  /** By line: the next payable line of the same item; -1: none. */
  #next = new Int32Array(64);
  #opened = 0;
  /** Of the claim at hand. Plain fields, since every condition reads them. */
  head!: ClaimHead;
  lines: LineColumns;

  constructor(items: ItemCodes) {
    this.items = items;
    this.lines = new LineColumns();
  }

  open(claim: ClaimColumns): this {
    assert(claim.items === this.items, 'the claim was read with the item numbers of this rule set');
    this.head = claim.head;
    this.lines = claim.lines;
    this.sums.forget();
    this.#prescriptions.forget();
    this.#findPayable(claim.lines);
    this.chain(claim.lines);
    countUp(this.allDiagnoses, claim.head.diagnoses.length);
    countUp(this.allProcedures, claim.head.procedures.length);
    return this;
  }

  #findPayable({ count, flags, itemCode }: LineColumns): void {
    let [payable, uncoded] = [0, 0];
    for (let line = 0; line < count; line++) {
      if (((flags[line] as number) & lineFlag.payable) === 0) continue;
      this.allLines[payable++] = line;
      if ((itemCode[line] as number) < 0) this.uncoded[uncoded++] = line;
    }
    this.allLines.length = payable;
    this.uncoded.length = uncoded;
  }

  /** Links the lines of each item, from the last to the first, so that chains ascend. */
  protected chain({ count, itemCode }: LineColumns): void {
    this.#makeRoom(count);
    const opened = ++this.#opened;
    for (let k = this.allLines.length - 1; k >= 0; k--) {
      const line = this.allLines[k] as number;
      const item = itemCode[line] as number;
      if (item < 0) continue;
      const at = item * 2;
      this.#next[line] = this.#firsts[at + 1] === opened ? (this.#firsts[at] as number) : -1;
      this.#firsts[at] = line;
      this.#firsts[at + 1] = opened;
    }
  }

  #makeRoom(lines: number): void {
    if (this.#next.length < lines) this.#next = new Int32Array(lines * 2);
    const { size } = this.items;
    if (this.#firsts.length >= size * 2 && this.#opened < 2 ** 31 - 2) return;
    this.#firsts = new Int32Array(2 * (size + (size >> 2) + 64));
    this.#opened = 0;
  }

  /** The first payable line with an item; -1 where there is none. */
  firstOf(item: number): number {
    const at = item * 2;
    return item >= 0 && this.#firsts[at + 1] === this.#opened ? (this.#firsts[at] as number) : -1;
  }

  /** The payable line after this one that has the same item; -1 where there is none. */
  nextOf(line: number): number {
    return this.#next[line] as number;
  }

  linesOf(item: number): readonly number[] {
    const first = this.firstOf(item);
    if (first < 0) return none;
    const lines = [first];
    for (let line = this.nextOf(first); line >= 0; line = this.nextOf(line)) lines.push(line);
    return lines;
  }

  /**
   * Lines that can have one of these items: those that have it, and those whose code is unknown; ascending.
   */
  candidates(key: number | readonly number[] | Unknown): readonly number[] {
    if (key instanceof Unknown) return this.allLines;
    if (typeof key === 'number' && this.uncoded.length === 0) return this.linesOf(key);
    const found = new Set(this.uncoded);
    for (const item of typeof key === 'number' ? [key] : key) {
      for (let line = this.firstOf(item); line >= 0; line = this.nextOf(line)) found.add(line);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** For messages: a sender that names no item leaves its code to tell a person which it is. */
  itemNameAt(line: number): string | null {
    return this.lines.itemName.at(line) ?? this.itemTextAt(line);
  }

  itemTextAt(line: number): string | null {
    const item = this.lines.itemCode[line] as number;
    return item < 0 ? null : this.items.textOf(item);
  }

  lineId(line: number): string {
    return this.lines.id.at(line) ?? '';
  }

  isCurrent(line: number): boolean {
    return this.lines.hasFlag(line, lineFlag.current);
  }

  /** Groups of lines with equal prescription id, in the order of their first lines. */
  get allPrescriptions(): readonly number[] {
    return this.#groups().real;
  }

  /**
   * What lines without a prescription id could be: each a prescription of its own, or all of them one. Rules
   * are asked whether they could apply to them, never make findings of them. Numbered after the real ones.
   */
  get supposed(): readonly number[] {
    return this.#groups().supposed;
  }

  prescriptionLines(prescription: number): readonly number[] {
    return this.#groups().linesOf(prescription);
  }

  /** The earliest of its lines; NaN where a line's time is unknown. */
  prescriptionTimeAt(prescription: number): number {
    return this.#groups().timeOf(prescription);
  }

  prescriptionIdAt(prescription: number): string | null {
    const line = this.#groups().namedBy(prescription);
    return line < 0 ? '' : this.lines.prescriptionId.at(line);
  }

  #groups(): PrescriptionGroups {
    return this.#prescriptions.of(this.allLines, this.lines);
  }
}

/** The same view without any index: every question walks over all lines. For tests of the index. */
export class ScanningView extends ClaimView {
  protected override chain(): void {}

  override firstOf(item: number): number {
    return this.#from(0, item);
  }

  override nextOf(line: number): number {
    return this.#from(this.allLines.indexOf(line) + 1, this.lines.itemCode[line] as number);
  }

  override candidates(): readonly number[] {
    return this.allLines;
  }

  #from(position: number, item: number): number {
    const isItem = (line: number) => this.lines.itemCode[line] === item;
    return item < 0 ? -1 : (this.allLines.slice(position).find(isItem) ?? -1);
  }
}

/** Makes the list 0, 1 … count - 1. */
function countUp(list: number[], count: number): void {
  for (let i = list.length; i < count; i++) list.push(i);
  list.length = count;
}
