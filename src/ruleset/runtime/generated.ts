/** The shape of what generated code returns, and the loading of its texts. */
import { assert } from '../../base/assert.js';
import type { ArtifactWithoutTables } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import type { Truth, Unknown } from './unknown.js';
import type { ReadWords } from './words.js';

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

/** Whether a line has to be asked: false where the rule's look says no. `cells[at]` … are the entry's values. */
export type Look = (
  look: number,
  view: ClaimView,
  anchor: number,
  row: number,
  cells: Float64Array,
  at: number,
) => boolean;

/** What the text of the looks returns. */
interface GeneratedLooks {
  /** So many looks each. */
  readonly looks: readonly Look[];
  readonly readWords: ReadWords;
}

/** What the text of a chunk answers: its rules, made of all shapes. */
type MakeRules = (shapes: readonly unknown[]) => readonly GeneratedRule[];

export interface Generated {
  readonly rules: readonly GeneratedRule[];
  readonly knownMask: KnownMask;
  readonly look: Look;
  readonly readWords: ReadWords;
}

/**
 * Runs the artifact's texts through `run` (instantiate's) and checks that they are what the artifact says.
 */
export function loadGenerated(
  artifact: ArtifactWithoutTables,
  run: (text: string, name: string) => unknown,
): Generated {
  const shapes = artifact.shapes.flatMap((text, i) => run(text, `shapes-${i}`) as readonly unknown[]);
  const rules = artifact.code.flatMap((text, i) => (run(text, `chunk-${i}`) as MakeRules)(shapes));
  const knownMask = run(artifact.knownCode, 'known') as KnownMask;
  const { looks, readWords } = run(artifact.quickCode, 'looks') as GeneratedLooks;
  assert(rules.length === artifact.rules.length, 'one generated object per rule');
  return { rules, knownMask, look: oneLook(looks), readWords };
}

/** As many looks as one function holds; see compile/emit-quick. */
const looksBits = 5;

function oneLook(looks: readonly Look[]): Look {
  const [only] = looks;
  if (only !== undefined && looks.length === 1) return only;
  return (look, view, anchor, row, cells, at) =>
    looks[look >> looksBits]!(look, view, anchor, row, cells, at);
}
