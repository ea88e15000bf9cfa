/** The lists that people author, as a person reads of them: what to draft, and how far they have come. */
import { fail, ok, type Result } from '../base/result.js';
import { visible } from '../base/visible-text.js';
import { authoredClasses, countStates, type ListedRow, listRows } from '../ruleset/knowledge/list-rows.js';
import { openScreen } from './terminal.js';
import { fitted } from './text-width.js';
import { count } from './words.js';

export const draftHelp = `
Each row is a point whose list nobody has authored yet, with its text. Fill in the codes with which a diagnosis or a
first-line drug begins, apart by blanks, and, once a second person has been through it, who reviewed the row and when.
Filled rows go to knowledge/lists/ of the rules folder; \`knowledge import\` takes them into the table. A row that
nobody has reviewed only records: it is counted and replayed, and no doctor sees it.`;

/** Tables with lists that a person authors. */
export function authoredTables(): readonly string[] {
  return authoredClasses().map(({ table }) => table);
}

/** `files`: by path within the rules folder. A table that is named is written out: first what is to be done. */
export function listsText(
  table: string | null,
  files: ReadonlyMap<string, string>,
  today: string,
): Result<readonly string[], string> {
  const classes = authoredClasses().filter((one) => table === null || one.table === table);
  if (classes.length === 0) return fail(`"${table}" has no lists; there are ${authoredTables().join(', ')}`);
  const lines: string[] = [];
  for (const knowledge of classes) {
    const rows = listRows(knowledge, files.get(`tables/${knowledge.table}.csv`) ?? '', today);
    if (!rows.ok) return rows;
    const { open, unreviewed, reviewed } = countStates(rows.value);
    const told = `${count(open)} open, ${count(unreviewed)} unreviewed, ${count(reviewed)} reviewed`;
    lines.push(
      `${knowledge.table} (${knowledge.rule}): ${told}`,
      ...(table === null ? [] : rowTexts(rows.value, today)),
    );
  }
  return ok(lines);
}

const toBeDone = ['unreviewed', 'open', 'reviewed'] as const;

function rowTexts(rows: readonly ListedRow[], today: string): readonly string[] {
  const { paint } = openScreen();
  return toBeDone.flatMap((state) =>
    rows
      .filter((row) => row.state === state)
      .map((row) => {
        const listed = Object.values(row.lists).flat().join(' ');
        const on = row.reviewedOn ?? '';
        const toCome = on > today ? ' is still to come' : '';
        const by = row.reviewedBy === null ? '' : visible(`  ${row.reviewedBy} ${on}${toCome}`);
        const text = fitted(`  ${state.padEnd(10)}  ${row.point}${by}  ${listed}`.trimEnd(), 150);
        return state === 'unreviewed' ? paint('yellow', text) : text;
      }),
  );
}
