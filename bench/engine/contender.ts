/** What every engine beside ours is asked to do: all rules about all lines of one claim. */
import type { Hit } from './hits.js';
import type { LineFacts } from './line-facts.js';
import type { BenchRule } from './rule-shapes.js';

/** A line in the form that an engine likes best. */
export interface Prepared {
  readonly itemCode: string;
}

export interface Contender {
  /** Outside the clock of "evaluate", inside that of "from bytes". */
  prepare(lines: readonly LineFacts[]): readonly Prepared[];
  /** The hits of one claim, in any order. */
  screen(lines: readonly Prepared[]): readonly Hit[] | Promise<readonly Hit[]>;
}

/** Prepares an engine once for a library: parsing, planning and compiling are outside every clock. */
export type MakeContender = (rules: readonly BenchRule[]) => Contender;

/** One condition, compiled by a library that evaluates single expressions. */
export type Condition<P extends Prepared> = (line: P) => boolean;

/** Every rule is tried on every line: the condition asks for the item code itself. */
export function tryAll<P extends Prepared>(
  conditions: readonly Condition<P>[],
  prepare: (lines: readonly LineFacts[]) => readonly P[],
): Contender {
  return {
    prepare,
    screen(lines) {
      const hits: Hit[] = [];
      for (let line = 0; line < lines.length; line++) {
        for (let rule = 0; rule < conditions.length; rule++) {
          if (conditions[rule]?.(lines[line] as P)) hits.push({ rule, line });
        }
      }
      return hits;
    },
  };
}

/**
 * Behind an index as ours: the rules that have a row for the line's item, and of those only the
 * condition.
 */
export function tryIndexed<P extends Prepared>(
  conditions: readonly Condition<P>[],
  index: ReadonlyMap<string, readonly number[]>,
  prepare: (lines: readonly LineFacts[]) => readonly P[],
): Contender {
  return {
    prepare,
    screen(lines) {
      const hits: Hit[] = [];
      for (let line = 0; line < lines.length; line++) {
        const facts = lines[line] as P;
        const rules = index.get(facts.itemCode);
        if (rules === undefined) continue;
        for (const rule of rules) if (conditions[rule]?.(facts)) hits.push({ rule, line });
      }
      return hits;
    },
  };
}
