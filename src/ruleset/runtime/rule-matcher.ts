/**
 * Runs one rule over a claim: for every anchor, every joined row, every partner. Says what held and what could not
 * be decided; makes no findings. Where nothing holds, nothing is made.
 */
import { assert } from '../../base/assert.js';
import type { ArtifactRule, ArtifactWithoutTables, RuleIndex } from '../compile/artifact.js';
import { AskedRules } from './asked-rules.js';
import type { ClaimView } from './claim-view.js';
import type { Generated, GeneratedRule } from './generated.js';
import { cellReader, noRow, type RuleEntry } from './item-entries.js';
import type { Partner } from './pair-answers.js';
import { Partners } from './partners.js';
import { isPreEvent } from './roles.js';
import { sceneBit, sceneBits } from './scenes.js';
import type { Meter } from './screened.js';
import { isInForce } from './table-rows.js';
import type { Table } from './tables/table.js';
import type { Tables } from './tables/tables.js';
import { both, type Truth, Unknown } from './unknown.js';
import { mostWords, Words } from './words.js';

/** One anchor with its rows. -1: the rule has none, or (row) it is not known which. */
export interface Spot {
  readonly anchor: number;
  readonly row0: number;
  readonly row1: number;
}

/** The partners of a rule that has none. */
const alone: readonly Partner[] = [{ line: -1, row: -1 }];
const nobody: readonly Partner[] = [];

export interface Match {
  readonly spot: Spot;
  /** Never empty where the match holds, nor where it is undecided in what is being ordered. */
  readonly partners: readonly Partner[];
}

export interface Undecided extends Match {
  readonly mask: number;
}

/** What a rule says about a claim. */
export interface RuleMatches {
  readonly held: Match[];
  readonly undecided: Undecided[];
  /** The budget ended before all anchors were asked. */
  isCut: boolean;
}

/** Where a single anchor is asked. */
const unhurried = { mayGoOn: () => true };

/** Anchors between two looks at the clock. */
const anchorsPerLook = 16;
/** Or pairs of lines, where an anchor has very many partners. */
const pairsPerLook = 256;

/** Numbers of lines or prescriptions to ask a rule for; -1 for the claim as a whole. */
export interface Anchors {
  readonly lines: readonly number[];
  /** With each line the row of the first join, `noRow` where it has to be found; null: for none it is known. */
  readonly rows: readonly number[] | null;
}

const wholeClaim: Anchors = { lines: [-1], rows: null };

export interface CompiledRule {
  readonly position: number;
  readonly rule: ArtifactRule;
  readonly generated: GeneratedRule;
  /** Tables of the joins, and the partner's. */
  readonly joins: readonly Table[];
  readonly partnerTable: Table | null;
  /** The index asks it only with rows of the first join that are in force; see plan.ts. */
  readonly isFoundInForce: boolean;
}

export class RuleMatcher {
  readonly rules: readonly CompiledRule[];
  readonly artifact: ArtifactWithoutTables;
  readonly tables: Tables;
  readonly knownMask: Generated['knownMask'];
  readonly #byScan: boolean;
  readonly #asked: AskedRules;
  /** Of the rule at hand; emptied before the next one. */
  readonly #partners: Partners;
  readonly #anchorKinds: readonly RuleIndex['by'][];
  readonly #readWords: Generated['readWords'];
  readonly #words: Words;
  readonly #wordNumbers = new Int32Array(mostWords);
  /** Facts that the claim at hand knows. */
  #known = 0;
  readonly #matches: RuleMatches = { held: [], undecided: [], isCut: false };

  constructor(artifact: ArtifactWithoutTables, tables: Tables, generated: Generated, byScan: boolean) {
    this.artifact = artifact;
    this.tables = tables;
    this.knownMask = generated.knownMask;
    this.#byScan = byScan;
    this.rules = artifact.rules.map((rule, position) => {
      const functions = generated.rules[position];
      assert(functions !== undefined, `rule ${rule.id} has code`);
      const joins = rule.joins.map(({ table }) => tables.get(table));
      const partnerTable = rule.partner?.table ? tables.get(rule.partner.table) : null;
      const isFoundInForce = isByRows(rule) && joins[0]?.isRegional === false;
      return { position, rule, generated: functions, joins, partnerTable, isFoundInForce };
    });
    this.#partners = new Partners(byScan);
    this.#anchorKinds = artifact.rules.map(({ index }) => index.by);
    this.#readWords = generated.readWords;
    this.#words = new Words((text) => tables.numberOfText(text));
    const entries = this.rules.map((compiled) => entryOf(compiled, tables, byScan));
    this.#asked = new AskedRules(entries, tables.texts.size, generated.look);
  }

  /**
   * Positions of the rules to ask about a claim, ascending; `known`: facts that it knows. Most rules that say no
   * are not among them. Valid until the next call.
   */
  asked(view: ClaimView, known: number, meter: Meter): readonly number[] {
    this.#known = known;
    view.words = this.#wordNumbers;
    this.#readWords(view, view.words, this.#words.numberOf);
    return this.#asked.find(view, sceneBit(view.head), known, meter);
  }

  /** Whether there is anything to ask a rule for. What is found by item code has been found for a reason. */
  hasQuestions(position: number, view: ClaimView): boolean {
    switch (this.#anchorKinds[position]) {
      case 'claim':
        return true;
      case 'prescription':
        return view.allPrescriptions.length > 0 || view.supposed.length > 0;
      default:
        return view.allLines.length > 0;
    }
  }

  /** What to ask a rule for. Valid until the next call. */
  anchorsOf({ rule, position }: CompiledRule, view: ClaimView): Anchors {
    switch (rule.index.by) {
      case 'claim':
        return wholeClaim;
      case 'prescription':
        return { lines: view.allPrescriptions, rows: null };
      case 'every-line':
        return { lines: view.allLines, rows: null };
      default:
        return this.#byScan ? { lines: view.allLines, rows: null } : this.#asked.questionsOf(position, view);
    }
  }

  /** The answer is valid until the next call. */
  match(
    compiled: CompiledRule,
    view: ClaimView,
    anchors: Anchors,
    isKnown: boolean,
    meter: Pick<Meter, 'mayGoOn'>,
  ): RuleMatches {
    const matches = this.#matches;
    if (matches.held.length > 0) matches.held.length = 0;
    if (matches.undecided.length > 0) matches.undecided.length = 0;
    // A condition that threw under a second join has left it set.
    this.#inSecond = false;
    if (compiled.generated.pairFull !== null) {
      const known = isKnown ? null : this.#known;
      this.#partners.begin(this.artifact, compiled, known, this.#byScan || isPreEvent(view.head));
    }
    matches.isCut = !this.#askAnchors(compiled, view, anchors, isKnown, meter);
    if (compiled.generated.pairFull !== null) this.#partners.end();
    return matches;
  }

  /** False where the budget ended before the last one. */
  #askAnchors(
    compiled: CompiledRule,
    view: ClaimView,
    { lines, rows }: Anchors,
    isKnown: boolean,
    meter: Pick<Meter, 'mayGoOn'>,
  ): boolean {
    const { held } = this.#matches;
    const told = compiled.rule.oncePerItem ? this.#told : null;
    if (told !== null && told.size > 0) told.clear();
    let { looked } = this.#partners;
    for (let i = 0; i < lines.length; i++) {
      const isMuch = i % anchorsPerLook === 0 || this.#partners.looked - looked > pairsPerLook;
      if (i > 0 && isMuch) {
        looked = this.#partners.looked;
        if (!meter.mayGoOn()) return false;
      }
      const anchor = lines[i]!;
      // The rule speaks of all lines of the item at once, so the others would say the same again.
      if (told !== null && this.#isTold(told, view.lines.itemCode[anchor]!, anchor)) continue;
      const row = rows === null ? noRow : rows[i]!;
      const before = held.length;
      if (row === noRow) this.#askAnchor(compiled, view, anchor, isKnown);
      else this.#joinNext(compiled, view, anchor, -1, row, isKnown);
      if (told !== null && held.length > before) told.set(view.lines.itemCode[anchor]!, anchor);
    }
    return true;
  }

  /** Whether another line of the item has been told of. */
  #isTold(told: ReadonlyMap<number, number>, item: number, anchor: number): boolean {
    const by = item < 0 ? undefined : told.get(item);
    return by !== undefined && by !== anchor;
  }

  /** Whether the rule would say anything but "no" about a supposed prescription. */
  couldHold(compiled: CompiledRule, view: ClaimView, prescription: number): boolean {
    this.#one.lines[0] = prescription;
    const { held, undecided } = this.match(compiled, view, this.#one, false, unhurried);
    return held.length > 0 || undecided.length > 0;
  }

  #askAnchor(compiled: CompiledRule, view: ClaimView, anchor: number, isKnown: boolean): void {
    const { joins, generated } = compiled;
    if (joins.length > 0) {
      const key = generated.keys[0]!(view, anchor, -1, -1, -1, -1);
      this.#eachRow(joins[0]!, key, compiled, view, anchor, -1, isKnown);
      return;
    }
    const { by } = compiled.rule.index;
    const isUncoded = by !== 'claim' && by !== 'prescription' && view.lines.itemCode[anchor]! < 0;
    this.#ask(compiled, view, anchor, -1, -1, isKnown && !isUncoded);
  }

  /** Asks with every row that the key finds; without one where the key is unknown. */
  #eachRow(
    table: Table,
    key: number | Unknown,
    compiled: CompiledRule,
    view: ClaimView,
    anchor: number,
    row0: number,
    isKnown: boolean,
  ): void {
    if (key instanceof Unknown) {
      this.#joinNext(compiled, view, anchor, row0, -1, false);
      return;
    }
    if (this.#byScan) {
      for (const row of table.rowsOfByScan(key)) {
        // The two-valued form leaves this to the index.
        const isOut = !this.#inSecond && isKnown && !isInForce(table, row, view.lines.at[anchor]!);
        if (!isOut || !compiled.isFoundInForce) this.#joinNext(compiled, view, anchor, row0, row, isKnown);
      }
      return;
    }
    const place = table.positionOf(key);
    if (place < 0) return;
    const end = table.rowStart[place + 1]!;
    for (let i = table.rowStart[place]!; i < end; i++) {
      this.#joinNext(compiled, view, anchor, row0, table.rowNumbers[i]!, isKnown);
    }
  }

  /** `row` is of the first join where `row0` is not set yet, else of the second. */
  #joinNext(
    compiled: CompiledRule,
    view: ClaimView,
    anchor: number,
    row0: number,
    row: number,
    isKnown: boolean,
  ): void {
    const { joins, generated } = compiled;
    if (joins.length === 1 || this.#inSecond) {
      const [first, second] = this.#inSecond ? [row0, row] : [row, -1];
      this.#ask(compiled, view, anchor, first, second, isKnown);
      return;
    }
    const key = generated.keys[1]!(view, anchor, row, -1, -1, -1);
    this.#inSecond = true;
    this.#eachRow(joins[1]!, key, compiled, view, anchor, row, isKnown);
    this.#inSecond = false;
  }

  /** Items that a rule which speaks once of each has spoken of, and by which line. */
  readonly #told = new Map<number, number>();
  /** A list of one anchor. */
  readonly #one = { lines: [-1], rows: null };
  /** The rows at hand are the second join's. */
  #inSecond = false;

  #ask(
    compiled: CompiledRule,
    view: ClaimView,
    anchor: number,
    row0: number,
    row1: number,
    isCertain: boolean,
  ): void {
    const { fast, full, pairFast, pairFull } = compiled.generated;
    const before = isCertain
      ? fast(view, anchor, row0, row1, -1, -1)
      : full(view, anchor, row0, row1, -1, -1);
    if (before === false) return;
    if (pairFast === null || pairFull === null) {
      this.#settle(anchor, row0, row1, before, alone);
      return;
    }
    const pairs = this.#partners.ask(compiled, view, anchor, row0, row1, isCertain, before);
    if (pairs === false) return;
    const outcome = before === true ? pairs : pairs === true ? before : both(before, pairs);
    const names = outcome === true || this.#partners.listsUndecided;
    const partners = names ? this.#partners.partners(outcome !== true) : nobody;
    this.#settle(anchor, row0, row1, outcome, partners);
  }

  #settle(anchor: number, row0: number, row1: number, outcome: Truth, partners: readonly Partner[]): void {
    const { held, undecided } = this.#matches;
    if (outcome === true) held.push({ spot: { anchor, row0, row1 }, partners });
    else if (outcome instanceof Unknown) {
      undecided.push({ spot: { anchor, row0, row1 }, partners, mask: outcome.mask });
    }
  }
}

function entryOf({ rule, joins }: CompiledRule, tables: Tables, byScan: boolean): RuleEntry {
  const { quick, needs, period } = rule;
  const scenes = sceneBits(rule.scenes);
  if (byScan) return { codes: null, table: null, scenes, period, look: null };
  const [table] = isByRows(rule) ? joins : [];
  const values = quick?.cells.map((cell) => cellReader(cell, table, tables)) ?? [];
  const look = quick === null || needs === null ? null : { number: quick.look, needs, values };
  return { codes: codesOf(rule, tables), table: table ?? null, scenes, period, look };
}

/** Whether lines are asked with the rows of their own item. */
function isByRows({ index, joins }: ArtifactRule): boolean {
  return index.by === 'rows' && joins[0]?.byItemCode === true;
}

/** Items that lead to a rule; null for one that is asked of every claim. */
function codesOf({ index }: ArtifactRule, tables: Tables): readonly number[] | null {
  if (index.by === 'codes') return [...new Set(index.codes)].map((code) => tables.numberOfText(code));
  return index.by === 'rows' || index.by === 'listed' ? [...tables.get(index.table).keyNumbers] : null;
}
