/** The policy guard's verdict on every rule of a folder, as a table and its reasons. */
import { type Diagnostic, type Examined, renderDiagnostics } from '../ruleset/build-ruleset.js';
import { padded } from './text-width.js';

/** `isRefused`: some rule, or the folder itself, does not compile. */
export function guardText({ parsed, artifact, diagnostics }: Examined): {
  readonly text: string;
  readonly isRefused: boolean;
} {
  const rules = parsed?.rules ?? [];
  const width = Math.max(0, ...rules.map(({ id }) => id.value.length));
  const lines = rules.map(({ id, file, severity, effect }) => {
    const found = diagnostics.filter((d) => d.file === file.path);
    return `${padded(id.value, width)}  ${verdictOf(found)}  ${severity}, ${effect}`;
  });
  const reasons = diagnostics.length === 0 ? [] : ['', renderDiagnostics(diagnostics)];
  return { text: [...lines, ...reasons].join('\n'), isRefused: artifact === null };
}

function verdictOf(found: readonly Diagnostic[]): string {
  const codes = [...new Set(found.map((d) => d.code))].join(', ');
  if (found.some((d) => d.severity === 'error')) return `refused (${codes})`;
  return found.length > 0 ? `lowered or remarked (${codes})` : 'passes';
}
