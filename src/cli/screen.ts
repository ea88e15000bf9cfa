/** `claimgate screen <file>`: reads one claim in any of its forms, screens it here, explains the decision. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { sha256Hex } from '../base/hash.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Claim } from '../claim/claim.js';
import { columnsOf } from '../claim/columns/fill-columns.js';
import { buildDictionaries } from '../claim/dictionaries.js';
import { patientKeyer } from '../claim/patient-key.js';
import { readClaim, recogniseFormat } from '../claim/read-claim.js';
import { decide, notScreened } from '../decision/decide.js';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { instantiate } from '../ruleset/runtime/instantiate.js';
import type { Meter } from '../ruleset/runtime/screened.js';
import { refuse, settingsOrExit } from './exit.js';
import { type Explained, explain } from './explain.js';
import { compileRules } from './rules-folder.js';
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
  const artifact = await compileRules(options.rules ?? settings.CLAIMGATE_RULES);
  if (!artifact.ok) return refuse(artifact.error, 1);
  const explained = screenBody(body.value, artifact.value);
  if (!explained.ok) return refuse(explained.error, 1);
  const { decision } = explained.value;
  if (options.json) console.log(JSON.stringify(decision, null, 2));
  else console.log(explain(openScreen(), explained.value));
  if (decision.status === 'not_screened') process.exitCode = 2;
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

/** Reads and screens one body as a worker does. Fails only where the rule set's dictionaries are no good. */
export function screenBody(body: Uint8Array, artifact: Artifact): Result<Explained, string> {
  const dictionaries = buildDictionaries(artifact.regions);
  if (!dictionaries.ok) return fail(dictionaries.error.join('\n'));
  // Nothing is kept here and history is not asked, so the key of the patient means nothing.
  const patientKey = patientKeyer('a key for explanations only, never stored');
  const ruleset = instantiate(artifact);
  const contentHash = sha256Hex(body);
  const read = readClaim(body, null, { dictionaries: dictionaries.value, patientKey });
  if (!read.ok) {
    const { message, eventId, claimId } = read.error;
    const known = { eventId, claimId, contentHash };
    const decision = notScreened('unreadable', message, known, ruleset.name);
    return ok({ decision, claim: null, format: recogniseFormat(null, body) });
  }
  const { claim, format } = read.value;
  const screened = ruleset.screen(columnsOf(claim, ruleset.items), unlimited);
  const path = pathOf(claim);
  return ok({
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
  });
}

/** A settled claim is shown with its recorded findings; they are left out of advice only. */
function pathOf(claim: Claim): 'advisory' | 'durable' {
  return claim.kind === 'screening' ? 'advisory' : 'durable';
}
