/** Collects data-quality notes while a claim is read. */
import type { DataQualityNote } from './claim.js';
import type { FieldPath } from './fields.js';

export type Problem = DataQualityNote['problem'];

/** A claim's notes in the order they arose; the same note twice is kept once per line. */
export class NoteTaker {
  readonly #notes: DataQualityNote[] = [];
  #seen: Set<string> | null = null;

  note(field: FieldPath, problem: Problem, line: string | null = null): void {
    // Neither a path nor a problem holds a blank, so no two notes share a key.
    const key = line === null ? `${field} ${problem}` : `${field} ${problem} ${line}`;
    this.#seen ??= new Set();
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#notes.push({ field, problem, line });
  }

  /** Grows while the claim is read. */
  get notes(): readonly DataQualityNote[] {
    return this.#notes;
  }
}
