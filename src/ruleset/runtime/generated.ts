/** The shape of what generated code returns, and the loading of its texts. */
import { assert } from '../../base/assert.js';
import type { ArtifactWithoutTables } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import type { Truth, Unknown } from './unknown.js';

/** Every function of a rule takes the same six; -1 stands for a line or row that the rule has not. */
export type Evaluate<T> = (
  view: ClaimView,
  anchor: number,
  row0: number,
  row1: number,
  partner: number,
  partnerRow: number,
) => T;

export type LineNumbers = number | readonly number[];

/** Numbers of item codes. */
export type Codes = number | readonly number[];

export interface GeneratedRule {
  readonly fast: Evaluate<Truth>;
  readonly full: Evaluate<Truth>;
  readonly pairFast: Evaluate<Truth> | null;
  readonly pairFull: Evaluate<Truth> | null;
  readonly probe: Evaluate<Codes | Unknown> | null;
  readonly keys: readonly Evaluate<number | Unknown>[];
  readonly partnerKey: Evaluate<number | Unknown> | null;
  readonly weaken: readonly Evaluate<Truth>[];
  readonly blamed: readonly Evaluate<LineNumbers | Unknown>[];
  readonly involved: readonly Evaluate<LineNumbers | Unknown>[];
  readonly excess: Evaluate<number | Unknown> | null;
  readonly say: readonly Evaluate<unknown>[];
  readonly facts: readonly Evaluate<unknown>[];
}

/** A bit for each of the artifact's known facts that the claim knows wherever it has it. */
export type KnownMask = (view: ClaimView) => number;

export interface Generated {
  readonly rules: readonly GeneratedRule[];
  readonly knownMask: KnownMask;
}

/**
 * Runs the artifact's texts through `run` (instantiate's) and checks that they are what the artifact says.
 */
export function loadGenerated(
  artifact: ArtifactWithoutTables,
  run: (text: string, name: string) => unknown,
): Generated {
  const rules = artifact.code.flatMap((text, i) => run(text, `chunk-${i}`) as readonly GeneratedRule[]);
  const knownMask = run(artifact.knownCode, 'known') as KnownMask;
  assert(rules.length === artifact.rules.length, 'one generated object per rule');
  return { rules, knownMask };
}
