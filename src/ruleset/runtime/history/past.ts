/** The recorded past of the claim's patient, without what the claim itself repeats of it. */
import { assert } from '../../../base/assert.js';
import { dayOf, type EpochDay, type EpochMs } from '../../../base/calendar.js';
import type { ItemCodes } from '../../../claim/columns/item-codes.js';
import { lineFlag } from '../../../claim/columns/line-columns.js';
import { encounterKey, encounterNames, lineKey } from '../../../history/events/patient-keys.js';
import type { PatientHistory } from '../../../history/patient-history.js';
import type { ClaimView } from '../claim-view.js';
import { CodeFacts } from './code-facts.js';
import { CodesByGeneric } from './codes-by-generic.js';
import { itemSetOf } from './item-set.js';
import { longestServiceDays } from './service-days.js';

/** More than any calendar day, in either direction. */
const dayRange = 8_000_000;

export class Past {
  /** The claim's own encounter among the recorded ones; -1: it is not among them. */
  ownEncounter = -1;
  #patient: PatientHistory | null = null;
  /** Recorded lines that the claim sends again. */
  readonly #repeated = new Set<number>();
  /** From item numbers to the patient's codes. */
  readonly #codes = new Map<number, number>();
  readonly #facts = new CodeFacts();
  /** By code that has lines: its number among items; and by generic: its codes. Made when asked for. */
  #itemOf: Int32Array | null = null;
  readonly #generics = new CodesByGeneric();
  /** Texts of the codes that have lines. */
  readonly #texts: (string | undefined)[] = [];
  /** By code: its last recorded line; by line: the one before it of the same code; -1: none. */
  #lastOf = new Int32Array(64);
  #before = new Int32Array(256);
  /** By code: the question that took it up last. */
  #askedBy = new Int32Array(64);
  #question = 0;
  readonly #found: number[] = [];
  #firstAt: Float64Array | null = null;

  open(patient: PatientHistory, view: ClaimView): void {
    this.#patient = patient;
    this.#firstAt = null;
    this.#itemOf = null;
    this.#facts.beginClaim();
    this.#generics.forget();
    if (this.#texts.length > 0) this.#texts.length = 0;
    this.#codes.clear();
    this.#repeated.clear();
    this.ownEncounter = ownEncounter(patient, view);
    this.#makeRoom();
    if (patient.lines === 0) return;
    if (this.ownEncounter >= 0) this.#repeatById(view);
    this.#repeatByDay(view);
    this.#chain();
  }

  get patient(): PatientHistory {
    assert(this.#patient !== null, 'a patient was looked up');
    return this.#patient;
  }

  /** Recorded lines of some items. Valid until the next list is asked for. */
  linesOf(view: ClaimView, items: number | readonly number[]): readonly number[] {
    this.#found.length = 0;
    if (typeof items === 'number') this.#take(this.#codeOf(view, items));
    else if (items.length > this.patient.codes) this.#takeListed(view, items);
    else {
      this.#question++;
      for (const item of items) this.#takeOnce(this.#codeOf(view, item));
    }
    return this.#found;
  }

  /** The same for items whose code begins with one of these. */
  linesStarting(prefixes: readonly string[]): readonly number[] {
    const { patient } = this;
    this.#found.length = 0;
    for (let code = 0; code < patient.codes; code++) {
      const hasLines = this.#lastOf[code]! >= 0;
      if (hasLines && startsWithAny(this.#textOf(code), prefixes)) this.#take(code);
    }
    return this.#found;
  }

  /** The same for western drugs whose code begins with a generic's, which is `genericLength` characters. */
  linesOfGeneric({ items }: ClaimView, generic: string): readonly number[] {
    this.#found.length = 0;
    if (!this.#generics.isMade) this.#findGenerics(items);
    const number = this.#facts.findGeneric(generic);
    for (let code = this.#generics.firstOf(number); code >= 0; code = this.#generics.nextOf(code))
      this.#take(code);
    return this.#found;
  }

  /** When an encounter began: its admission, else its first service; NaN where neither is known. */
  beginningOf(encounter: number): EpochMs {
    return this.patient.admittedAt(encounter) ?? this.#firstServices()[encounter]!;
  }

  /** Bounded like the claim's own lines. */
  lastDayOf(line: number): EpochDay {
    const { patient } = this;
    return Math.min(patient.lineLastDay(line), patient.lineFirstDay(line) + longestServiceDays - 1);
  }

  /** From a long list: what the patient had is looked up in it. */
  #takeListed(view: ClaimView, items: readonly number[]): void {
    const set = itemSetOf(items);
    this.#itemOf ??= this.#findItems(view);
    for (let code = 0; code < this.#itemOf.length; code++) {
      const item = this.#itemOf[code]!;
      if (item >= 0 && set.has(item)) this.#take(code);
    }
  }

  #findItems({ items }: ClaimView): Int32Array {
    const itemOf = new Int32Array(this.patient.codes).fill(-1);
    for (let code = 0; code < itemOf.length; code++) {
      if (this.#lastOf[code]! < 0) continue;
      const text = this.#textOf(code);
      const { item } = this.#facts.of(text, items);
      itemOf[code] = item >= 0 ? item : items.numberOf(text);
    }
    return itemOf;
  }

  #findGenerics(items: ItemCodes): void {
    const { codes } = this.patient;
    this.#generics.begin(codes);
    // From behind, so that each generic's codes ascend.
    for (let code = codes - 1; code >= 0; code--) {
      if (this.#lastOf[code]! >= 0)
        this.#generics.add(code, this.#facts.of(this.#textOf(code), items).generic);
    }
  }

  #textOf(code: number): string {
    const known = this.#texts[code];
    if (known !== undefined) return known;
    const text = this.patient.codeText(code);
    this.#texts[code] = text;
    return text;
  }

  #takeOnce(code: number): void {
    if (code < 0 || this.#askedBy[code] === this.#question) return;
    this.#askedBy[code] = this.#question;
    this.#take(code);
  }

  #take(code: number): void {
    if (code < 0) return;
    for (let line = this.#lastOf[code]!; line >= 0; line = this.#before[line]!) this.#found.push(line);
  }

  #codeOf(view: ClaimView, item: number): number {
    const known = this.#codes.get(item);
    if (known !== undefined) return known;
    const code = this.patient.findCode(view.items.textOf(item));
    this.#codes.set(item, code);
    return code;
  }

  #makeRoom(): void {
    const { codes, lines } = this.patient;
    if (this.#lastOf.length < codes) {
      this.#lastOf = new Int32Array(codes * 2);
      this.#askedBy = new Int32Array(codes * 2);
    }
    if (this.#before.length < lines) this.#before = new Int32Array(lines * 2);
    this.#lastOf.fill(-1, 0, codes);
    this.#askedBy.fill(0, 0, codes);
    this.#question = 0;
  }

  /** Links the lines of each code, so that a question about an item meets no other. */
  #chain(): void {
    const { patient } = this;
    const isAny = this.#repeated.size > 0;
    for (let line = 0; line < patient.lines; line++) {
      if (isAny && this.#repeated.has(line)) continue;
      const code = patient.lineCode(line);
      this.#before[line] = this.#lastOf[code]!;
      this.#lastOf[code] = line;
    }
  }

  #firstServices(): Float64Array {
    if (this.#firstAt !== null) return this.#firstAt;
    const { patient } = this;
    const firstAt = new Float64Array(patient.encounters).fill(Number.NaN);
    for (let line = patient.lines - 1; line >= 0; line--) {
      firstAt[patient.lineEncounter(line)] = patient.lineAt(line);
    }
    this.#firstAt = firstAt;
    return firstAt;
  }

  /** Lines of the claim's own encounter that were recorded before: what the claim says of them now counts. */
  #repeatById(view: ClaimView): void {
    const { patient, ownEncounter: own } = this;
    const names = namesOf(view) ?? [];
    const sent = new Set<string>();
    for (let line = 0; line < view.lines.count; line++) {
      sent.add(lineKey(names, view.lineId(line)).join());
    }
    for (let line = 0; line < patient.lines; line++) {
      if (patient.lineEncounter(line) === own && sent.has(patient.lineKey(line).join()))
        this.#repeated.add(line);
    }
  }

  /**
   * What a request brings along of earlier encounters carries neither their ids nor, in an order, the ids of their
   * fees: the same item on the same day is taken to be the same service.
   */
  #repeatByDay(view: ClaimView): void {
    const { lines, allLines } = view;
    let brought: Set<number> | null = null;
    for (const line of allLines) {
      const [item, at] = [lines.itemCode[line]!, lines.at[line]!];
      if (lines.hasFlag(line, lineFlag.current) || item < 0 || Number.isNaN(at)) continue;
      const code = this.#codeOf(view, item);
      if (code < 0) continue;
      brought ??= new Set();
      brought.add(code * dayRange + dayOf(at));
    }
    if (brought === null) return;
    const { patient } = this;
    for (let line = 0; line < patient.lines; line++) {
      if (brought.has(patient.lineCode(line) * dayRange + patient.lineFirstDay(line)))
        this.#repeated.add(line);
    }
  }
}

function ownEncounter(patient: PatientHistory, view: ClaimView): number {
  const names = namesOf(view);
  if (names === null) return -1;
  const [high, low] = encounterKey(names);
  for (let e = 0; e < patient.encounters; e++) {
    const key = patient.encounterKey(e);
    if (key[0] === high && key[1] === low) return e;
  }
  return -1;
}

/** What the claim's encounter is recorded under. Null: nobody can say. */
function namesOf({ head }: ClaimView): readonly string[] | null {
  const { institution, encounter, claimId } = head;
  return institution.code === null ? null : encounterNames(institution.code, encounter.id, claimId);
}

export function startsWithAny(text: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => text.startsWith(prefix));
}
