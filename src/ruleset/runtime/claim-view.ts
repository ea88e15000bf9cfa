/**
 * A claim as conditions read it: which lines are payable, lines by item code, lines by prescription. Elements are
 * integers everywhere in generated code; a line's number is its position in the order sent. One view serves claim
 * after claim: nothing in it outlives the claim it was opened for, and opening it makes no object per line.
 */
import { assert } from '../../base/assert.js';
import type { ClaimColumns, ClaimHead } from '../../claim/columns/claim-columns.js';
import type { ItemCodes } from '../../claim/columns/item-codes.js';
import { LineColumns, lineFlag, lineKinds } from '../../claim/columns/line-columns.js';
import type { HistorySource } from '../../history/patient-history.js';
import { ClaimHistory } from './history/claim-history.js';
import { ItemLines } from './item-lines.js';
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
  /** Payable lines by item. */
  readonly itemLines = new ItemLines();
  /** Numbers of texts of the head, as first looks compare them; see words.ts. */
  words: Int32Array = new Int32Array(0);
  /** Of a bare expression. */
  variables: readonly unknown[] = [];
  /** Sums over one item code that were already asked for. */
  readonly sums = new Sums();
  /** For a function that collects lines; whoever fills it is done with it before anybody else asks. */
  readonly scratch: number[] = [];
  readonly #prescriptions = new Prescriptions();
  /** What was recorded before. */
  readonly history = new ClaimHistory();
  /** Of the claim at hand. Plain fields, since every condition reads them. */
  head!: ClaimHead;
  lines: LineColumns;

  constructor(items: ItemCodes) {
    this.items = items;
    this.lines = new LineColumns();
  }

  /** `history`: null where nothing is known of any past. */
  open(claim: ClaimColumns, history: HistorySource | null = null): this {
    assert(claim.items === this.items, 'the claim was read with the item numbers of this rule set');
    this.head = claim.head;
    this.lines = claim.lines;
    this.sums.forget();
    this.history.open(history);
    this.#prescriptions.forget();
    this.#findPayable(claim.lines);
    countUp(this.allDiagnoses, claim.head.diagnoses.length);
    countUp(this.allProcedures, claim.head.procedures.length);
    return this;
  }

  #findPayable({ count, flags, itemCode }: LineColumns): void {
    const { allLines, uncoded, itemLines } = this;
    let [payable, unknown] = [0, 0];
    for (let line = 0; line < count; line++) {
      if (((flags[line] as number) & lineFlag.payable) === 0) continue;
      allLines[payable++] = line;
      if ((itemCode[line] as number) < 0) uncoded[unknown++] = line;
    }
    // Setting a length takes longer than all the rest of this, even where it is the same.
    if (allLines.length !== payable) allLines.length = payable;
    if (uncoded.length !== unknown) uncoded.length = unknown;
    itemLines.fill(allLines, count, itemCode);
  }

  /** The first payable line with an item; -1 where there is none. */
  firstOf(item: number): number {
    return item < 0 ? -1 : this.itemLines.firstOf(item);
  }

  /** The payable line after this one that has the same item; -1 where there is none. */
  nextOf(line: number): number {
    return this.itemLines.nextOf(line);
  }

  /** Whether a payable line has an item, or could have it. */
  mayHave(item: number): boolean {
    return this.uncoded.length > 0 || this.firstOf(item) >= 0;
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
    const coded = this.coded(key);
    return this.uncoded.length === 0 ? coded : merged(coded, this.uncoded);
  }

  /** Lines that have one of these items; ascending. */
  coded(key: number | readonly number[]): readonly number[] {
    if (typeof key === 'number') return this.linesOf(key);
    const found = new Set<number>();
    for (const item of key) {
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

/** Two ascending lists that have nothing in common. */
function merged(a: readonly number[], b: readonly number[]): readonly number[] {
  const all: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const takesA = j >= b.length || (i < a.length && a[i]! < b[j]!);
    all.push(takesA ? a[i++]! : b[j++]!);
  }
  return all;
}

/** Makes the list 0, 1 … count - 1. */
function countUp(list: number[], count: number): void {
  for (let i = list.length; i < count; i++) list.push(i);
  if (list.length !== count) list.length = count;
}
