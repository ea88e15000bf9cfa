/**
 * Which parts of the readers have run, as the interpreter counts them. Taking the counts costs
 * milliseconds, so it is done after many inputs, and after single ones only where those together did
 * something new.
 */
import { type Profiler, Session } from 'node:inspector';

/** Compiled sources of the readers, and code that they make at run time (it has no address). */
const watched = /\/src\/(claim|base)\/|^$/;

/** By script, one byte for each character of its source: 1 where it has run. */
export type Footprint = ReadonlyMap<string, Uint8Array>;

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Map<string, Uint8Array>();
  #size = 0;

  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Characters of source that have run in anything merged so far. */
  get size(): number {
    return this.#size;
  }

  /** What has run since this was last asked. */
  take(): Footprint {
    let scripts: readonly Profiler.ScriptCoverage[] = [];
    // The answer comes before `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (_, answer) => {
      scripts = answer.result;
    });
    const ours = scripts.filter((script) => watched.test(script.url));
    return new Map(ours.map((script) => [script.scriptId, footprintOf(script)]));
  }

  /** Whether a footprint has something that none before had. */
  isNew(footprint: Footprint): boolean {
    for (const [script, ran] of footprint) {
      const seen = this.#seen.get(script);
      if (seen === undefined || ran.some((value, i) => value > (seen[i] ?? 0))) return true;
    }
    return false;
  }

  merge(footprint: Footprint): void {
    for (const [script, ran] of footprint) {
      const seen = this.#seenOf(script, ran.length);
      ran.forEach((value, i) => {
        if (value === 0 || seen[i] !== 0) return;
        seen[i] = 1;
        this.#size++;
      });
    }
  }

  #seenOf(script: string, length: number): Uint8Array {
    const known = this.#seen.get(script);
    if (known !== undefined && known.length >= length) return known;
    const seen = new Uint8Array(length);
    seen.set(known ?? []);
    this.#seen.set(script, seen);
    return seen;
  }
}

/** The whole script is a function as well, but not one that is still there each time. */
function footprintOf({ functions }: Profiler.ScriptCoverage): Uint8Array {
  const ends = functions.map(({ ranges }) => ranges[0]?.endOffset ?? 0);
  const ran = new Uint8Array(Math.max(0, ...ends));
  // An inner range comes after the one that it is part of, and overrules it.
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges)
      ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  return ran;
}
