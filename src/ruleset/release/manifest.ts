/** What a version is: immutable, numbered, signed by whoever published it. */
import type { Result } from '../../base/result.js';
import type { OwnImpact } from '../guard/impact-gate.js';
import {
  isCount,
  isDigest,
  isInstant,
  isShaped,
  isText,
  isTexts,
  orAbsent,
  orNull,
  readDocument,
  type Shape,
} from './document.js';
import type { Refusal } from './refusal.js';

/** Of a scene, from replay or shadow; shares of claims, in millionths. */
export interface Band {
  /** 1–10, or the kind of a durable event. */
  readonly scene: string;
  readonly alertLow: number;
  readonly alertHigh: number;
  readonly holdLow: number;
  readonly holdHigh: number;
  /** What it was made of; absent in manifests from before it was told. */
  readonly figures?: BandFigures;
}

/** Claims of a scene. */
export interface BandFigures {
  readonly claims: number;
  readonly alerts: number;
  readonly holds: number;
  /** Those with a finding, shown or only recorded, by rule; a rule that is not named had none. */
  readonly rules: Readonly<Record<string, number>>;
}

/** What a replay over history has shown. */
export interface ReplayMark {
  /** SHA-256 of the report in its JSON form, hex. */
  readonly digest: string;
  /** Days, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly claims: number;
  /** Claims with a finding that somebody would see. */
  readonly hits: number;
  readonly bands: readonly Band[];
}

export interface Manifest {
  readonly format: 1;
  /** 1, 2, 3 … */
  readonly version: number;
  /** The version it was made from and is compared with; null: the first. */
  readonly previous: number | null;
  readonly rulesetId: string;
  readonly name: string;
  /** Day up to which knowledge was known. */
  readonly asOf: string;
  /** Of the bundle; hex. */
  readonly sourceDigest: string;
  readonly publishedAt: string;
  /** Rule ids that differ from `previous`; of the first version all are new. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Of each rule, the version that brought it or changed it last; absent in manifests from before it was told. */
  readonly since?: Readonly<Record<string, number>>;
  /** Words by which rules are switched off together, beside their ids, with these rules; absent: there are none. */
  readonly killSwitches?: Readonly<Record<string, readonly string[]>>;
  /** The guard's warnings: effects that it lowered. */
  readonly warnings: number;
  readonly replay: ReplayMark | null;
  /** What PG-16 asks of whoever activates it; absent in manifests from before it was told. */
  readonly impact?: OwnImpact;
  /** Once this version is in force no version below may come back. */
  readonly floor: number;
}

const isCounts = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isCount);

const isNamedTexts = (value: unknown): value is Readonly<Record<string, readonly string[]>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isTexts);

const figures: Shape<BandFigures> = {
  claims: (value): value is number => isCount(value) && value > 0,
  alerts: isCount,
  holds: isCount,
  rules: isCounts,
};

const band: Shape<Band> = {
  scene: isText,
  alertLow: isCount,
  alertHigh: isCount,
  holdLow: isCount,
  holdHigh: isCount,
  figures: orAbsent(isShaped(figures)),
};
export const isBand = isShaped(band);

const replay: Shape<ReplayMark> = {
  digest: isDigest,
  from: isText,
  to: isText,
  claims: isCount,
  hits: isCount,
  bands: (value): value is readonly Band[] => Array.isArray(value) && value.every(isBand),
};

const impact: Shape<OwnImpact> = {
  measured: (value): value is OwnImpact['measured'] => ['wholly', 'partly', 'not'].includes(value as string),
  loud: (value): value is boolean => typeof value === 'boolean',
};

const manifest: Shape<Manifest> = {
  format: (value): value is 1 => value === 1,
  version: isCount,
  previous: orNull(isCount),
  rulesetId: isText,
  name: isText,
  asOf: isText,
  sourceDigest: isDigest,
  publishedAt: isInstant,
  added: isTexts,
  removed: isTexts,
  changed: isTexts,
  since: orAbsent(isCounts),
  killSwitches: orAbsent(isNamedTexts),
  warnings: isCount,
  replay: orNull(isShaped(replay)),
  impact: orAbsent(isShaped(impact)),
  floor: isCount,
};

export function readManifest(content: unknown): Result<Manifest, Refusal> {
  return readDocument(content, manifest, 'manifest of a rule set');
}
