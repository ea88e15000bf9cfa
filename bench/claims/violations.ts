/** Planted violations: each kind says which people and places it needs and which lines break the limit. */
import type { Bill } from './bill.js';
import type { Catalogue, Item } from './catalogue.js';
import { type CodedLimit, type LimitKind, permits, type Setting } from './limits.js';
import type { Random } from './random.js';
import type { SimulatedLine } from './simulated-claim.js';

export type ViolationKind = Exclude<LimitKind, 'undecided'>;

export interface Violation {
  readonly kind: ViolationKind;
  /** Code whose limit is broken. */
  readonly code: string;
  /** Lines that break it, those that count as involved included. */
  readonly lineIds: readonly string[];
}

/** What a claim has to be so that a limit can be broken in it; absent: as it comes. */
export interface Needs {
  readonly inpatient?: boolean;
  /** A stay that has ended and is being settled: quantities are judged only then. */
  readonly settling?: boolean;
  readonly level?: 1;
  readonly sex?: 'female' | 'male';
  readonly ages?: readonly [from: number, to: number];
}

export const violationKinds: readonly ViolationKind[] = [
  'pair',
  'frequency',
  'sex',
  'level',
  'visit',
  'age',
  'insurance',
  'surgery',
  'piece-never',
  'piece-alone',
];

/** How often each kind is planted where the kind is left open; in the order of `violationKinds`. */
export const violationWeights = [26, 16, 14, 10, 10, 10, 3, 5, 3, 3];

/** A limit to break, or null where the tables have none of this kind. Named items are preferred: people read them. */
export function drawLimit(catalogue: Catalogue, kind: ViolationKind, random: Random): CodedLimit | null {
  const all = catalogue.breakable(kind);
  if (all.length === 0) return null;
  const readable = catalogue.readable(kind);
  return random.pick(readable.length > 0 && random.chance(0.85) ? readable : all);
}

export function needsOf({ limit }: CodedLimit): Needs {
  switch (limit.kind) {
    case 'sex':
      return { sex: limit.sex === 'female' ? 'male' : 'female' };
    case 'age':
      return limit.belowYears < 200 ? { ages: [Math.max(limit.belowYears, 18), 93] } : { ages: [0, 13] };
    case 'visit':
      return { inpatient: limit.types.includes('outpatient') };
    case 'level':
      return { level: 1, inpatient: false };
    case 'frequency':
    case 'surgery':
      return { inpatient: true, settling: true };
    case 'piece-never':
    case 'piece-alone':
      return { inpatient: false };
    case 'pair':
    case 'insurance':
    case 'undecided':
      return {};
  }
}

export interface Scene {
  readonly catalogue: Catalogue;
  readonly bill: Bill;
  readonly setting: Setting;
  readonly random: Random;
  /** When the planted lines are charged: a day of the visit or stay. */
  readonly at: string;
  readonly prescriptionId: string;
  /** Calendar days that the stay touches; 1 for a visit. */
  readonly days: number;
}

/**
 * Breaks the limit with new lines and says which. Null where the claim turned out not to fit: another limit of the
 * item would be broken too, or the limit holds after all.
 */
export function plant(scene: Scene, { code, limit }: CodedLimit): Violation | null {
  const item = scene.catalogue.item(code);
  if (item === null || limit.kind === 'undecided') return null;
  const others = scene.catalogue.limits(code).filter((other) => other.kind !== limit.kind);
  if (!others.every((other) => permits(other, scene.setting))) return null;
  const lines = linesFor(scene, item, limit);
  return lines === null ? null : { kind: limit.kind, code, lineIds: lines.map((line) => line.id) };
}

function linesFor(scene: Scene, item: Item, limit: CodedLimit['limit']): SimulatedLine[] | null {
  switch (limit.kind) {
    case 'pair': {
      const included = scene.catalogue.item(limit.included);
      if (included === null || !fits(scene, included)) return null;
      return [charge(scene, item), charge(scene, included)];
    }
    case 'frequency':
      // More than the whole stay could hold.
      return [charge(scene, item, limit.cap * (scene.days + 2) * (limit.unit === 'hour' ? 24 : 1))];
    case 'surgery': {
      const second = partnerInGroup(scene, item, limit.group);
      return second === null ? null : [charge(scene, item), charge(scene, second)];
    }
    case 'piece-never':
    case 'piece-alone':
      return [charge(scene, item, 70)];
    default:
      return permits(limit, scene.setting) ? null : [charge(scene, item)];
  }
}

function fits(scene: Scene, item: Item): boolean {
  return scene.catalogue.limits(item.code).every((limit) => permits(limit, scene.setting));
}

function partnerInGroup(scene: Scene, item: Item, group: string): Item | null {
  const codes = scene.catalogue
    .breakable('surgery')
    .filter(({ code, limit }) => limit.kind === 'surgery' && limit.group === group && code !== item.code);
  if (codes.length === 0) return null;
  const partner = scene.catalogue.item(scene.random.pick(codes).code);
  const rivals = scene.catalogue.rivals(item.code);
  return partner !== null && !rivals.has(partner.code) && fits(scene, partner) ? partner : null;
}

function charge(scene: Scene, item: Item, quantity = 1): SimulatedLine {
  const { at, prescriptionId } = scene;
  return scene.bill.add({ item, quantity, at, prescriptionId });
}
