/** `claimgate knowledge import`: published points and their readings become the tables of a rules folder. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { fail, ok, type Result } from '../base/result.js';
import { knowledgeClasses } from '../ruleset/knowledge/classes.js';
import { countTable, leftOutReport } from '../ruleset/knowledge/count-report.js';
import { type CsvRow, readCsv } from '../ruleset/knowledge/csv-text.js';
import { type Imported, importKnowledge } from '../ruleset/knowledge/import-knowledge.js';
import { readTableShape } from '../ruleset/knowledge/table-schema.js';
import type { TableShape } from '../ruleset/knowledge/table-shape.js';

/** Where the command's words go: the terminal, or a test's list. */
export interface Terminal {
  say(text: string): void;
  complain(text: string): void;
}

const terminal: Terminal = {
  say: (text) => console.log(text),
  complain: (text) => console.error(text),
};

/** The `knowledge` command with its sub-commands; sets the process's exit code to 1 where an import fails. */
export function knowledgeCommand(): Command {
  const command = new Command('knowledge').description('official knowledge points as rule tables');
  command
    .command('import')
    .description('make rules/tables/*.csv from published points and the readings in rules/knowledge/')
    .argument('<points>', 'JSON list of published points')
    .option('--rules <folder>', 'rules folder', 'rules')
    .option('--check', 'change nothing; fail where a table would change', false)
    .action((points: string, options: { rules: string; check: boolean }) => {
      if (!runImport(points, options.rules, options.check, terminal)) process.exitCode = 1;
    });
  return command;
}

/** Imports and says what it did; false where something was wrong or, with `check`, would change. */
export function runImport(
  pointsPath: string,
  folder: string,
  check: boolean,
  { say, complain }: Terminal,
): boolean {
  const imported = importFolder(pointsPath, folder);
  if (!imported.ok) {
    complain(imported.error.join('\n'));
    complain(`nothing written: ${imported.error.length} problem(s)`);
    return false;
  }
  const changed = changedFiles(folder, imported.value);
  if (!check) for (const [path, text] of changed) writeFileSync(path, text);
  say(summary(imported.value));
  for (const [path] of changed) say(`${check ? 'would change' : 'wrote'} ${path}`);
  if (changed.length === 0) say('no file changed');
  return !(check && changed.length > 0);
}

function importFolder(pointsPath: string, folder: string): Result<Imported, readonly string[]> {
  const texts = readFolder(pointsPath, folder);
  return texts.ok ? importKnowledge({ ...texts.value, classes: knowledgeClasses }) : texts;
}

interface FolderTexts {
  readonly points: string;
  readonly readings: ReadonlyMap<string, readonly CsvRow[]>;
  readonly shapes: ReadonlyMap<string, TableShape>;
}

function readFolder(pointsPath: string, folder: string): Result<FolderTexts, readonly string[]> {
  const missing = [pointsPath, join(folder, 'knowledge'), join(folder, 'tables')].filter(
    (path) => !existsSync(path),
  );
  if (missing.length > 0) return fail(missing.map((path) => `not found: ${path}`));
  const readings = namedTexts(join(folder, 'knowledge'), '.csv').map(
    ({ name, text }) => [name, readCsv(name, text)] as const,
  );
  const shapes = namedTexts(join(folder, 'tables'), '.yaml').map(
    ({ name, path, text }) => [name, readTableShape(path, text)] as const,
  );
  const problems = [...readings, ...shapes].flatMap(([, read]) => (read.ok ? [] : [read.error]));
  if (problems.length > 0) return fail(problems);
  return ok({
    points: readFileSync(pointsPath, 'utf8'),
    readings: new Map(readings.flatMap(([name, rows]) => (rows.ok ? [[name, rows.value]] : []))),
    shapes: new Map(shapes.flatMap(([name, shape]) => (shape.ok ? [[name, shape.value]] : []))),
  });
}

interface NamedText {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

function namedTexts(folder: string, ending: string): NamedText[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      return { name: file.slice(0, -ending.length), path, text: readFileSync(path, 'utf8') };
    });
}

function changedFiles(folder: string, { files }: Imported): (readonly [path: string, text: string])[] {
  return [...files].flatMap(([table, text]) => {
    const path = join(folder, 'tables', `${table}.csv`);
    return existsSync(path) && readFileSync(path, 'utf8') === text ? [] : [[path, text] as const];
  });
}

function summary({ counts, linked, covered }: Imported): string {
  return [
    countTable(counts),
    '',
    leftOutReport(counts),
    '',
    `superseded by official link: ${linked}`,
    ...covered.map((point) => `superseded without a link, all its codes in a later point: ${point}`),
  ].join('\n');
}
