/** Matches become findings: roles, severity, money, message, identity; equal findings are one. */
import type { EpochMs } from '../../base/calendar.js';
import { derivedId } from '../../base/hash.js';
import type { Effect, Finding, Severity } from '../../decision/decision.js';
import type { ClaimView } from './claim-view.js';
import { type Charges, chargeLines } from './excess.js';
import type { Evaluate, LineNumbers } from './generated.js';
import { assignRoles, type Roles } from './roles.js';
import type { CompiledRule, Match, Partner, RuleMatcher } from './rule-matcher.js';
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
  readonly row: number;
  readonly firstLine: number;
  readonly involved: Set<number>;
  readonly violating: readonly number[];
  /** Fen per violating line. */
  readonly charges: Charges;
  readonly severity: Severity;
  readonly effect: Effect;
  readonly finding: Omit<Finding, 'severity' | 'effect' | 'excessFen' | 'lines'>;
}

export class FindingMaker {
  readonly #matcher: RuleMatcher;
  readonly #view: ClaimView;
  readonly #drafts = new Map<string, Draft>();

  constructor(matcher: RuleMatcher, view: ClaimView) {
    this.#matcher = matcher;
    this.#view = view;
  }

  add(compiled: CompiledRule, match: Match): void {
    const roles = this.#roles(compiled, match);
    if (roles === null) return;
    const draft = this.#draft(compiled, match, roles);
    const known = this.#drafts.get(draft.finding.findingId);
    this.#drafts.set(draft.finding.findingId, known === undefined ? draft : merge(known, draft));
  }

  /** Whether a match that could not be decided could have become a finding at all. */
  couldBeFound(compiled: CompiledRule, match: Match): boolean {
    const { blamed, involved } = compiled.generated;
    const isClaimWide =
      compiled.rule.index.by === 'claim' && this.#lines(match, [...blamed, ...involved]).size === 0;
    return isClaimWide || this.#roles(compiled, match) !== null;
  }

  finish(): Pick<Screened, 'findings' | 'excessByLine'> {
    const drafts = oncePerMessage(
      [...this.#drafts.values()].sort(
        (a, b) => a.position - b.position || a.row - b.row || a.firstLine - b.firstLine,
      ),
    );
    const excessByLine = new Map<string, number>();
    for (const { effect, charges } of drafts) {
      if (effect === 'record') continue;
      for (const [line, fen] of charges) {
        const id = this.#id(line);
        excessByLine.set(id, Math.max(excessByLine.get(id) ?? 0, fen));
      }
    }
    return { findings: drafts.map((draft) => this.#finding(draft)), excessByLine };
  }

  #roles({ rule, generated }: CompiledRule, match: Match): Roles | null {
    const blamed = this.#lines(match, generated.blamed);
    // A condition can hold although no line can be named with certainty: then its anchor stands for them.
    if (blamed.size === 0) for (const line of this.#anchorLines(rule.index.by, match)) blamed.add(line);
    return assignRoles(this.#view, blamed, this.#lines(match, generated.involved));
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
    const ids = violating.map((line) => this.#id(line)).toSorted();
    return {
      position,
      row: match.spot.row0,
      firstLine: violating[0] ?? 0,
      violating,
      involved: new Set(roles.involved),
      charges: this.#charges(compiled, match, roles),
      ...this.#weigh(compiled, match),
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

  #charges({ rule, generated }: CompiledRule, match: Match, roles: Roles): Charges {
    const { excess, blamed } = generated;
    if (excess === null) return chargeLines(this.#view, roles, []);
    const asked = rule.excess === 'per-partner' ? match.partners : match.partners.slice(0, 1);
    const claims = asked.map((partner) => {
      const fen = this.#call(excess, match, partner);
      const one: Match = {
        spot: match.spot,
        partners: rule.excess === 'per-partner' ? [partner] : match.partners,
      };
      const lines = this.#lines(one, blamed);
      return { fen: fen instanceof Unknown ? 0 : fen, lines: [...lines] };
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

  #provenance({ rule }: CompiledRule, { spot, partners }: Match, violating: readonly number[]): Provenance {
    const rows: (readonly [string | null | undefined, number])[] = [
      [rule.joins[0]?.table, spot.row0],
      [rule.joins[1]?.table, spot.row1],
    ];
    const joined = rows.flatMap(([name, row]) =>
      name && row >= 0 ? [provenanceOf(name, this.#table(name), row)] : [],
    );
    const partnerRow = partners[0]?.row ?? -1;
    const { table } = rule.partner ?? { table: null };
    const partner =
      table !== null && partnerRow >= 0 ? [provenanceOf(table, this.#table(table), partnerRow)] : [];
    const first = joined[0] ?? partner[0] ?? this.#pointOf(rule.basisTable, violating);
    return {
      key: joined.map((p) => p.key).join(' '),
      point: first?.point ?? null,
      batch: first?.batch ?? null,
    };
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
      if (row !== undefined) return provenanceOf(name, table, row);
    }
    return null;
  }

  #stands(table: Table, row: number, at: EpochMs): boolean {
    return standsAt(table, row, at) === true && standsHere(this.#view, table, row) === true;
  }

  #table(name: string): Table {
    return this.#matcher.tables.get(name);
  }

  #message({ rule, generated }: CompiledRule, match: Match): string {
    let next = 0;
    return rule.say
      .map((part) => {
        if (typeof part === 'string') return part;
        const evaluate = generated.say[next++];
        const partners = part.perPartner ? match.partners : match.partners.slice(0, 1);
        const texts = partners.map((p) =>
          evaluate ? messageText(part, this.#call(evaluate, match, p)) : null,
        );
        return [...new Set(texts.map((text) => text ?? '（未知）'))].join('、');
      })
      .join('');
  }

  #facts({ rule, generated }: CompiledRule, match: Match): Finding['facts'] {
    const facts: Record<string, string | number | boolean | null> = {};
    for (const [i, shown] of rule.facts.entries()) {
      const evaluate = generated.facts[i];
      if (evaluate === undefined) continue;
      const partners = shown.perPartner ? match.partners : match.partners.slice(0, 1);
      const values = new Set(partners.map((p) => factValue(shown, this.#call(evaluate, match, p))));
      const [only = null] = values;
      facts[shown.text] = values.size === 1 ? only : [...values].join('、');
    }
    return facts;
  }

  #finding(draft: Draft): Finding {
    const { violating, involved, charges, severity, effect } = draft;
    const lines = [
      ...violating.map((line) => ({ id: this.#id(line), role: 'violating' as const })),
      ...[...involved]
        .sort((a, b) => a - b)
        .map((line) => ({ id: this.#id(line), role: 'involved' as const })),
    ];
    const excessFen = [...charges.values()].reduce((sum, fen) => sum + fen, 0);
    const { findingId, rule, title, national, message, basis, facts } = draft.finding;
    return { findingId, rule, title, national, severity, effect, excessFen, lines, message, basis, facts };
  }

  #id(line: number): string {
    return this.#view.lineId(line);
  }
}

interface Provenance {
  /** Point, or table and source row: equal across rule set versions that keep the row. */
  readonly key: string;
  readonly point: string | null;
  readonly batch: number | null;
}

function provenanceOf(name: string, table: Table, row: number): Provenance {
  const cell = (column: string) => table.cell(column, row);
  const point = cell('point') as string | null;
  const source = cell('row') ?? JSON.stringify(table.key === null ? row : cell(table.key));
  return { key: point ?? `${name}:${source}`, point, batch: cell('batch') as number | null };
}

/** A person is told once: what several rows say of the same lines in the same words is the first row's finding. */
function oncePerMessage(drafts: readonly Draft[]): readonly Draft[] {
  const said = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = JSON.stringify([draft.position, draft.violating, draft.finding.message]);
    const known = said.get(key);
    said.set(key, known === undefined ? draft : merge(known, draft));
  }
  return [...said.values()];
}

/** The same violating lines for the same row: involved lines united, the larger amount, the stronger word. */
function merge(a: Draft, b: Draft): Draft {
  const charges = new Map(a.charges);
  for (const [line, fen] of b.charges) charges.set(line, Math.max(charges.get(line) ?? 0, fen));
  for (const line of b.involved) a.involved.add(line);
  const severity = severities[Math.min(severities.indexOf(a.severity), severities.indexOf(b.severity))];
  const effect = effects[Math.min(effects.indexOf(a.effect), effects.indexOf(b.effect))];
  return { ...a, charges, severity: severity ?? a.severity, effect: effect ?? a.effect };
}
