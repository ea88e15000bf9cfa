/** Matches become findings: roles, severity, money, message, identity; equal findings are one. */
import type { EpochMs } from '../../base/calendar.js';
import { derivedId } from '../../base/hash.js';
import type { Effect, Finding, Severity } from '../../decision/decision.js';
import type { ArtifactValue } from '../compile/artifact.js';
import { type RuleTreatments, treatment } from '../overlay/treatments.js';
import type { ClaimView } from './claim-view.js';
import { chargeLine, chargeLines } from './excess.js';
import type { Evaluate, LineNumbers } from './generated.js';
import type { Partner } from './pair-answers.js';
import { assignRoles, isPreEvent, type Roles } from './roles.js';
import type { CompiledRule, Match, RuleMatcher, Spot } from './rule-matcher.js';
import type { Screened } from './screened.js';
import { factValue, messageText } from './shown-value.js';
import { standsAt, standsHere } from './table-rows.js';
import type { Table } from './tables/table.js';
import { Unknown } from './unknown.js';

/** Strongest first. */
const severities: readonly Severity[] = ['definite', 'highly_suspicious', 'suspicious'];
const effects: readonly Effect[] = ['hold', 'justify', 'remind', 'record'];

interface Draft {
  readonly position: number;
  /** Of the first match that makes it, by line; whichever was asked first. */
  readonly spot: Spot;
  readonly violating: readonly number[];
  /** Ascending. */
  readonly involved: readonly number[];
  /** Fen, in the order of the violating lines. */
  readonly charges: readonly number[];
  readonly severity: Severity;
  readonly effect: Effect;
  readonly finding: Omit<Finding, 'severity' | 'effect' | 'excessFen' | 'lines'>;
}

type NamedLine = Finding['lines'][number];

export class FindingMaker {
  readonly #matcher: RuleMatcher;
  readonly #view: ClaimView;
  readonly #treatments: RuleTreatments | null;
  readonly #drafts = new Map<string, Draft>();
  /** As findings name them: many findings can involve the same many lines. */
  readonly #involved = new Map<number, NamedLine>();

  constructor(matcher: RuleMatcher, view: ClaimView, treatments: RuleTreatments | null = null) {
    this.#matcher = matcher;
    this.#view = view;
    this.#treatments = treatments;
  }

  add(compiled: CompiledRule, match: Match): void {
    const roles = this.#roles(compiled, match);
    if (roles === null) return;
    const draft = this.#draft(compiled, match, roles);
    const known = this.#drafts.get(draft.finding.findingId);
    this.#drafts.set(draft.finding.findingId, known === undefined ? draft : mergeInOrder(known, draft));
  }

  /** Whether a match that could not be decided could have become a finding at all. */
  couldBeFound(compiled: CompiledRule, match: Match): boolean {
    const { blamed, involved } = compiled.generated;
    const isClaimWide =
      compiled.rule.index.by === 'claim' && this.#lines(match, [...blamed, ...involved]).size === 0;
    return isClaimWide || this.#roles(compiled, match) !== null;
  }

  finish(): Omit<Screened, 'notEvaluated'> {
    const drafts = oncePerMessage(inOrder([...this.#drafts.values()]));
    const excessByLine = new Map<string, number>();
    const heldBack: string[] = [];
    const findings: Finding[] = [];
    for (const draft of drafts) {
      const effect = this.#effectOf(draft);
      findings.push(this.#finding(draft, effect));
      const { rule } = draft.finding;
      if (effect !== draft.effect && !heldBack.includes(rule)) heldBack.push(rule);
      if (effect === 'record') continue;
      for (let i = 0; i < draft.violating.length; i++) {
        const id = this.#id(draft.violating[i]!);
        excessByLine.set(id, Math.max(excessByLine.get(id) ?? 0, draft.charges[i]!));
      }
    }
    return { findings, excessByLine, heldBack };
  }

  /** As the overlay leaves it. */
  #effectOf({ position, effect }: Draft): Effect {
    return this.#treatments?.[position] === treatment.recorded ? 'record' : effect;
  }

  #roles(compiled: CompiledRule, match: Match): Roles | null {
    const usual = this.#usualRoles(compiled, match);
    if (usual !== null) return usual;
    const { rule, generated } = compiled;
    const blamed = this.#lines(match, generated.blamed);
    // A condition can hold although no line can be named with certainty: then its anchor stands for them.
    if (blamed.size === 0) for (const line of this.#anchorLines(rule.index.by, match)) blamed.add(line);
    return assignRoles(this.#view, blamed, this.#lines(match, generated.involved));
  }

  /** Of the usual match, which blames one line and involves at most one other; null: it is for the general way. */
  #usualRoles({ generated }: CompiledRule, match: Match): Roles | null {
    const { blamed, involved } = generated;
    if (match.partners.length !== 1 || blamed.length !== 1 || involved.length > 1) return null;
    const [partner] = match.partners as [Partner];
    const line = this.#call(blamed[0]!, match, partner);
    if (typeof line !== 'number') return null;
    // Where the line is history, another one may have to stand in.
    if (isPreEvent(this.#view.head) && !this.#view.isCurrent(line)) return null;
    const other = involved.length === 0 ? line : this.#call(involved[0]!, match, partner);
    if (typeof other !== 'number' && !(other instanceof Unknown)) return null;
    const alone = other === line || other instanceof Unknown;
    return { violating: [line], involved: alone ? noLines : [other], swapped: false };
  }

  #anchorLines(by: string, { spot }: Match): readonly number[] {
    if (by === 'claim') return [];
    return by === 'prescription' ? this.#view.prescriptionLines(spot.anchor) : [spot.anchor];
  }

  /** Lines named by any of some functions, for any partner. */
  #lines(match: Match, functions: readonly Evaluate<LineNumbers | Unknown>[]): Set<number> {
    const lines = new Set<number>();
    for (const partner of match.partners) {
      for (const evaluate of functions) {
        const named = this.#call(evaluate, match, partner);
        if (named instanceof Unknown) continue;
        for (const line of typeof named === 'number' ? [named] : named) lines.add(line);
      }
    }
    return lines;
  }

  #call<T>(evaluate: Evaluate<T>, { spot }: Match, { line, row }: Partner): T {
    // A partner whose row could not be found has none.
    return evaluate(this.#view, spot.anchor, spot.row0, spot.row1, line, Math.max(row, -1));
  }

  #draft(compiled: CompiledRule, match: Match, roles: Roles): Draft {
    const { rule, position } = compiled;
    const { violating } = roles;
    const { institution, encounter } = this.#view.head;
    const provenance = this.#provenance(compiled, match, violating);
    const { severity, effect } = this.#weigh(compiled, match);
    const ids = violating.map((line) => this.#id(line));
    if (ids.length > 1) ids.sort();
    return {
      position,
      spot: match.spot,
      violating,
      involved: roles.involved,
      charges: this.#charges(compiled, match, roles),
      severity,
      effect,
      finding: {
        findingId: derivedId('F', [institution.code, encounter.id, rule.id, provenance.key, ids]),
        rule: rule.id,
        title: rule.title,
        national: rule.national,
        message: this.#message(compiled, match),
        basis: { document: rule.document, batch: provenance.batch, point: provenance.point },
        facts: this.#facts(compiled, match),
      },
    };
  }

  #charges({ rule, generated }: CompiledRule, match: Match, roles: Roles): readonly number[] {
    const { excess, blamed } = generated;
    if (excess === null) return chargeLines(this.#view, roles, []);
    const { violating, swapped } = roles;
    if (violating.length === 1 && match.partners.length === 1 && blamed.length === 1 && !swapped) {
      const [line, partner] = [violating[0]!, match.partners[0]!];
      if (this.#call(blamed[0]!, match, partner) === line)
        return [chargeLine(this.#view, line, fenOf(this.#call(excess, match, partner)))];
    }
    const asked = rule.excess === 'per-partner' ? match.partners : match.partners.slice(0, 1);
    const claims = asked.map((partner) => {
      const fen = fenOf(this.#call(excess, match, partner));
      const one: Match = {
        spot: match.spot,
        partners: rule.excess === 'per-partner' ? [partner] : match.partners,
      };
      const lines = this.#lines(one, blamed);
      return { fen, lines: [...lines] };
    });
    return chargeLines(this.#view, roles, claims);
  }

  /**
   * The weakest that applies to a partner; the strongest over all partners: one that stands unweakened
   * suffices.
   */
  #weigh(
    { rule, generated }: CompiledRule,
    match: Match,
  ): { readonly severity: Severity; readonly effect: Effect } {
    if (rule.weaken.length === 0) return rule;
    let severity = severities.length - 1;
    let effect = effects.length - 1;
    for (const partner of match.partners) {
      let [ownSeverity, ownEffect] = [severities.indexOf(rule.severity), effects.indexOf(rule.effect)];
      for (const [i, weaken] of rule.weaken.entries()) {
        const condition = generated.weaken[i];
        // Unknown weakens: `unless` asks for true, `if` for anything but false.
        const truth = condition === undefined ? false : this.#call(condition, match, partner);
        if (weaken.when === 'unless' ? truth === true : truth === false) continue;
        ownSeverity = Math.max(ownSeverity, severities.indexOf(weaken.to));
        if (weaken.effect !== null) ownEffect = Math.max(ownEffect, effects.indexOf(weaken.effect));
      }
      severity = Math.min(severity, ownSeverity);
      effect = Math.min(effect, ownEffect);
    }
    return { severity: severities[severity] ?? rule.severity, effect: effects[effect] ?? rule.effect };
  }

  #provenance(compiled: CompiledRule, { spot, partners }: Match, violating: readonly number[]): Provenance {
    const { rule, joins, partnerTable } = compiled;
    const row0 = provenanceOf(joins[0], spot.row0);
    const row1 = provenanceOf(joins[1], spot.row1);
    const key = row0 !== null && row1 !== null ? `${row0.key} ${row1.key}` : ((row0 ?? row1)?.key ?? '');
    const first =
      row0 ??
      row1 ??
      provenanceOf(partnerTable, partners[0]?.row ?? -1) ??
      this.#pointOf(rule.basisTable, violating);
    return { key, point: first?.point ?? null, batch: first?.batch ?? null };
  }

  /** The row that is in force for the first violating line that has one. */
  #pointOf(name: string | null, violating: readonly number[]): Provenance | null {
    const table = name === null ? null : this.#matcher.tables.find(name);
    if (name === null || table === null) return null;
    for (const line of violating) {
      const { itemCode, at } = this.#view.lines;
      const time = at[line]!;
      const row = table
        .rowsOf(itemCode[line]!)
        .find((candidate) => !Number.isNaN(time) && this.#stands(table, candidate, time));
      if (row !== undefined) return provenanceOf(table, row);
    }
    return null;
  }

  #stands(table: Table, row: number, at: EpochMs): boolean {
    return standsAt(table, row, at) === true && standsHere(this.#view, table, row) === true;
  }

  #message({ rule, generated }: CompiledRule, match: Match): string {
    let message = '';
    let next = 0;
    for (const part of rule.say) {
      if (typeof part === 'string') message += part;
      else {
        const evaluate = generated.say[next++]!;
        const one = onlyPartner(part, match);
        message +=
          one === null
            ? joined(this.#shown(match, (partner) => messageText(part, this.#call(evaluate, match, partner))))
            : (messageText(part, this.#call(evaluate, match, one)) ?? unknownText);
      }
    }
    return message;
  }

  #facts({ rule, generated }: CompiledRule, match: Match): Finding['facts'] {
    const facts: Record<string, string | number | boolean | null> = {};
    for (let i = 0; i < rule.facts.length; i++) {
      const [shown, evaluate] = [rule.facts[i]!, generated.facts[i]!];
      const one = onlyPartner(shown, match);
      if (one !== null) facts[shown.text] = factValue(shown, this.#call(evaluate, match, one));
      else {
        const values = this.#shown(match, (partner) =>
          factValue(shown, this.#call(evaluate, match, partner)),
        );
        facts[shown.text] = values.length === 1 ? (values[0] ?? null) : values.join('、');
      }
    }
    return facts;
  }

  /** What a value is for each of the partners, each value once. */
  #shown<T>({ partners }: Match, valueFor: (partner: Partner) => T): readonly T[] {
    return [...new Set(partners.map(valueFor))];
  }

  #finding(draft: Draft, effect: Effect): Finding {
    const { violating, involved, charges, severity } = draft;
    const lines: NamedLine[] = [];
    for (const line of violating) lines.push({ id: this.#id(line), role: 'violating' });
    for (const line of involved) lines.push(this.#involvedLine(line));
    let excessFen = 0;
    for (const fen of charges) excessFen += fen;
    const { findingId, rule, title, national, message, basis, facts } = draft.finding;
    return { findingId, rule, title, national, severity, effect, excessFen, lines, message, basis, facts };
  }

  #involvedLine(line: number): NamedLine {
    const known = this.#involved.get(line);
    if (known !== undefined) return known;
    const named: NamedLine = { id: this.#id(line), role: 'involved' };
    this.#involved.set(line, named);
    return named;
  }

  #id(line: number): string {
    return this.#view.lineId(line);
  }
}

const unknownText = '（未知）';
const noLines: readonly number[] = [];

/** An unknown amount bounds nothing. */
function fenOf(excess: number | Unknown): number {
  return excess instanceof Unknown ? 0 : excess;
}

/** The partner for which alone a value is shown; null where it is shown for several. */
function onlyPartner({ perPartner }: ArtifactValue, { partners }: Match): Partner | null {
  return partners.length === 1 || !perPartner ? partners[0]! : null;
}

/** By rule, row and lines, then as they were found. */
function inOrder(drafts: Draft[]): readonly Draft[] {
  if (drafts.length < 2) return drafts;
  return drafts.sort(
    (a, b) =>
      a.position - b.position ||
      a.spot.row0 - b.spot.row0 ||
      byLines(a.violating, b.violating) ||
      bySpot(a, b),
  );
}

/** By line, and not by the order in which lines were asked. */
function bySpot({ spot: a }: Draft, { spot: b }: Draft): number {
  return a.anchor - b.anchor || a.row0 - b.row0 || a.row1 - b.row1;
}

function joined(texts: readonly (string | null)[]): string {
  return [...new Set(texts.map((text) => text ?? unknownText))].join('、');
}

interface Provenance {
  /** Point, or table and source row: equal across rule set versions that keep the row. */
  readonly key: string;
  readonly point: string | null;
  readonly batch: number | null;
}

/** Null where there is no row. */
function provenanceOf(table: Table | null | undefined, row: number): Provenance | null {
  if (table === null || table === undefined || row < 0) return null;
  const point = table.cell('point', row) as string | null;
  const batch = table.cell('batch', row) as number | null;
  if (point !== null) return { key: point, point, batch };
  const source =
    table.cell('row', row) ?? JSON.stringify(table.key === null ? row : table.cell(table.key, row));
  return { key: `${table.name}:${source}`, point, batch };
}

/** A person is told once: what several rows say of the same lines in the same words is the first row's finding. */
function oncePerMessage(drafts: readonly Draft[]): readonly Draft[] {
  if (drafts.length < 2) return drafts;
  const isTwice = drafts.some(({ position }, i) => i > 0 && drafts[i - 1]?.position === position);
  if (!isTwice) return drafts;
  const said = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = JSON.stringify([draft.position, draft.violating, draft.finding.message]);
    const known = said.get(key);
    said.set(key, known === undefined ? draft : merge(known, draft));
  }
  return [...said.values()];
}

/** What is said is said of the first, by line. */
function mergeInOrder(a: Draft, b: Draft): Draft {
  return bySpot(a, b) <= 0 ? merge(a, b) : merge(b, a);
}

/** The same violating lines for the same row: involved lines united, the larger amount, the stronger word. */
function merge(a: Draft, b: Draft): Draft {
  const charges = a.charges.map((fen, i) => Math.max(fen, b.charges[i]!));
  const involved = [...new Set([...a.involved, ...b.involved])].sort((x, y) => x - y);
  const severity = severities[Math.min(severities.indexOf(a.severity), severities.indexOf(b.severity))];
  const effect = effects[Math.min(effects.indexOf(a.effect), effects.indexOf(b.effect))];
  return { ...a, involved, charges, severity: severity ?? a.severity, effect: effect ?? a.effect };
}

/** By the first line that differs, and not by the order in which lines were asked. */
function byLines(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
