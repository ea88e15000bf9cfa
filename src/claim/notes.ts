/** Collects data-quality notes while a claim is read. */
import type { DataQualityNote } from './claim.js';
import type { FieldPath } from './fields.js';

export type Problem = DataQualityNote['problem'];

/** A claim's notes in the order they arose; the same note twice is kept once per line. */
export class NoteTaker {
  readonly #notes: DataQualityNote[] = [];
  readonly #seen = new Set<string>();

  note(field: FieldPath, problem: Problem, line: string | null = null): void {
    const key = JSON.stringify([field, problem, line]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#notes.push({ field, problem, line });
  }

  get notes(): readonly DataQualityNote[] {
    return this.#notes;
  }
}
