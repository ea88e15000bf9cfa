/** `claimgate knowledge …`: published points and their readings become the tables of a rules folder. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Clock, systemClock } from '../base/clock.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import { countTable, leftOutReport } from '../ruleset/knowledge/count-report.js';
import type { Imported } from '../ruleset/knowledge/import-knowledge.js';
import { draftOf } from '../ruleset/knowledge/list-work.js';
import { settingsOrExit } from './exit.js';
import { effectHelp, showEffect } from './knowledge-effect.js';
import { batchOf, readFolder, textsIn, todayOf } from './knowledge-folder.js';
import { authoredTables, draftHelp, listsText } from './knowledge-lists.js';
import { planText } from './knowledge-plan.js';
import { type RulesetName, readRulesetName } from './ruleset-desk.js';

/** Where the command's words go: the terminal, or a test's list. */
export interface Terminal {
  say(text: string): void;
  complain(text: string): void;
}

const terminal: Terminal = {
  say: (text) => console.log(text),
  complain: (text) => console.error(text),
};

/** `check` fails where a table would change; `dry-run` only shows what would. */
export type ImportMode = 'write' | 'check' | 'dry-run';

interface ImportOptions {
  readonly rules?: string;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly effect: boolean;
  readonly claims: readonly string[];
  readonly against?: RulesetName;
  readonly from?: string;
  readonly to?: string;
}

interface DraftOptions {
  readonly rules?: string;
  readonly out?: string;
}

/** The `knowledge` command with its sub-commands; sets the process's exit code to 1 where an import fails. */
export function knowledgeCommand(): Command {
  const command = new Command('knowledge').description('official knowledge points as rule tables');
  command
    .command('import')
    .description('make rules/tables/*.csv from published points and the readings in rules/knowledge/')
    .argument('<points>', 'JSON list of published points')
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .option('--check', 'change nothing; fail where a table would change', false)
    .option('--dry-run', 'change nothing; only show what would change', false)
    .option('--effect', 'change nothing; show what would change, and in the claims of last month', false)
    .option('--claims <files...>', 'of --effect: NDJSON (default: the stream CLAIMS)', [])
    .option('--against <rules>', 'of --effect: version or folder (default: --rules)', readRulesetName)
    .option('--from <day>', 'of --effect: first day (default: the first of last month)')
    .option('--to <day>', 'of --effect: last day (default: the last of last month)')
    .addHelpText('after', effectHelp)
    .action(runImportCommand);
  command
    .command('draft')
    .description(
      'a file of the lists that somebody has to author: diagnoses of an indication, first-line drugs',
    )
    .argument('<table>', `${authoredTables().join(' or ')}`)
    .argument('<points>', 'JSON list of published points')
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .option('--out <file>', 'file of the draft (default: <table>.draft.csv); never overwritten')
    .addHelpText('after', draftHelp)
    .action((table: string, points: string, { rules, out = `${table}.draft.csv` }: DraftOptions) => {
      if (!runDraft(table, points, folderMeant(rules), out, terminal)) process.exitCode = 1;
    });
  command
    .command('lists')
    .description('how far these lists have come: authored by nobody, reviewed by nobody, reviewed')
    .argument('[table]', 'its rows, too')
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .action((table: string | undefined, { rules }: { readonly rules?: string }) => {
      if (!runLists(table ?? null, folderMeant(rules), terminal)) process.exitCode = 1;
    });
  return command;
}

function folderMeant(named: string | undefined): string {
  return named ?? settingsOrExit().CLAIMGATE_RULES;
}

async function runImportCommand(points: string, options: ImportOptions): Promise<void> {
  const { check, dryRun, effect } = options;
  const rules = folderMeant(options.rules);
  const mode = check ? 'check' : dryRun || effect ? 'dry-run' : 'write';
  if (!runImport(points, rules, mode, terminal)) process.exitCode = 1;
  else if (effect) await showEffect(points, { ...options, folder: rules });
}

/** Imports and says what it did, what it supersedes first; false where something was wrong or a check failed. */
export function runImport(
  pointsPath: string,
  folder: string,
  mode: ImportMode,
  { say, complain }: Terminal,
  clock: Clock = systemClock,
): boolean {
  const batch = batchOf(pointsPath, folder, clock);
  if (!batch.ok) {
    complain(batch.error.join('\n'));
    complain(`nothing written: ${batch.error.length} problem(s)`);
    return false;
  }
  const { imported, plans, files, asOf } = batch.value;
  say(summary(imported));
  const { endedBy } = imported;
  for (const line of planText(plans, { endedBy, asOf, nowMs: clock.wallMs() })) say(line);
  for (const [file, text] of files) {
    const path = join(folder, file);
    if (mode === 'write') writeFileSync(path, text);
    say(`${mode === 'write' ? 'wrote' : 'would change'} ${path}`);
  }
  if (files.size === 0) say('no file changed');
  return !(mode === 'check' && files.size > 0);
}

/** Writes the draft of a table's lists; false where it could not. */
export function runDraft(
  table: string,
  pointsPath: string,
  folder: string,
  out: string,
  { say, complain }: Terminal,
  clock: Clock = systemClock,
): boolean {
  const texts = readFolder(pointsPath, folder, clock);
  const draft = texts.ok ? draftOf(table, texts.value) : texts;
  if (!draft.ok) {
    complain(draft.error.join('\n'));
    return false;
  }
  if (existsSync(out)) {
    complain(`${out} is there already; a draft is never overwritten`);
    return false;
  }
  writeFileSync(out, draft.value.text);
  say(
    `wrote ${out}: ${draft.value.rows} points without a list; filled in, its rows go to ${draft.value.target}`,
  );
  return true;
}

/** Says how far the lists have come; false where a table cannot be read, or there is none of that name. */
export function runLists(
  table: string | null,
  folder: string,
  { say, complain }: Terminal,
  clock: Clock = systemClock,
): boolean {
  const missing = missingRulesFolder(folder);
  if (missing !== null) {
    complain(missing);
    return false;
  }
  const present = join(folder, 'tables');
  const files = existsSync(present) ? textsIn(present) : [];
  const byPath = new Map(files.map(([file, text]) => [`tables/${file}`, text]));
  const told = listsText(table, byPath, todayOf(clock));
  if (told.ok) for (const line of told.value) say(line);
  else complain(told.error);
  return told.ok;
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
