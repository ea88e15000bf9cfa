/** What a difference between two times measures, and in which direction it is limited. */
import type { Typed } from '../check/typed.js';
import type { Direction, Measure } from './measures.js';

type TimeKind =
  | 'birth'
  | 'earlierDischarge'
  | 'lastUse'
  | 'admission'
  | 'lineStart'
  | 'lineEnd'
  | 'operation'
  | 'discharge'
  | 'sent'
  | 'tableDay'
  | 'other';

export interface Span {
  readonly measure: Measure;
  readonly direction: Direction;
}

/**
 * `later - earlier > bound` (days; null: a value of the rule, not a constant). The written order may be the
 * other way round: then the same length is limited from below.
 */
export function spanOf(earlier: Typed, later: Typed, bound: number | null): Span | null {
  const [from, to] = [timeKind(earlier), timeKind(later)];
  const forward = measureBetween(from, to, bound);
  if (forward !== null) return { measure: forward, direction: 'upper' };
  const backward = measureBetween(to, from, bound === null ? null : -bound);
  if (backward !== null) return { measure: backward, direction: 'lower' };
  // Between two lines there is no order: only a positive bound asks for a long time.
  const areLines = from === 'lineStart' && to === 'lineStart';
  return areLines && (bound === null || bound > 0) ? { measure: 'stay', direction: 'upper' } : null;
}

function measureBetween(from: TimeKind, to: TimeKind, bound: number | null): Measure | null {
  if (from === 'tableDay' || to === 'tableDay') return from === to ? null : 'calendar';
  if (from === 'birth') return 'age';
  if (from === 'earlierDischarge') return 'readmission';
  if (from === 'lastUse') return 'interval';
  if (from === 'lineStart' && to === 'lineEnd') return isLength(bound) ? 'supply' : null;
  const isStay = (partsOfStay[from] ?? []).includes(to);
  if ((from === 'lineStart' || from === 'lineEnd') && to === 'sent')
    return isLength(bound) ? 'delay' : 'other';
  // Comparing with nothing between (a fee before admission) asks for order, not for length.
  return isStay ? (isLength(bound) ? 'stay' : 'other') : null;
}

/** From where to where a stay, or the rest of it, lasts. */
const partsOfStay: Readonly<Partial<Record<TimeKind, readonly TimeKind[]>>> = {
  admission: ['discharge', 'sent', 'lineStart', 'lineEnd', 'operation', 'other'],
  operation: ['discharge', 'sent', 'lineStart', 'lineEnd'],
  lineStart: ['discharge'],
  lineEnd: ['discharge'],
};

function isLength(bound: number | null): boolean {
  return bound === null || Math.abs(bound) >= 1;
}

const kindOfFact: Readonly<Record<string, TimeKind>> = {
  'patient.birthDate': 'birth',
  'encounter.admittedAt': 'admission',
  'encounter.dischargedAt': 'discharge',
  'claim.sentAt': 'sent',
  'line.at': 'lineStart',
  'line.until': 'lineEnd',
  'prescription.at': 'lineStart',
  'procedures.at': 'operation',
};

const kindOfCall: Readonly<Record<string, TimeKind>> = {
  'history.lastDischarge': 'earlierDischarge',
  'history.lastDischargeHere': 'earlierDischarge',
  'history.lastUse': 'lastUse',
};

function timeKind(node: Typed): TimeKind {
  if (node.kind === 'fact') return kindOfFact[node.path] ?? 'other';
  if (node.kind === 'call') return kindOfCall[node.name] ?? 'other';
  return node.kind === 'cell' ? 'tableDay' : 'other';
}
