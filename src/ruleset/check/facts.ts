/**
 * Which facts a rule may read, and as what type: derived from the claim's field table, nothing listed twice.
 */
import { claimFields, type FieldPath, type FieldSpec } from '../../claim/fields.js';
import type { FactPath } from './typed.js';
import {
  bool,
  day,
  double,
  fen,
  instant,
  int,
  listOf,
  maxSafe,
  type ScalarType,
  string,
  type Type,
} from './types.js';

export interface FactSpec {
  readonly path: FactPath;
  readonly type: Type;
  /** Never shown in a finding or message. */
  readonly personal: boolean;
  /** Only for messages; may not be judged. */
  readonly onlyShown: boolean;
  /** Always known, so that no coverage is lost by reading it. */
  readonly total: boolean;
}

/** Field groups of claim elements, and the name under which rules and coverage speak of their facts. */
const elementGroups: Readonly<Record<string, string>> = {
  lines: 'line',
  diagnoses: 'diagnoses',
  procedures: 'procedures',
};

const onlyShown: ReadonlySet<FieldPath> = new Set(['lines.itemName']);
/** Flags that every line carries and a claim's kind. */
const total: ReadonlySet<FieldPath> = new Set(['claim.kind', 'lines.current', 'lines.splitPack']);

function typeOf(spec: FieldSpec): Type {
  switch (spec.type) {
    case 'flag':
      return bool;
    case 'integer':
      return int(spec.min ?? -maxSafe, spec.max ?? maxSafe);
    case 'money':
      // Net amounts of a line that swallowed refunds stay within the field's bounds.
      return fen(spec.min ?? -maxSafe, spec.max ?? maxSafe);
    case 'price':
      return { kind: 'double', money: true };
    case 'quantity':
      return double;
    case 'instant':
      return instant;
    case 'day':
      return day;
    case 'texts':
      return listOf(string as ScalarType);
    case 'enumeration':
      return { kind: 'string', values: spec.values ?? [] };
    case 'text':
      return string;
  }
}

function factOf(path: FieldPath, spec: FieldSpec): readonly [string, FactSpec] {
  const [group = '', name = ''] = path.split('.');
  const factPath = `${elementGroups[group] ?? group}.${name}` as FactPath;
  return [
    factPath,
    {
      path: factPath,
      type: typeOf(spec),
      personal: spec.personal === true,
      onlyShown: onlyShown.has(path),
      total: total.has(path),
    },
  ];
}

const prescriptionFacts: readonly (readonly [string, FactSpec])[] = [
  [
    'prescription.id',
    { path: 'prescription.id', type: string, personal: false, onlyShown: false, total: true },
  ],
  [
    'prescription.at',
    { path: 'prescription.at', type: instant, personal: false, onlyShown: false, total: false },
  ],
];

const entries = Object.entries(claimFields as Record<FieldPath, FieldSpec>)
  .filter(([, spec]) => spec.hidden !== true)
  .map(([path, spec]) => factOf(path as FieldPath, spec));

/** By fact path: `patient.sex`, `line.at`, `diagnoses.code`, `prescription.at`. */
export const facts: ReadonlyMap<string, FactSpec> = new Map([...entries, ...prescriptionFacts]);

/** Fields that exist but that rules may not read, for a better answer than "unknown". */
export const hiddenFacts: ReadonlySet<string> = new Set(
  Object.entries(claimFields as Record<FieldPath, FieldSpec>)
    .filter(([, spec]) => spec.hidden === true)
    .map(([path, spec]) => factOf(path as FieldPath, spec)[0]),
);

/** Names that begin a path without being a value. */
export const factRoots = ['claim', 'institution', 'patient', 'encounter'] as const;

export const elementFactRoot = {
  line: 'line',
  diagnosis: 'diagnoses',
  procedure: 'procedures',
  prescription: 'prescription',
} as const;

export function fieldNames(root: string): readonly string[] {
  return [...facts.keys()].filter((p) => p.startsWith(`${root}.`)).map((p) => p.slice(root.length + 1));
}
