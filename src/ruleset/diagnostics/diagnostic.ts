/** A mistake in a rules folder, with the place where a person can mend it. */
import type { DiagnosticCode } from './codes.js';
import type { Place } from './source-text.js';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly sourceLine: string;
}

export function diagnose(code: DiagnosticCode, message: string, place: Place): Diagnostic {
  const { line, column } = place.file.lineAndColumn(place.offset);
  return { code, message, file: place.file.path, line, column, sourceLine: place.file.line(line) };
}

/** Collects, so that an author sees all problems of a run together. */
export class Problems {
  readonly #found: Diagnostic[] = [];

  report(code: DiagnosticCode, message: string, place: Place): void {
    this.#found.push(diagnose(code, message, place));
  }

  get count(): number {
    return this.#found.length;
  }

  /** By file, line, column; the same mistake at the same place once. */
  sorted(): readonly Diagnostic[] {
    const seen = new Set<string>();
    return this.#found
      .toSorted((a, b) => compareTexts(a.file, b.file) || a.line - b.line || a.column - b.column)
      .filter((d) => {
        const key = `${d.file}:${d.line}:${d.column} ${d.code} ${d.message}`;
        return !seen.has(key) && seen.add(key);
      });
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
