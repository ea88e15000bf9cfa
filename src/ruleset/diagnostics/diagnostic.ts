/** A mistake in a rules folder, with the place where a person can mend it. */
import type { DiagnosticCode } from './codes.js';
import type { Place } from './source-text.js';

/** With an error there is no rule set; a warning says what the compiler made lower, or what reads badly. */
export type DiagnosticSeverity = 'error' | 'warning';

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: DiagnosticSeverity;
  readonly message: string;
  /** What the author may write instead; null where the message says it. */
  readonly advice: string | null;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly sourceLine: string;
}

/** What is said about a place beside its code and message. */
export interface DiagnosticDetail {
  readonly severity?: DiagnosticSeverity;
  readonly advice?: string;
}

export function diagnose(
  code: DiagnosticCode,
  message: string,
  place: Place,
  { severity = 'error', advice }: DiagnosticDetail = {},
): Diagnostic {
  const { line, column } = place.file.lineAndColumn(place.offset);
  const sourceLine = place.file.line(line);
  return { code, severity, message, advice: advice ?? null, file: place.file.path, line, column, sourceLine };
}

/** Collects, so that an author sees all problems of a run together. */
export class Problems {
  readonly #found: Diagnostic[] = [];
  #errors = 0;

  report(code: DiagnosticCode, message: string, place: Place, detail: DiagnosticDetail = {}): void {
    const diagnostic = diagnose(code, message, place, detail);
    this.#found.push(diagnostic);
    if (diagnostic.severity === 'error') this.#errors++;
  }

  /** Errors only: warnings stop nothing. */
  get count(): number {
    return this.#errors;
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
