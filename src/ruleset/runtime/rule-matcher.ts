/**
 * Runs one rule over a claim: for every anchor that its index finds, every joined row, every partner. Says
 * what held and what could not be decided; makes no findings.
 */
import { assert } from '../../base/assert.js';
import type { Artifact, ArtifactRule } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import type { Evaluate, Generated, GeneratedRule } from './generated.js';
import type { Meter } from './screened.js';
import type { Table } from './table-rows.js';
import { both, type Truth, Unknown } from './unknown.js';

/** One anchor with its rows. -1: the rule has none, or (row) it is not known which. */
export interface Spot {
  readonly anchor: number;
  readonly row0: number;
  readonly row1: number;
}

export interface Partner {
  readonly line: number;
  readonly row: number;
}

/** The partner of a rule that has none. */
const alone: Partner = { line: -1, row: -1 };

export interface Match {
  readonly spot: Spot;
  /** Never empty. */
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
  readonly isCut: boolean;
}

/** Where a single anchor is asked. */
const unhurried = { mayGoOn: () => true };

/** Anchors between two looks at the clock. */
const anchorsPerLook = 16;

export interface CompiledRule {
  readonly position: number;
  readonly rule: ArtifactRule;
  readonly generated: GeneratedRule;
}

export class RuleMatcher {
  readonly rules: readonly CompiledRule[];
  readonly artifact: Artifact;
  readonly tables: ReadonlyMap<string, Table>;
  readonly #knownTests: Generated['knownTests'];
  readonly #byScan: boolean;
  /** Rules to be asked for a line with this item code. */
  readonly #rulesByCode: ReadonlyMap<string, readonly number[]>;

  constructor(artifact: Artifact, tables: ReadonlyMap<string, Table>, generated: Generated, byScan: boolean) {
    this.artifact = artifact;
    this.tables = tables;
    this.#knownTests = generated.knownTests;
    this.#byScan = byScan;
    this.rules = artifact.rules.map((rule, position) => {
      const functions = generated.rules[position];
      assert(functions !== undefined, `rule ${rule.id} has code`);
      return { position, rule, generated: functions };
    });
    this.#rulesByCode = byScan ? new Map() : this.#indexRules();
  }

  /** Bits of the facts that the claim knows wherever it has them. */
  knownMask(view: ClaimView): number {
    let mask = 0;
    for (const [bit, test] of this.#knownTests.entries()) if (test(view)) mask |= 1 << bit;
    return mask;
  }

  /**
   * Lines that each rule must be asked for, by position of the rule; rules without an index are not in it.
   */
  indexedLines(view: ClaimView): ReadonlyMap<number, readonly number[]> {
    const lines = new Map<number, number[]>();
    for (const code of view.codes) {
      for (const rule of this.#rulesByCode.get(code) ?? []) {
        const known = lines.get(rule);
        if (known === undefined) lines.set(rule, [...view.linesOf(code)]);
        else known.push(...view.linesOf(code));
      }
    }
    return lines;
  }

  /** Numbers of lines or prescriptions to ask a rule for; [-1] for the claim as a whole. */
  anchorsOf(
    { rule, position }: CompiledRule,
    view: ClaimView,
    indexed: ReadonlyMap<number, readonly number[]>,
  ): readonly number[] {
    switch (rule.index.by) {
      case 'claim':
        return [-1];
      case 'prescription':
        return view.allPrescriptions;
      case 'every-line':
        return view.allLines;
      default: {
        if (this.#byScan) return view.allLines;
        const lines = indexed.get(position) ?? [];
        // A line without a code could have any.
        return view.uncoded.length === 0 ? lines : [...lines, ...view.uncoded];
      }
    }
  }

  match(
    compiled: CompiledRule,
    view: ClaimView,
    anchors: readonly number[],
    isKnown: boolean,
    meter: Pick<Meter, 'mayGoOn'>,
  ): RuleMatches {
    const matches: RuleMatches = { held: [], undecided: [], isCut: false };
    const told = new Set<string>();
    for (const [i, anchor] of anchors.entries()) {
      if (i > 0 && i % anchorsPerLook === 0 && !meter.mayGoOn()) return { ...matches, isCut: true };
      const code = compiled.rule.oncePerItem ? (view.lines[anchor]?.itemCode ?? null) : null;
      if (code !== null && told.has(code)) continue;
      const before = matches.held.length;
      this.#eachSpot(compiled, view, anchor, (spot, isCertain) => {
        this.#ask(compiled, view, spot, isKnown && isCertain, matches);
      });
      // The rule speaks of all lines of the item at once, so the others would say the same again.
      if (code !== null && matches.held.length > before) told.add(code);
    }
    return matches;
  }

  /** Whether the rule would say anything but "no" about a supposed prescription. */
  couldHold(compiled: CompiledRule, view: ClaimView, prescription: number): boolean {
    const { held, undecided } = this.match(compiled, view, [prescription], false, unhurried);
    return held.length > 0 || undecided.length > 0;
  }

  #eachSpot(
    { rule, generated }: CompiledRule,
    view: ClaimView,
    anchor: number,
    visit: (spot: Spot, isCertain: boolean) => void,
  ): void {
    const [first, second] = rule.joins;
    if (first === undefined) {
      const isUncoded =
        rule.index.by !== 'claim' && rule.index.by !== 'prescription' && isWithoutCode(view, anchor);
      visit({ anchor, row0: -1, row1: -1 }, !isUncoded);
      return;
    }
    const rows0 = this.#rows(first.table, generated.keys[0], view, { anchor, row0: -1, row1: -1 });
    for (const row0 of rows0 ?? [-1]) {
      if (second === undefined) {
        visit({ anchor, row0, row1: -1 }, rows0 !== null);
        continue;
      }
      const rows1 = this.#rows(second.table, generated.keys[1], view, { anchor, row0, row1: -1 });
      for (const row1 of rows1 ?? [-1]) visit({ anchor, row0, row1 }, rows0 !== null && rows1 !== null);
    }
  }

  /** Rows that a key finds; null where the key is unknown. */
  #rows(
    name: string,
    key: Evaluate<string | Unknown> | undefined,
    view: ClaimView,
    spot: Spot,
    partner = -1,
  ): readonly number[] | null {
    const table = this.tables.get(name);
    assert(table !== undefined && key !== undefined, `no table ${name}`);
    const value = key(view, spot.anchor, spot.row0, spot.row1, partner, -1);
    if (value instanceof Unknown) return null;
    return this.#byScan ? table.rowsOfByScan(value) : table.rowsOf(value);
  }

  #ask(compiled: CompiledRule, view: ClaimView, spot: Spot, isCertain: boolean, matches: RuleMatches): void {
    const { fast, full, pairFast, pairFull } = compiled.generated;
    const { anchor, row0, row1 } = spot;
    const before = (isCertain ? fast : full)(view, anchor, row0, row1, -1, -1);
    if (before === false) return;
    if (pairFast === null || pairFull === null) {
      settle(matches, spot, before, [alone], [alone]);
      return;
    }
    const held: Partner[] = [];
    const undecided: Partner[] = [];
    let doubt: Truth = false;
    for (const partner of this.#partners(compiled, view, spot)) {
      const pair = isCertain && partner.row !== unknownRow ? pairFast : pairFull;
      const truth = pair(
        view,
        anchor,
        row0,
        row1,
        partner.line,
        partner.row === unknownRow ? -1 : partner.row,
      );
      if (truth === true && held.at(-1)?.line !== partner.line) held.push(partner);
      if (truth instanceof Unknown) {
        undecided.push(partner);
        doubt = doubt === false ? truth : both(doubt, truth);
      }
    }
    const pairs: Truth = held.length > 0 ? true : doubt;
    if (pairs === false) return;
    const outcome = before === true ? pairs : pairs === true ? before : both(before, pairs);
    settle(matches, spot, outcome, held, [...held, ...undecided]);
  }

  *#partners({ rule, generated }: CompiledRule, view: ClaimView, spot: Spot): Generator<Partner> {
    const { partner } = rule;
    assert(partner !== null, 'a pair needs a partner');
    const own = rule.index.by === 'prescription' || rule.index.by === 'claim' ? -1 : spot.anchor;
    for (const line of this.#partnerLines(rule, generated, view, spot)) {
      if (line === own) continue;
      if (partner.table === null) {
        yield { line, row: -1 };
        continue;
      }
      const rows = this.#rows(partner.table, generated.partnerKey ?? undefined, view, spot, line);
      for (const row of rows ?? [unknownRow]) yield { line, row };
    }
  }

  #partnerLines(
    rule: ArtifactRule,
    generated: GeneratedRule,
    view: ClaimView,
    spot: Spot,
  ): readonly number[] {
    if (rule.partner?.source === 'prescription.lines') return view.prescriptions[spot.anchor]?.lines ?? [];
    if (generated.probe === null) return view.allLines;
    return view.candidates(generated.probe(view, spot.anchor, spot.row0, spot.row1, -1, -1));
  }

  #indexRules(): ReadonlyMap<string, readonly number[]> {
    const byCode = new Map<string, number[]>();
    for (const { rule, position } of this.rules) {
      for (const code of this.#codesOf(rule)) {
        const known = byCode.get(code);
        if (known === undefined) byCode.set(code, [position]);
        else known.push(position);
      }
    }
    return byCode;
  }

  #codesOf({ index }: ArtifactRule): Iterable<string> {
    if (index.by === 'codes') return new Set(index.codes);
    if (index.by !== 'rows' && index.by !== 'listed') return [];
    const table = this.tables.get(index.table);
    assert(table !== undefined, `no table ${index.table}`);
    return table.index.keys();
  }
}

/** Partner whose row cannot be found because its key is unknown. */
const unknownRow = -2;

function isWithoutCode(view: ClaimView, line: number): boolean {
  return view.lines[line]?.itemCode === null;
}

function settle(
  { held, undecided }: RuleMatches,
  spot: Spot,
  outcome: Truth,
  holding: readonly Partner[],
  possible: readonly Partner[],
): void {
  if (outcome === true) held.push({ spot, partners: holding });
  else if (outcome instanceof Unknown) undecided.push({ spot, partners: possible, mask: outcome.mask });
}
