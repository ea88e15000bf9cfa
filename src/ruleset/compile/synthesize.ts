/** Conditions that an author does not write: a row is in force, the rule's own period, the scene. */
import type { CheckedJoin, CheckedRule } from '../check/check-rule.js';
import type { Tables } from '../check/sources.js';
import type { Comparison, Slot, Typed } from '../check/typed.js';
import { bool, day, instant, int, string } from '../check/types.js';

const at = 0;
const yes: Typed = { kind: 'constant', value: true, at, text: 'true', type: bool };

/** The conjunction; true where there is none. */
export function all(conditions: readonly Typed[]): Typed {
  const [first = yes, ...rest] = conditions;
  return rest.reduce((left, right): Typed => {
    return { kind: 'and', left, right, at, text: `${left.text} && ${right.text}`, type: bool };
  }, first);
}

export function none(condition: Typed): Typed {
  return { kind: 'not', of: condition, at, text: `!(${condition.text})`, type: bool };
}

/** When a rule's anchor happened: the service, the prescription, or the end of the encounter so far. */
export function anchorTime({ anchor }: Pick<CheckedRule, 'anchor'>): Typed {
  if (anchor !== null) return timeOf(anchor);
  const discharged = scalar('encounter.dischargedAt');
  const has: Typed = { kind: 'has', of: discharged, at, text: 'has(encounter.dischargedAt)', type: bool };
  const sent = scalar('claim.sentAt');
  const text = `${has.text} ? ${discharged.text} : ${sent.text}`;
  return { kind: 'conditional', test: has, yes: discharged, no: sent, at, text, type: instant };
}

/** When a line's service happened. */
export function lineTime(line: Typed): Typed {
  return timeOf(line.kind === 'element' ? line.slot : null);
}

function timeOf(slot: Slot | null): Typed {
  const path = slot?.type.kind === 'prescription' ? 'prescription.at' : 'line.at';
  return { kind: 'fact', path, slot, at, text: `${slot?.name}.at`, type: instant };
}

function scalar(path: 'encounter.dischargedAt' | 'claim.sentAt'): Typed {
  return { kind: 'fact', path, slot: null, at, text: path, type: instant };
}

/** Nothing to ask of a table whose rows have neither days nor regions. */
export function standing(join: CheckedJoin, time: Typed, tables: Tables): readonly Typed[] {
  const table = tables.get(join.table);
  if (table?.dated !== true && table?.regional !== true) return [];
  return [
    {
      kind: 'stands',
      slot: join.slot,
      table: join.table,
      time,
      at,
      text: `${join.slot.name} in force`,
      type: bool,
    },
  ];
}

/** The rule's own first and last day, at the anchor's time. */
export function inPeriod({ parsed }: CheckedRule, time: Typed): readonly Typed[] {
  const on: Typed = { kind: 'call', name: 'day', args: [time], at, text: `day(${time.text})`, type: day };
  const bounds: readonly (readonly [Comparison, number | null])[] = [
    ['>=', parsed.validFrom],
    ['<', parsed.validTo],
  ];
  return bounds.flatMap(([operator, bound]) => {
    if (bound === null) return [];
    const right: Typed = { kind: 'constant', value: bound, at, text: String(bound), type: day };
    return [
      { kind: 'compare', operator, left: on, right, at, text: 'in its period', type: bool } satisfies Typed,
    ];
  });
}

/** True for a claim that the runtime has let through; unknown where a screening does not say its scene. */
export function inScene({ parsed }: CheckedRule): Typed | null {
  const numbers = parsed.scenes.filter((s) => typeof s === 'number');
  if (numbers.length === 0) return null;
  const scene: Typed = {
    kind: 'fact',
    path: 'claim.scene',
    slot: null,
    at,
    text: 'claim.scene',
    type: int(1, 10),
  };
  const kind: Typed = { kind: 'fact', path: 'claim.kind', slot: null, at, text: 'claim.kind', type: string };
  const items = numbers.map((value): Typed => {
    return { kind: 'constant', value, at, text: String(value), type: int(value, value) };
  });
  const list: Typed = { kind: 'list', items, at, text: 'scenes', type: { kind: 'list', of: int(1, 10) } };
  const screening: Typed = { kind: 'constant', value: 'screening', at, text: '"screening"', type: string };
  const isOther: Typed = {
    kind: 'compare',
    operator: '!=',
    left: kind,
    right: screening,
    at,
    text: 'other',
    type: bool,
  };
  const isListed: Typed = { kind: 'in', item: scene, list, at, text: 'claim.scene in scenes', type: bool };
  return { kind: 'or', left: isOther, right: isListed, at, text: 'in scene', type: bool };
}
