/** `claimgate rules …`: what a rule author asks of the compiler. */
import { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { compileFolder } from '../compile-folder.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import {
  type Artifact,
  examineRuleset,
  type RulesSource,
  readRulesFolder,
  renderDiagnostics,
  showRule,
} from '../ruleset/build-ruleset.js';
import { type TestedRuleset, testRuleset } from '../ruleset/examples/test-ruleset.js';
import { refuse, settingsOrExit } from './exit.js';
import { guardText } from './rules-guard.js';
import { referenceText } from './rules-reference.js';
import { shownRuleText } from './rules-show.js';
import { watchRules } from './rules-watch.js';
import { openScreen } from './terminal.js';

export function rulesCommand(): Command {
  const rules = new Command('rules').description('check, test and look at rules');
  rules
    .command('check')
    .description('compile and run the examples; every mistake with its place')
    .argument('[folder]', 'rules folder (default: CLAIMGATE_RULES)')
    .option('--watch', 'stay, and check again after every change; Ctrl-C ends', false)
    .action(check);
  rules
    .command('test')
    .description('compile and run every example')
    .argument('[folder]', 'rules folder (default: CLAIMGATE_RULES)')
    .option('--all', 'list the examples that hold, too', false)
    .action(test);
  rules
    .command('show')
    .description('what the compiler made of a rule')
    .argument('<id>', 'rule id, e.g. duplicate-item-charge')
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .action(show);
  rules
    .command('guard')
    .description('what the policy guard says of each rule')
    .argument('[folder]', 'rules folder (default: CLAIMGATE_RULES)')
    .action(guard);
  rules
    .command('reference')
    .description('facts and functions that rules may use')
    .action(() => console.log(referenceText()));
  return rules;
}

/** Compiles and runs the examples, which are part of a rule: one that does not hold is a mistake. */
async function check(folder: string | undefined, { watch }: { readonly watch: boolean }): Promise<void> {
  if (watch) return watchRules(folder ?? settingsOrExit().CLAIMGATE_RULES, tellChecked);
  const startedMs = systemClock.tickMs();
  const tested = await testedRules(folder);
  if (tested === null) return;
  tellChecked(tested, () => `${Math.round(systemClock.tickMs() - startedMs)} ms`);
  if (tested.failed > 0) process.exitCode = 1;
}

/** `note` is asked last, as it says how long all of it took. */
function tellChecked({ artifact, warnings, outcomes, failed }: TestedRuleset, note: () => string): void {
  if (warnings.length > 0) console.log(renderDiagnostics(warnings));
  tellOutcomes(outcomes, false);
  const { name, version, rules, tables, id } = artifact;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const mistakes = failed === 0 ? 'no mistakes' : `${failed} of ${outcomes.length} examples do not hold`;
  const verdict = warnings.length === 0 ? mistakes : `${mistakes}, ${warnings.length} warnings`;
  console.log(
    `${name} version ${version}: ${rules.length} rules, ${rows} table rows, ${verdict} (${note()})`,
  );
  console.log(id);
}

async function guard(folder: string | undefined): Promise<void> {
  const source = await sourceOf(folder);
  if (source === null) return;
  const { text, isRefused } = guardText(examineRuleset(source));
  console.log(text);
  if (isRefused) process.exitCode = 1;
}

async function test(folder: string | undefined, { all }: { readonly all: boolean }): Promise<void> {
  const tested = await testedRules(folder);
  if (tested === null) return;
  const { outcomes, failed, artifact } = tested;
  tellOutcomes(outcomes, all);
  const verdict = failed === 0 ? 'all hold' : `${failed} do not hold`;
  console.log(`${outcomes.length} examples of ${artifact.rules.length} rules, ${verdict}`);
  if (failed > 0) process.exitCode = 1;
}

async function testedRules(folder: string | undefined): Promise<TestedRuleset | null> {
  const source = await sourceOf(folder);
  if (source === null) return null;
  const tested = testRuleset(source);
  if (tested.ok) return tested.value;
  refuse(renderDiagnostics(tested.error), 1);
  return null;
}

/** The texts of the named or the set folder; null after a refusal. */
async function sourceOf(folder: string | undefined): Promise<RulesSource | null> {
  const named = folder ?? settingsOrExit().CLAIMGATE_RULES;
  const missing = missingRulesFolder(named);
  const source = missing === null ? await readRulesFolder(named) : null;
  if (source?.ok === true) return source.value;
  refuse(source === null ? (missing ?? '') : renderDiagnostics(source.error), 1);
  return null;
}

function tellOutcomes(outcomes: TestedRuleset['outcomes'], all: boolean): void {
  const screen = openScreen();
  for (const { rule, name, file, line, problems } of outcomes) {
    if (problems.length === 0 && !all) continue;
    const mark = problems.length === 0 ? screen.paint('green', '✓') : screen.paint('red', '✗');
    screen.say(`${mark} ${rule}: ${name}`);
    for (const problem of problems) screen.say(`    ${file}:${line} ${problem}`);
  }
}

async function show(id: string, options: { readonly rules?: string }): Promise<void> {
  const artifact = await compiled(options.rules);
  if (artifact === null) return;
  const shown = showRule(artifact, id);
  if (shown.ok) console.log(shownRuleText(shown.value));
  else refuse(`no rule '${id}'${shown.error === null ? '' : `; did you mean '${shown.error}'?`}`, 1);
}

/** The artifact of the named or the set folder; null after the mistakes have been said. */
async function compiled(folder: string | undefined): Promise<Artifact | null> {
  const artifact = await compileFolder(folder ?? settingsOrExit().CLAIMGATE_RULES);
  if (artifact.ok) return artifact.value;
  refuse(artifact.error, 1);
  return null;
}
