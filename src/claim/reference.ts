/** The Markdown reference of the claim's fields, generated from the field table. */
import { claimFields, claimLimits, type FieldSpec } from './fields.js';

const types: Readonly<Record<FieldSpec['type'], string>> = {
  text: 'text',
  flag: 'true/false',
  integer: 'integer',
  quantity: 'quantity, up to 4 decimals',
  money: 'yuan, to the fen',
  price: 'yuan per unit, up to 6 decimals',
  instant: 'ISO 8601 instant',
  day: 'YYYY-MM-DD',
  enumeration: 'one of',
  texts: 'list of texts',
};

const groups = {
  claim: 'Claim',
  institution: 'Institution',
  patient: 'Patient',
  encounter: 'Encounter',
  diagnoses: 'Diagnoses',
  procedures: 'Procedures',
  lines: 'Lines',
} as const;

/** The whole reference, ending in a newline. */
export function renderFieldReference(): string {
  const sections = Object.entries(groups).map(([prefix, title]) => renderGroup(`${prefix}.`, title));
  return `${intro}\n${sections.join('\n')}\n${renderLimits()}`;
}

const intro = `# Fields of a claim

Generated from \`fields.ts\`; do not edit. Rules name a fact by its path, with \`line\` for \`lines\`.
"Rules: no" marks facts that conditions cannot read; "personal" ones appear in no finding, log or message.
`;

function renderGroup(prefix: string, title: string): string {
  const entries = Object.entries(claimFields) as [string, FieldSpec][];
  const rows = entries.filter(([path]) => path.startsWith(prefix)).map(([path, spec]) => rowOf(path, spec));
  return `## ${title}\n\n${renderTable([['Field', 'Type', 'National', 'Rules', 'Meaning'], ...rows])}`;
}

function rowOf(path: string, spec: FieldSpec): readonly string[] {
  const rules = spec.hidden ? 'no' : spec.personal ? 'personal' : 'yes';
  return [`\`${path}\``, renderType(spec), spec.national ?? '', rules, spec.doc];
}

/** A table with aligned columns, as the formatter of this repository wants it; the first row is the head. */
function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)));
    return `| ${cells.join(' | ')} |`;
  });
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return `${[lines[0], rule, ...lines.slice(1)].join('\n')}\n`;
}

/** Columns on a terminal: a Chinese character takes two. */
function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + (/[\u2e80-\uffee]/.test(character) ? 2 : 1), 0);
}

function renderType(spec: FieldSpec): string {
  if (spec.values !== undefined) return `one of ${spec.values.map((value) => `\`${value}\``).join(', ')}`;
  const length = spec.maxLength === undefined ? '' : `, at most ${spec.maxLength} characters`;
  const unit = spec.type === 'money' || spec.type === 'price' ? 100 : 1;
  const range =
    spec.min === undefined || spec.max === undefined ? '' : `, ${spec.min / unit} to ${spec.max / unit}`;
  return `${types[spec.type]}${length}${range}`;
}

function renderLimits(): string {
  const rows = Object.entries(claimLimits).map(([name, limit]) => [name, String(limit)]);
  const sentence = 'A body beyond one of these is refused as unreadable.';
  return `## Limits\n\n${sentence}\n\n${renderTable([['What', 'At most'], ...rows])}`;
}
