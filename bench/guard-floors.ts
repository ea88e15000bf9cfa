/**
 * Whether what was measured keeps to the limits in `bench/floors.json`. Pure but for the reading of the file.
 */
import { readFileSync } from 'node:fs';

/** What the guard measures; the floors file has a limit for each of them and for nothing else. */
export const guardedFigures = [
  'natsOfEcho',
  'natsOpenP50',
  'natsOpenP99',
  'httpOfBare',
  'bytesPerLine',
] as const;
export type GuardedFigure = (typeof guardedFigures)[number];
export type Measured = Readonly<Record<GuardedFigure, number>>;

/** One of the two: a rate must not fall below its floor, a latency must not rise above its ceiling. */
export type Limit = { readonly atLeast: number } | { readonly atMost: number };
export type Floors = Readonly<Record<GuardedFigure, Limit>>;

export interface Verdict {
  readonly name: GuardedFigure;
  readonly value: number;
  readonly limit: Limit;
  readonly kept: boolean;
}

/**
 * Throws with a sentence where the file cannot be read, lacks a limit, has one that nobody measures, or one that is
 * no limit.
 */
export function readFloors(path: string): Floors {
  const found = contentOf(path);
  const known = new Set<string>(guardedFigures);
  const unknown = Object.keys(found).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`${path}: nobody measures ${unknown.join(', ')}`);
  for (const name of guardedFigures) {
    if (!isLimit(found[name])) throw new Error(`${path}: ${name} needs a number "atLeast" or "atMost"`);
  }
  return found as Floors;
}

function contentOf(path: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isLimit(value: unknown): value is Limit {
  if (typeof value !== 'object' || value === null) return false;
  const entries = Object.entries(value);
  return (
    entries.length === 1 && entries.every(([key, n]) => /^at(Least|Most)$/.test(key) && Number.isFinite(n))
  );
}

/** A number that is none (a run without answers) keeps no limit. */
export function judge(measured: Measured, floors: Floors): Verdict[] {
  return guardedFigures.map((name) => {
    const [value, limit] = [measured[name], floors[name]];
    const kept = 'atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost;
    return { name, value, limit, kept };
  });
}

export function verdictLine({ name, value, limit, kept }: Verdict): string {
  const bound = 'atLeast' in limit ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`;
  return `${kept ? 'kept  ' : 'BROKEN'}  ${name.padEnd(12)} ${value.toFixed(3).padStart(8)}   ${bound}`;
}

/**
 * Measures until a try keeps all limits, at most `tries` times; true where one did. A busy machine slows ours
 * and what it is compared with at different moments, so one bad try says little; three in a row say
 * something.
 */
export async function bestOf(
  tries: number,
  floors: Floors,
  measure: () => Promise<Measured>,
  say: (line: string) => void,
): Promise<boolean> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    say(`try ${attempt} of ${tries}`);
    try {
      const verdicts = judge(await measure(), floors);
      for (const verdict of verdicts) say(`  ${verdictLine(verdict)}`);
      if (verdicts.every(({ kept }) => kept)) return true;
    } catch (error) {
      // No answer within ten seconds, a start that took three: a try that measured nothing has failed.
      say(`  BROKEN  ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return false;
}
