/** The shape of what generated code returns, and the loading of its texts. */
import { assert } from '../../base/assert.js';
import type { Artifact } from '../compile/artifact.js';
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

export interface GeneratedRule {
  readonly fast: Evaluate<Truth>;
  readonly full: Evaluate<Truth>;
  readonly pairFast: Evaluate<Truth> | null;
  readonly pairFull: Evaluate<Truth> | null;
  readonly probe: Evaluate<string | readonly string[] | Unknown> | null;
  readonly keys: readonly Evaluate<string | Unknown>[];
  readonly partnerKey: Evaluate<string | Unknown> | null;
  readonly weaken: readonly Evaluate<Truth>[];
  readonly blamed: readonly Evaluate<LineNumbers | Unknown>[];
  readonly involved: readonly Evaluate<LineNumbers | Unknown>[];
  readonly excess: Evaluate<number | Unknown> | null;
  readonly say: readonly Evaluate<unknown>[];
  readonly facts: readonly Evaluate<unknown>[];
}

export type KnownTest = (view: ClaimView) => boolean;

export interface Generated {
  readonly rules: readonly GeneratedRule[];
  readonly knownTests: readonly KnownTest[];
}

/**
 * Runs the artifact's texts through `run` (instantiate's) and checks that they are what the artifact says.
 */
export function loadGenerated(artifact: Artifact, run: (text: string, name: string) => unknown): Generated {
  const rules = artifact.code.flatMap((text, i) => run(text, `chunk-${i}`) as readonly GeneratedRule[]);
  const knownTests = run(artifact.knownCode, 'known') as readonly KnownTest[];
  assert(rules.length === artifact.rules.length, 'one generated object per rule');
  assert(knownTests.length === artifact.knownFacts.length, 'one test per known fact');
  return { rules, knownTests };
}
