/** The Markdown reference of the claim's fields, generated from the field table. */
import { stockMovementTypes, undoneTypes } from './durable/durable-event.js';
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
  return `${intro}\n${sections.join('\n')}\n${renderEvents()}\n${renderLimits()}`;
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

/** What only events of the durable path say; conditions read none of it. */
const eventFields: readonly (readonly [field: string, type: string, national: string, meaning: string])[] = [
  [
    '`reverses.claimId`',
    'text',
    'setl_id of 2208, 2305, 3506',
    'Claim that a reversal, refund or return undoes.',
  ],
  ['`lines.chargeBatch`', 'text', 'chrg_bchno', '收费批次号, of a line of `fees`.'],
  ['`bills`', 'list of texts', 'chrg_bchno of 2207, 2304', 'Charge batches that a settlement or sale bills.'],
  ['`deletes.chargeBatch`', 'text', 'chrg_bchno of 2205', 'Held fees that `fees` takes back: of this batch.'],
  ['`deletes.lines`', 'list of texts', 'feedetl_sn of 2302', 'These lines; with a batch, these of it.'],
  ['`traces.line`', 'text', 'drug_trac_info.feedetl_sn', 'Line, carried or held, that codes are sent for.'],
  ['`traces.traceCodes`', 'list of texts', 'drug_trac_info.drug_trac_codg', '药品追溯码.'],
  ['`traces.splitPack`', 'true/false', 'drug_trac_info.trdn_flag', '拆零.'],
  [
    '`stock.type`',
    `one of ${stockMovementTypes.map((type) => `\`${type}\``).join(', ')}`,
    '3501, 3502, 3503, 3504, 3507',
    'What the record of stock is.',
  ],
  ['`stock.itemCode`', 'text', 'med_list_codg', '目录编码.'],
  [
    '`stock.quantity`',
    'quantity',
    'inv_cnt, cnt, purc_retn_cnt',
    'The balance that was counted, else what it changes by.',
  ],
  [
    '`stock.id`',
    'text',
    'fixmedins_bchno',
    'The record; of a deletion, the one it undoes. A sale has the ids of its lines.',
  ],
  ['`stock.batch`', 'text', 'manu_lotnum', '生产批号.'],
  [
    '`stock.undoes`',
    `one of ${undoneTypes.map((type) => `\`${type}\``).join(', ')}`,
    'inv_data_type of 3507',
    'Of a deletion: what the record is. Unsaid, any but a sale.',
  ],
];

function renderEvents(): string {
  const sentences =
    'Sent beside a claim on the durable path only. Without `bills`, a settlement bills all that its encounter holds, ' +
    'and a sale nothing.\nAn empty `deletes` takes back every held fee of the encounter that is not billed.';
  const table = renderTable([['Field', 'Type', 'National', 'Meaning'], ...eventFields]);
  return `## Events\n\n${sentences}\n\n${table}`;
}

function renderLimits(): string {
  const rows = Object.entries(claimLimits).map(([name, limit]) => [name, String(limit)]);
  const sentence = 'A body beyond one of these is refused as unreadable.';
  return `## Limits\n\n${sentence}\n\n${renderTable([['What', 'At most'], ...rows])}`;
}
