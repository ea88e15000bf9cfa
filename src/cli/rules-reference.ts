/** Facts and functions of the rule language, derived from the tables that the checker uses. */
import { claimFields, type FieldSpec } from '../claim/fields.js';
import { type FunctionSpec, functions } from '../ruleset/check/functions.js';
import { padded, textWidth } from './text-width.js';

export function referenceText(): string {
  return `${factsText()}\n\n${functionsText()}`;
}

/** Facts by path; hidden ones are no facts of the rule language. */
function factsText(): string {
  const rows = Object.entries<FieldSpec>(claimFields)
    .filter(([, spec]) => spec.hidden !== true)
    .map(([path, spec]) => [
      path.replace(/^lines\./, 'line.'),
      spec.type,
      spec.national ?? '',
      meaningOf(spec),
    ]);
  return ['Facts', '', ...aligned([['fact', 'type', 'national', 'meaning'], ...rows])].join('\n');
}

function meaningOf({ doc, values }: FieldSpec): string {
  return values === undefined ? doc : `${doc} One of: ${values.join(', ')}.`;
}

function functionsText(): string {
  const rows = Object.entries<FunctionSpec>(functions).map(([name, spec]) => [
    name,
    spec.history === true ? 'history' : spec.reads.join(', '),
    spec.doc,
  ]);
  return ['Functions', '', ...aligned([['function', 'needs', 'meaning'], ...rows])].join('\n');
}

const widest = 40;

function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.min(widest, Math.max(...rows.map((row) => textWidth(row[i] ?? '')))),
  );
  return rows.map((row) => `  ${row.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  ')}`.trimEnd());
}
