import type { Diagnostic } from './diagnostic.js';

/**
 * `file:line:column CODE message`, the source line, a caret under the place, and what to write instead where
 * that is known. A warning says so before its code.
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, code, severity, message, advice, sourceLine } = diagnostic;
  const kind = severity === 'warning' ? 'warning ' : '';
  const head = `${file}:${line}:${column} ${kind}${code} ${message}`;
  const tail = advice === null ? '' : `\n    instead: ${advice}`;
  if (sourceLine.trim() === '') return head + tail;
  const shown = windowAround(sourceLine, column);
  return `${head}\n    ${shown.text}\n    ${caretBelow(shown.text, shown.column)}${tail}`;
}

const widest = 160;

/** A long line is cut to the part around the place. */
function windowAround(line: string, column: number): { readonly text: string; readonly column: number } {
  if (line.length <= widest) return { text: line, column };
  const start = Math.max(0, Math.min(column - widest / 2, line.length - widest));
  const end = start + widest;
  const [before, after] = [start > 0 ? '…' : '', end < line.length ? '…' : ''];
  return { text: before + line.slice(start, end) + after, column: column - start + before.length };
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n');
}

/** Tabs stay tabs and wide characters take two cells, so that the caret stands right in a terminal. */
function caretBelow(sourceLine: string, column: number): string {
  const before = sourceLine.slice(0, column - 1);
  return `${[...before].map((c) => (c === '\t' ? '\t' : isWide(c) ? '  ' : ' ')).join('')}^`;
}

const wideRanges =
  '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff' +
  '\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6' +
  '\\u{1f300}-\\u{3fffd}';
const wide = new RegExp(`[${wideRanges}]`, 'u');

/** Takes two cells in a terminal. */
function isWide(character: string): boolean {
  return wide.test(character);
}
