/** One rule: bindings resolved, every expression typed, blame and weakening sensible. */
import type { Effect, Severity } from '../../decision/decision.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { CelText } from '../parse/cel-text.js';
import type { Located } from '../parse/map-reader.js';
import type { ParsedJoin, ParsedRule, ParsedWeaken } from '../parse/rule-text.js';
import { effects, severities } from '../parse/rule-text.js';
import type { ParsedException } from '../parse/ruleset-text.js';
import { ExpressionChecker } from './check-expression.js';
import { type CheckedTable, firstConflict } from './check-table.js';
import { costLimits, costOf, partnerCost } from './cost.js';
import { facts } from './facts.js';
import { functionSpec } from './functions.js';
import { conjunctsOf, mentions, probeOf } from './probe.js';
import { reservedNames, type Scope, withBinding } from './scope.js';
import { maxSources, sourcesOf } from './sources.js';
import { type ElementSource, partsOf, type Slot, type Typed, type TypedOf } from './typed.js';
import { isNumber, isScalar, line, listOf, type Type, typeName } from './types.js';

export interface CheckedRule {
  /** Where it was written, for diagnostics of later stages. */
  readonly parsed: ParsedRule;
  readonly anchor: Slot | null;
  readonly joins: readonly CheckedJoin[];
  readonly partner: CheckedPartner | null;
  readonly when: Typed;
  /** Conditions under each of which there is no finding. */
  readonly exceptions: readonly Typed[];
  readonly weaken: readonly CheckedWeaken[];
  readonly blamed: readonly Typed[];
  readonly involved: readonly Typed[];
  /** Null: the amount of the violating lines. */
  readonly excess: Typed | null;
  readonly say: readonly (string | Typed)[];
}

export interface CheckedJoin {
  readonly table: string;
  readonly slot: Slot;
  readonly on: TypedOf<'fact'> | TypedOf<'cell'>;
  readonly many: boolean;
}

export interface CheckedPartner {
  readonly slot: Slot;
  readonly source: ElementSource;
  readonly join: CheckedJoin | null;
}

export interface CheckedWeaken {
  readonly condition: Typed;
  readonly when: 'unless' | 'if';
  readonly to: Severity;
  readonly effect: Effect | null;
}

const maxJoins = 2;

export interface RuleSurroundings {
  readonly tables: Scope['tables'];
  readonly brokenTables: Scope['brokenTables'];
  readonly exceptions: ReadonlyMap<string, ParsedException>;
}

export function checkRule(
  rule: ParsedRule,
  around: RuleSurroundings,
  problems: Problems,
): CheckedRule | null {
  return new RuleChecker(rule, around, problems).check();
}

class RuleChecker {
  readonly #rule: ParsedRule;
  readonly #around: RuleSurroundings;
  readonly #problems: Problems;
  #scope: Scope;
  #elements = 0;

  constructor(rule: ParsedRule, around: RuleSurroundings, problems: Problems) {
    this.#rule = rule;
    this.#around = around;
    this.#problems = problems;
    const { tables, brokenTables } = around;
    this.#scope = { bindings: new Map(), tables, brokenTables, forMessage: false, withClaim: true };
  }

  check(): CheckedRule | null {
    const before = this.#problems.count;
    const rule = this.#rule;
    const anchor = this.#anchor();
    if (rule.joins.length > maxJoins) {
      this.#problems.report(
        'CG-E508',
        `at most ${maxJoins} joins`,
        rule.joins[maxJoins]?.table.place ?? rule.id.place,
      );
    }
    const joins = rule.joins.map((join, index) => this.#join(join, 'row', index));
    // Without its rows every column would be reported as unknown.
    if (joins.includes(null)) return null;
    const partner = this.#partner();
    if (partner === null && rule.partner !== null) return null;
    this.#lets();
    const when = this.#condition(rule.when);
    const exceptions = this.#exceptions();
    const weaken = rule.weaken.map((w) => this.#weakening(w));
    const blame = this.#blame(anchor, partner);
    const say = this.#say();
    if (rule.basisTable !== null) this.#table(rule.basisTable);
    if (rule.scenes.length === 0) this.#problems.report('CG-E509', 'no scene is listed', rule.id.place);
    if (when === null || this.#problems.count > before) return null;
    const checked = {
      parsed: rule,
      anchor,
      joins: joins as readonly CheckedJoin[],
      partner,
      when,
      exceptions,
      weaken: weaken as readonly CheckedWeaken[],
      ...blame,
      say,
    };
    return this.#isBounded(checked) ? checked : null;
  }

  #typed(cel: CelText, scope = this.#scope): Typed | null {
    return new ExpressionChecker(cel, this.#problems, () => this.#elements++).check(cel.expr, scope);
  }

  #condition(cel: CelText): Typed | null {
    const typed = this.#typed(cel);
    if (typed === null || typed.type.kind === 'bool') return typed;
    this.#problems.report(
      'CG-E306',
      `a condition is needed, this is ${typeName(typed.type)}`,
      cel.placeOf(0),
    );
    return null;
  }

  #anchor(): Slot | null {
    const { anchor } = this.#rule;
    if (anchor !== 'line' && anchor !== 'prescription') return null;
    const slot: Slot = { kind: 'anchor', name: anchor, type: { kind: anchor }, index: 0 };
    this.#scope = withBinding(this.#scope, anchor, { kind: 'slot', slot });
    return slot;
  }

  /** Gives a name of the author to something; a report where it is taken. */
  #bind(name: Located<string>, type: Type, kind: Slot['kind'], index: number): Slot {
    const slot: Slot = { kind, name: name.value, type, index };
    if (this.#claimName(name)) this.#scope = withBinding(this.#scope, name.value, { kind: 'slot', slot });
    return slot;
  }

  /** Whether a name may be given; a report where not. */
  #claimName(name: Located<string>): boolean {
    const before = this.#problems.count;
    if (!/^[a-z][A-Za-z0-9]*$/.test(name.value)) {
      this.#problems.report('CG-E105', `'${name.value}' is no name in camelCase`, name.place);
    } else if (reservedNames.has(name.value) || this.#scope.bindings.has(name.value)) {
      this.#problems.report('CG-E311', `'${name.value}' already names something`, name.place);
    }
    return this.#problems.count === before;
  }

  #table({ value: name, place }: Located<string>): CheckedTable | null {
    const table = this.#around.tables.get(name);
    if (table !== undefined) return table;
    const hint = didYouMean(name, this.#around.tables.keys());
    if (!this.#around.brokenTables.has(name))
      this.#problems.report('CG-E401', `no table '${name}'${hint}`, place);
    return null;
  }

  #join(join: ParsedJoin, kind: 'row' | 'partnerRow', index: number): CheckedJoin | null {
    const { value: name, place } = join.table;
    const table = this.#table(join.table);
    if (table === null) return null;
    if (table.key.length === 0) {
      this.#problems.report('CG-E404', `table ${name} has no key`, place);
      return null;
    }
    const on = this.#typed(join.on);
    const slot = this.#bind(join.alias, { kind: 'row', table: name }, kind, index);
    if (on === null) return null;
    if ((on.kind !== 'fact' && on.kind !== 'cell') || on.type.kind !== 'string') {
      const message = `rows are found by a fact or column of type string; '${on.text}' is none`;
      this.#problems.report('CG-E506', message, join.on.placeOf(0));
      return null;
    }
    const conflict = join.many ? null : firstConflict(table);
    if (conflict !== null) {
      const rows = `rows ${conflict[0] + 1} and ${conflict[1] + 1}`;
      const hint = '(say many: true, or end one)';
      const message = `${rows} of ${name} are valid at the same time for ${conflict[2]} ${hint}`;
      this.#problems.report('CG-E405', message, place);
    }
    return { table: name, slot, on, many: join.many };
  }

  #partner(): CheckedPartner | null {
    const { partner } = this.#rule;
    if (partner === null) return null;
    const source = this.#typed(partner.source);
    const slot = this.#bind(partner.name, line, 'partner', 0);
    if (source === null) return null;
    const isLines = source.kind === 'elements' && source.source.endsWith('.lines');
    if (!isLines) {
      this.#problems.report(
        'CG-E507',
        'a partner comes from claim.lines or prescription.lines',
        partner.source.placeOf(0),
      );
      return null;
    }
    const join = partner.join === null ? null : this.#join(partner.join, 'partnerRow', 0);
    if (join === null && partner.join !== null) return null;
    return { slot, source: source.source, join };
  }

  #lets(): void {
    for (const { name, value } of this.#rule.lets) {
      const isFree = this.#claimName(name);
      const typed = this.#typed(value);
      if (!isFree) continue;
      if (typed !== null) this.#scope = withBinding(this.#scope, name.value, { kind: 'let', value: typed });
      else this.#scope = withBinding(this.#scope, name.value, { kind: 'broken' });
    }
  }

  #exceptions(): readonly Typed[] {
    return this.#rule.except.flatMap(({ value, place }) => {
      const exception = this.#around.exceptions.get(value);
      if (exception !== undefined) return this.#condition(exception.when) ?? [];
      const hint = didYouMean(value, this.#around.exceptions.keys());
      this.#problems.report('CG-E501', `no exception '${value}'${hint}`, place);
      return [];
    });
  }

  #weakening(weaken: ParsedWeaken): CheckedWeaken | null {
    const condition = this.#condition(weaken.condition);
    const { severity, effect } = this.#rule;
    const fall = severities.indexOf(weaken.to.value) - severities.indexOf(severity);
    const effectTo = weaken.effect?.value ?? null;
    const effectFall = effectTo === null ? 0 : effects.indexOf(effect) - effects.indexOf(effectTo);
    if (fall < 0 || effectFall < 0 || fall + effectFall === 0) {
      const now = `${severity} / ${effect}`;
      this.#problems.report('CG-E502', `'${weaken.to.value}' is not weaker than ${now}`, weaken.to.place);
    }
    return condition && { condition, when: weaken.when, to: weaken.to.value, effect: effectTo };
  }

  #blame(
    anchor: Slot | null,
    partner: CheckedPartner | null,
  ): Pick<CheckedRule, 'blamed' | 'involved' | 'excess'> {
    const { blame } = this.#rule;
    const blamed = blame.lines.flatMap((cel) => this.#lines(cel) ?? []);
    const involved = blame.involved.flatMap((cel) => this.#lines(cel) ?? []);
    if (blame.lines.length === 0) {
      const whole = anchorLines(anchor);
      if (whole === null)
        this.#problems.report('CG-E503', "say in 'blame' which lines violate", this.#rule.id.place);
      else blamed.push(whole);
      if (partner !== null && blame.involved.length === 0) involved.push(elementOf(partner.slot));
    }
    const excess = blame.excess === null ? null : this.#excess(blame.excess);
    return { blamed, involved, excess };
  }

  /** A line, or a list of lines, which may be filtered. */
  #lines(cel: CelText): Typed | null {
    const checker = new ExpressionChecker(cel, this.#problems, () => this.#elements++);
    const isFilter = cel.expr.kind === 'macro';
    const typed = isFilter ? checker.checkList(cel.expr, this.#scope) : checker.check(cel.expr, this.#scope);
    if (typed === null) return null;
    const of = typed.type.kind === 'list' ? typed.type.of : typed.type;
    if (of?.kind === 'line') return typed;
    if (typed.kind === 'element' && of?.kind === 'prescription') return anchorLines(typed.slot);
    this.#problems.report(
      'CG-E503',
      `blame names lines; '${typed.text}' is ${typeName(typed.type)}`,
      cel.placeOf(0),
    );
    return null;
  }

  #excess(cel: CelText): Typed | null {
    const typed = this.#typed(cel);
    if (typed === null || isNumber(typed.type)) return typed;
    const message = `excess is a number of fen; '${typed.text}' is ${typeName(typed.type)}`;
    this.#problems.report('CG-E504', message, cel.placeOf(0));
    return null;
  }

  #say(): readonly (string | Typed)[] {
    return this.#rule.say.flatMap((part): readonly (string | Typed)[] => {
      if (typeof part === 'string') return [part];
      const typed = this.#typed(part, { ...this.#scope, forMessage: true });
      if (typed === null) return [];
      const hidden = personalPart(typed);
      const single = isScalar(typed.type)
        ? ''
        : `a message shows single values; '${typed.text}' is ${typeName(typed.type)}`;
      const problem = hidden === null ? single : `'${hidden.text}' is personal`;
      if (problem !== '') this.#problems.report('CG-E505', problem, part.placeOf(hidden?.at ?? 0));
      return problem === '' ? [typed] : [];
    });
  }

  #isBounded(rule: CheckedRule): boolean {
    const { partner } = rule;
    const place = this.#rule.when.placeOf(0);
    const whole = [
      ...[rule.when, ...rule.exceptions].flatMap(conjunctsOf),
      ...rule.weaken.map((w) => w.condition),
      ...(rule.excess === null ? [] : [rule.excess]),
    ];
    const cost = partner === null ? sum(whole) : costWithPartner(rule, partner, whole);
    const limit = costLimits[this.#rule.anchor];
    if (cost > limit)
      this.#problems.report('CG-E310', `${cost} steps per ${this.#rule.anchor}, at most ${limit}`, place);
    const count = sourcesOf([...whole, ...rule.blamed, ...rule.involved], this.#around.tables).length;
    // Some bits are kept for what the planner adds: validity of rows, the scene, the rule's own period.
    if (count > maxSources - 6)
      this.#problems.report('CG-E313', `${count} facts, at most ${maxSources - 6}`, place);
    return cost <= limit && count <= maxSources - 6;
  }
}

/** The part of an expression whose value would tell a personal fact; null where there is none. */
export function personalPart(expr: Typed): Typed | null {
  if (expr.kind === 'fact') return facts.get(expr.path)?.personal === true ? expr : null;
  if (expr.kind === 'has') return null;
  if (expr.kind === 'call' && functionSpec(expr.name).coarse === true) return null;
  for (const part of partsOf(expr)) {
    const personal = personalPart(part);
    if (personal !== null) return personal;
  }
  return null;
}

function sum(exprs: readonly Typed[]): number {
  return exprs.reduce((total, expr) => total + costOf(expr), 0);
}

/** What reads the partner is evaluated for each; the rest once. */
function costWithPartner({ when }: CheckedRule, partner: CheckedPartner, exprs: readonly Typed[]): number {
  const { slot, source, join: joined } = partner;
  const readsPartner = (expr: Typed) =>
    mentions(expr, slot) || (joined !== null && mentions(expr, joined.slot));
  const isProbed = probeOf(when, slot) !== null || joined !== null;
  const perPartner = exprs.filter(readsPartner);
  return (
    sum(exprs.filter((e) => !perPartner.includes(e))) + partnerCost(perPartner, elementsOf(source), isProbed)
  );
}

export function elementOf(slot: Slot): Typed {
  return { kind: 'element', slot, at: 0, text: slot.name, type: slot.type };
}

export function elementsOf(source: ElementSource, slot: Slot | null = null): Typed {
  return { kind: 'elements', source, slot, at: 0, text: source, type: listOf(line) };
}

function anchorLines(anchor: Slot | null): Typed | null {
  if (anchor === null) return null;
  return anchor.type.kind === 'line' ? elementOf(anchor) : elementsOf('prescription.lines', anchor);
}
