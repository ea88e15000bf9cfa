/**
 * Asks one anchor with its rows together with every partner. A line without an item code could be anybody's partner,
 * but never surely is, so a claim full of them would ask each of its lines with all others for nothing but the facts
 * that are missing: such lines are only asked until they can add none. Where a claim asks very many pairs all the same,
 * lines that are alike are asked as one.
 */
import { assert } from '../../base/assert.js';
import type { ArtifactRule, ArtifactWithoutTables } from '../compile/artifact.js';
import { AlikeLines } from './alike-lines.js';
import type { ClaimView } from './claim-view.js';
import { type PairAnswer, PairAnswers, type PairQuestion, type Partner } from './pair-answers.js';
import type { CompiledRule } from './rule-matcher.js';
import type { Table } from './tables/table.js';
import { both, type Truth, Unknown } from './unknown.js';

/** Partner whose row cannot be found because its key is unknown. */
const unknownRow = -2;
const allBits = -1;
/** The last bit of a mask stands for all sources from this one on. */
const lastBit = 30;

/** Lines are put together once a rule has asked so many pairs for each of them. */
const pairsPerLine = 16;

/** Used again for each anchor. */
export class Partners {
  /** Whether it is asked who could not be decided: only of what is being ordered. */
  listsUndecided = true;
  /** Pairs that were looked at since a rule was begun. */
  looked = 0;
  readonly #held: Partner[] = [];
  /** Empty where nobody asks. */
  readonly #undecided: Partner[] = [];
  readonly #byScan: boolean;
  /** Of the rule and claim at hand; null: lines are asked one by one. */
  #alike: AlikeLines | null = null;
  /** What was answered, where lines are asked as one. */
  readonly #answers = new PairAnswers();
  #answer: PairAnswer | null = null;
  /** It is known what is answered. */
  #isDone = false;
  /** Where the last one stood that decided alone; the next anchor's is mostly near. */
  #start = 0;
  #doubt: false | Unknown = false;
  /** Bits that a partner could add to an anchor without rows, and to one that has some. */
  #openWithoutRows = allBits;
  #open = allBits;
  /** Those that the anchor at hand lacks. */
  #wanted = allBits;
  /** What else must hold is unknown, and nobody asks for names: a single partner that holds decides. */
  #isShort = false;
  /** Nothing that a partner leaves open would change the answer. */
  #isSettled = false;
  /** The last anchor; mostly one of the same day. -1: none. */
  #previous = -1;
  // The question at hand.
  #compiled!: CompiledRule;
  #view!: ClaimView;
  #anchor = -1;
  #row0 = -1;
  #row1 = -1;
  #isCertain = false;

  constructor(byScan: boolean) {
    this.#byScan = byScan;
  }

  /**
   * Before a rule is asked about a claim; `known`: facts that the claim knows, null: all that the rule needs. Where
   * undecided partners are listed, all are asked.
   */
  begin(
    artifact: ArtifactWithoutTables,
    { rule }: CompiledRule,
    known: number | null,
    listsUndecided: boolean,
  ): void {
    this.end();
    this.listsUndecided = listsUndecided;
    this.#previous = -1;
    this.looked = 0;
    this.#start = 0;
    this.#open = allBits;
    this.#openWithoutRows = allBits;
    if (listsUndecided || known === null) return;
    this.#open = openBits(artifact, rule, known, true);
    this.#openWithoutRows = openBits(artifact, rule, known, false);
  }

  /**
   * True where the condition holds for some partner; `partners` then has them. `before`: what else must hold. Where
   * that is unknown, nobody is named.
   */
  ask(
    compiled: CompiledRule,
    view: ClaimView,
    anchor: number,
    row0: number,
    row1: number,
    isCertain: boolean,
    before: true | Unknown,
  ): Truth {
    this.#compiled = compiled;
    this.#view = view;
    [this.#anchor, this.#row0, this.#row1] = [anchor, row0, row1];
    this.#isCertain = isCertain;
    this.#answer = null;
    if (!this.#putsTogether()) return this.#askAlone(before);
    const alike = this.#alike!;
    const mask = before === true ? 0 : before.mask;
    const question = { first: alike.first[anchor]!, row0, row1, isCertain, mask };
    this.#answer = this.#answers.find(question) ?? this.#newAnswer(question, alike, before);
    return this.#answer.truth;
  }

  /** Forgets what is of one claim. */
  end(): void {
    this.#alike = null;
    this.#answer = null;
    this.#answers.forget();
  }

  /** Who was found: those that hold, and where it is asked, those that could not be decided. */
  partners(withUndecided: boolean): readonly Partner[] {
    if (this.#answer !== null) return this.#answer.partners(this.#anchor, withUndecided);
    return withUndecided ? [...this.#held, ...this.#undecided] : [...this.#held];
  }

  #newAnswer(question: PairQuestion, alike: AlikeLines, before: true | Unknown): PairAnswer {
    const truth = this.#askAlone(before);
    return this.#answers.add(question, truth, alike, this.#held, this.#undecided);
  }

  /** Whether lines that are alike are asked as one; only of lines as anchors. */
  #putsTogether(): boolean {
    if (this.#alike !== null) return true;
    const { partner, index } = this.#compiled.rule;
    const isOfLine = index.by !== 'prescription' && index.by !== 'claim';
    if (this.#byScan || !isOfLine || partner === null || partner.reads === null) return false;
    if (this.looked <= pairsPerLine * this.#view.allLines.length) return false;
    this.#alike = new AlikeLines(this.#view, partner.reads);
    return true;
  }

  #askAlone(before: true | Unknown): Truth {
    if (this.#held.length > 0) this.#held.length = 0;
    if (this.#undecided.length > 0) this.#undecided.length = 0;
    this.#doubt = false;
    this.#isSettled = false;
    this.#isDone = false;
    const open = this.#row0 < 0 && this.#row1 < 0 ? this.#openWithoutRows : this.#open;
    this.#wanted = before === true ? open : open & ~before.mask;
    this.#isShort = before !== true && !this.listsUndecided;
    this.#askAll();
    return this.#held.length > 0 ? true : this.#doubt;
  }

  #askAll(): void {
    const { rule, generated } = this.#compiled;
    const { partner, index } = rule;
    assert(partner !== null, 'a pair needs a partner');
    const [view, anchor] = [this.#view, this.#anchor];
    const own = index.by === 'prescription' || index.by === 'claim' ? -1 : anchor;
    if (partner.source === 'prescription.lines') {
      this.#askEach(view.prescriptionLines(anchor), own);
      return;
    }
    const { probe } = generated;
    const key = probe === null ? null : probe(view, anchor, this.#row0, this.#row1, -1, -1);
    if (key === null || this.listsUndecided) {
      if (!this.listsUndecided) this.#askPrevious(own);
      this.#askEach(key === null ? view.allLines : view.candidates(key), own);
      return;
    }
    const { uncoded, allLines } = view;
    if (!(key instanceof Unknown)) this.#askEach(view.coded(key), own);
    else if (uncoded.length < allLines.length) this.#askCoded(allLines, own);
    this.#askUncoded(uncoded, own);
  }

  /** Itself; where lines are asked as one, one that stands for others is asked all the same. */
  #isLeftOut(line: number, own: number): boolean {
    const alike = this.#alike;
    if (alike === null) return line === own;
    return alike.first[line] !== line || (line === own && alike.isAlone(line));
  }

  #askEach(lines: readonly number[], own: number): void {
    const { partnerTable, generated } = this.#compiled;
    const [view, anchor, row0, row1] = [this.#view, this.#anchor, this.#row0, this.#row1];
    const keyOf = partnerTable !== null && isBounded(partnerTable) ? generated.partnerKey : null;
    const start = this.#isShort && this.#start < lines.length ? this.#start : 0;
    for (let n = 0; n < lines.length && !this.#isDone; n++) {
      const i = start + n < lines.length ? start + n : start + n - lines.length;
      const line = lines[i]!;
      if (this.#isLeftOut(line, own)) continue;
      // One whose row is not to be found cannot hold.
      const isVain =
        this.#isSettled && keyOf !== null && keyOf(view, anchor, row0, row1, line, -1) instanceof Unknown;
      if (!isVain) this.#askLine(line);
      if (this.#isDone) this.#start = i;
    }
  }

  #askCoded(lines: readonly number[], own: number): void {
    const { itemCode } = this.#view.lines;
    for (let i = 0; i < lines.length && !this.#isDone; i++) {
      const line = lines[i]!;
      if (itemCode[line]! >= 0 && !this.#isLeftOut(line, own)) this.#askLine(line);
    }
  }

  /** The rule asks for an item code, so none of these can be said to hold. */
  #askUncoded(lines: readonly number[], own: number): void {
    if (lines.length === 0) return;
    if (!this.#isSettled) this.#askPrevious(own);
    for (let i = 0; i < lines.length && !this.#isSettled && !this.#isDone; i++) {
      if (!this.#isLeftOut(lines[i]!, own)) this.#askLine(lines[i]!);
    }
  }

  /** The last anchor without an item code, if it is sure not to hold: it is mostly of the same day. */
  #askPrevious(own: number): void {
    const { partnerTable, generated, rule } = this.#compiled;
    const previous = this.#previous;
    if (own < 0 || this.#view.lines.itemCode[own]! >= 0) return;
    this.#previous = own;
    if (previous < 0 || previous === own) return;
    const isDoubtful =
      rule.partner!.probed ||
      (partnerTable !== null &&
        isBounded(partnerTable) &&
        generated.partnerKey!(this.#view, this.#anchor, this.#row0, this.#row1, previous, -1) instanceof
          Unknown);
    if (isDoubtful) this.#askLine(previous);
  }

  #askLine(line: number): void {
    this.looked++;
    const { partnerTable, generated } = this.#compiled;
    const [view, anchor, row0, row1] = [this.#view, this.#anchor, this.#row0, this.#row1];
    const pair = this.#isCertain ? generated.pairFast! : generated.pairFull!;
    if (partnerTable === null) {
      this.#note(pair(view, anchor, row0, row1, line, -1), line, -1);
      return;
    }
    const key = generated.partnerKey!(view, anchor, row0, row1, line, -1);
    if (key instanceof Unknown) {
      this.#note(generated.pairFull!(view, anchor, row0, row1, line, -1), line, unknownRow);
      return;
    }
    if (this.#byScan) {
      for (const row of partnerTable.rowsOfByScan(key)) {
        this.#note(pair(view, anchor, row0, row1, line, row), line, row);
      }
      return;
    }
    const place = partnerTable.positionOf(key);
    if (place < 0) return;
    const end = partnerTable.rowStart[place + 1]!;
    for (let i = partnerTable.rowStart[place]!; i < end; i++) {
      const row = partnerTable.rowNumbers[i]!;
      this.#note(pair(view, anchor, row0, row1, line, row), line, row);
    }
  }

  #note(truth: Truth, line: number, row: number): void {
    if (truth === false) return;
    if (truth === true) {
      if (this.#held.at(-1)?.line !== line) this.#held.push({ line, row });
      this.#isSettled = !this.listsUndecided;
      this.#isDone = this.#isShort;
      return;
    }
    const doubt = this.#doubt === false ? truth : both(this.#doubt, truth);
    this.#doubt = doubt;
    if (this.listsUndecided) this.#undecided.push({ line, row });
    else if ((this.#wanted & ~doubt.mask) === 0) this.#isSettled = true;
    // Nothing is open but what `before` lacks itself: it is the answer, whoever else holds.
    if (this.#isShort && this.#wanted === 0) this.#isDone = true;
  }
}

/** Whether a row has to be in force, which is unknown of one that is not found. */
function isBounded({ isDated, isRegional }: Table): boolean {
  return isDated || isRegional;
}

/**
 * Bits of all that can leave a pair open in a claim. What the two-valued form relies on is all of the claim that the
 * pair reads; cells are read where there is a row.
 */
function openBits(
  { knownFacts }: ArtifactWithoutTables,
  { needs, sources, joins, partner }: ArtifactRule,
  known: number,
  withRows: boolean,
): number {
  if (needs === null || sources.some(({ cause }) => cause === 'history')) return allBits;
  const readsCells = withRows || joins.length > 1 || partner?.table !== null;
  const tables = readsCells ? [...joins.map(({ table }) => table), partner?.table ?? null] : [];
  let bits = 0;
  for (const [i, { fact }] of sources.entries()) {
    const place = knownFacts.indexOf(fact);
    const isKnown = place >= 0 && (known & (1 << place)) !== 0;
    const isNeeded = place >= 0 && (needs & (1 << place)) !== 0;
    const isCell = tables.some((table) => table !== null && fact.startsWith(`${table}.`));
    // The item code of an anchor is not needed: without one it is asked in the three-valued form.
    if (!isKnown && (isNeeded || isCell || fact === 'line.itemCode')) bits |= 1 << Math.min(i, lastBit);
  }
  return bits;
}
