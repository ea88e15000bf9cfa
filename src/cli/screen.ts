/** `claimgate screen <file>`: reads one claim in any of its forms, screens it here, explains the decision. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { sha256Hex } from '../base/hash.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Claim } from '../claim/claim.js';
import { columnsOf } from '../claim/columns/fill-columns.js';
import { buildDictionaries } from '../claim/dictionaries.js';
import { patientKeyer } from '../claim/patient-key.js';
import { type ReaderSettings, readClaim, recogniseFormat } from '../claim/read-claim.js';
import { decide, notScreened } from '../decision/decide.js';
import type { Decision } from '../decision/decision.js';
import { buildRuleset, type RulesSource, renderDiagnostics } from '../ruleset/build-ruleset.js';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { ruleWords } from '../ruleset/release/rule-words.js';
import { type InstantiatedRuleset, instantiate } from '../ruleset/runtime/instantiate.js';
import type { Meter } from '../ruleset/runtime/screened.js';
import { refuse, settingsOrExit } from './exit.js';
import { type Explained, explain } from './explain.js';
import { folderSource } from './ruleset-desk.js';
import { openScreen } from './terminal.js';

export function screenCommand(): Command {
  return new Command('screen')
    .description('screen one claim and explain the decision (no broker needed)')
    .argument(
      '<file>',
      'native claim (JSON, MessagePack) or national 3101/3102 message; - reads standard input',
    )
    .option('--json', 'print the decision as JSON', false)
    .option('--rules <folder>', 'rules folder (default: CLAIMGATE_RULES)')
    .addHelpText('after', '\nEnds with 0 where the claim was screened, with 2 where it could not be read.')
    .action(runScreen);
}

async function runScreen(file: string, options: { json: boolean; rules?: string }): Promise<void> {
  const settings = settingsOrExit();
  const body = await readBody(file);
  if (!body.ok) return refuse(body.error, 2);
  const folder = options.rules ?? settings.CLAIMGATE_RULES;
  const source = await folderSource(folder);
  if (!source.ok) return refuse(source.error, 1);
  const artifact = buildRuleset(source.value);
  if (!artifact.ok) return refuse(renderDiagnostics(artifact.error), 1);
  const made = explainer(artifact.value);
  if (!made.ok) return refuse(made.error, 1);
  const explained = made.value(body.value);
  const { decision } = explained;
  if (options.json) console.log(JSON.stringify(decision, null, 2));
  else console.log(explain(openScreen(), { ...explained, appeals: appealsIn(source.value, decision) }));
  if (decision.status === 'not_screened') process.exitCode = 2;
}

/** How to appeal, by the rules that have spoken. */
function appealsIn(source: RulesSource, { findings }: Decision): ReadonlyMap<string, string> {
  const appeals = new Map<string, string>();
  for (const rule of new Set(findings.map((finding) => finding.rule))) {
    const words = ruleWords(source, rule);
    if (words.ok && words.value.appeal !== '') appeals.set(rule, words.value.appeal);
  }
  return appeals;
}

async function readBody(file: string): Promise<Result<Uint8Array, string>> {
  try {
    return ok(await readFile(file === '-' ? '/dev/stdin' : file));
  } catch (error) {
    return fail(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/** No budget: a person who asks for an explanation wants all of it. */
const unlimited: Meter = { mayGoOn: () => true, enter: () => {} };

/** Screens one body. */
export type Explain = (body: Uint8Array) => Explained;

/** Reads and screens as a worker does. Fails only where the rule set's dictionaries are no good. */
export function explainer(artifact: Artifact): Result<Explain, string> {
  const dictionaries = buildDictionaries(artifact.regions);
  if (!dictionaries.ok) return fail(dictionaries.error.join('\n'));
  // Nothing is kept here and history is not asked, so the key of the patient means nothing.
  const patientKey = patientKeyer('a key for explanations only, never stored');
  const settings = { dictionaries: dictionaries.value, patientKey };
  const ruleset = instantiate(artifact);
  return ok((body) => explainBody(body, settings, ruleset));
}

function explainBody(body: Uint8Array, settings: ReaderSettings, ruleset: InstantiatedRuleset): Explained {
  const contentHash = sha256Hex(body);
  const read = readClaim(body, null, settings);
  if (!read.ok) {
    const { message, eventId, claimId } = read.error;
    const known = { eventId, claimId, contentHash };
    const decision = notScreened('unreadable', message, known, ruleset.name);
    return { decision, claim: null, format: recogniseFormat(null, body) };
  }
  const { claim, format } = read.value;
  const screened = ruleset.screen(columnsOf(claim, ruleset.items), unlimited);
  const path = pathOf(claim);
  return {
    decision: decide({
      claim,
      lineCount: claim.lines.length,
      contentHash,
      ...screened,
      ruleset: ruleset.name,
      path,
    }),
    claim,
    format,
  };
}

/** A settled claim is shown with its recorded findings; they are left out of advice only. */
function pathOf(claim: Claim): 'advisory' | 'durable' {
  return claim.kind === 'screening' ? 'advisory' : 'durable';
}
