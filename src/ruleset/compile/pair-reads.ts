/**
 * What of two lines decides whether they make a pair: lines that are alike in all of it make the same pairs, so one of
 * them can be asked for all.
 */
import { functionSpec } from '../check/functions.js';
import { partsOf, type Slot, type Typed } from '../check/typed.js';
import type { LineTrait } from './artifact.js';
import type { PlannedRule } from './plan.js';

/** Functions of two lines. */
const readByFunctions: Readonly<Record<string, readonly LineTrait[]>> = {
  overlaps: ['day', 'lastDay'],
  commonShare: ['day', 'lastDay'],
  timesKnown: ['at', 'timed'],
  concurrent: ['at', 'until', 'timed'],
};
/** Functions for which of a time nothing but its day matters. */
const ofDays: ReadonlySet<string> = new Set(['day', 'sameDay', 'ageAt', 'ageDays']);
const days: Readonly<Record<string, LineTrait>> = { at: 'day', until: 'lastDay' };
const plainTraits: ReadonlySet<string> = new Set<LineTrait>([
  'itemCode',
  'kind',
  'quantity',
  'amount',
  'unitPrice',
  'listPrice',
  'at',
  'until',
  'days',
  'current',
  'splitPack',
  'department',
  'practitioner',
  'prescriptionId',
]);

/** Null where a pair may depend on more than such traits: on which line it is, or on what was recorded before. */
export function pairReads({ checked, pair, probe }: PairOf): readonly LineTrait[] | null {
  if (pair === null || checked.partner?.source !== 'claim.lines') return null;
  const key = checked.partner.join?.on ?? null;
  const found = new Set<LineTrait>();
  const isPlain = [pair, probe, key].every((expr) => expr === null || collect(expr, found));
  return isPlain ? [...found].sort() : null;
}

type PairOf = Pick<PlannedRule, 'checked' | 'pair' | 'probe'>;

/** Adds what an expression reads of the two; false where it reads anything else of them. */
function collect(expr: Typed, found: Set<LineTrait>): boolean {
  switch (expr.kind) {
    case 'fact':
      return !isOfPair(expr.slot) || add(expr.path, false, found);
    case 'element':
      return !isOfPair(expr.slot);
    case 'elements':
      return expr.source !== 'prescription.lines';
    case 'call':
      return collectCall(expr.name, expr.args, found);
    case 'listed':
      return expr.keys.every((key) => collect(key, found)) && collectDay(expr.time, found);
    case 'stands':
      return collectDay(expr.time, found);
    default:
      return partsOf(expr).every((part) => collect(part, found));
  }
}

function collectCall(
  name: Parameters<typeof functionSpec>[0],
  args: readonly Typed[],
  found: Set<LineTrait>,
): boolean {
  if (functionSpec(name).history === true) return false;
  if (ofDays.has(name)) return args.every((arg) => collectDay(arg, found));
  const traits = readByFunctions[name];
  if (traits === undefined) return args.every((arg) => collect(arg, found));
  for (const trait of traits) found.add(trait);
  return true;
}

/** A time of which only the day is asked. */
function collectDay(expr: Typed, found: Set<LineTrait>): boolean {
  if (expr.kind !== 'fact') return collect(expr, found);
  return !isOfPair(expr.slot) || add(expr.path, true, found);
}

function add(path: string, byDay: boolean, found: Set<LineTrait>): boolean {
  const [root, name = ''] = path.split('.');
  if (root !== 'line' || !plainTraits.has(name)) return false;
  found.add((byDay ? days[name] : undefined) ?? (name as LineTrait));
  return true;
}

function isOfPair(slot: Slot | null): boolean {
  return slot?.kind === 'anchor' || slot?.kind === 'partner';
}
