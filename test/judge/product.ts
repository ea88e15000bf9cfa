/** The product by its public doors: rules folder, build, instantiate; bytes, reader, screening. */

import type { Result } from '../../src/base/result.js';
import { columnsOf } from '../../src/claim/columns/fill-columns.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { type ReaderSettings, readClaim } from '../../src/claim/read-claim.js';
import { buildRuleset, readRulesFolder } from '../../src/ruleset/build-ruleset.js';
import { instantiate } from '../../src/ruleset/runtime/instantiate.js';
import type { Meter } from '../../src/ruleset/runtime/screened.js';
import type { ProductAnswer } from './agreement.js';
import type { NativeClaim } from './native-claim.js';
import { rulesFolder } from './shipped.js';

/** Asks the product about a claim. */
export type Ask = (claim: NativeClaim) => ProductAnswer;

const endless: Meter = { mayGoOn: () => true, enter: () => {} };

/** Builds the shipped rule set and makes it ready to answer. */
export async function openProduct(): Promise<Ask> {
  const source = accept(await readRulesFolder(rulesFolder));
  const ruleset = instantiate(accept(buildRuleset(source)));
  const settings: ReaderSettings = {
    dictionaries: accept(buildDictionaries({})),
    patientKey: patientKeyer('only for the judge, not a secret'),
  };
  return (claim) => {
    const bytes = new TextEncoder().encode(JSON.stringify(claim));
    const read = accept(readClaim(bytes, 'native-json', settings));
    return ruleset.screen(columnsOf(read.claim, ruleset.items), endless);
  };
}

function accept<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`the product refuses: ${JSON.stringify(result.error)?.slice(0, 2_000)}`);
  return result.value;
}
