/** What the `ruleset` commands share: the way to the releases at the broker, and rule sets as they are named. */

import { fail, type Result } from '../base/result.js';
import { visibleLines } from '../base/visible-text.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import { ReleaseStore } from '../nats/release-store.js';
import { type RulesSource, readRulesFolder, renderDiagnostics } from '../ruleset/build-ruleset.js';
import { Desk } from '../ruleset/release/desk.js';
import type { Role, SigningKey } from '../ruleset/release/keys.js';
import type { Refusal } from '../ruleset/release/refusal.js';
import { openBroker } from './broker-access.js';
import { refuse, settingsOrExit } from './exit.js';
import { signingKey, trustedKeys } from './keys.js';

/** Ends with 2 where the broker is not reached, with 1 where nobody is trusted. */
export async function withDesk(work: (desk: Desk) => Promise<void>): Promise<void> {
  const trusted = await trustedKeys();
  if (!trusted.ok) return refuse(trusted.error, 1);
  const settings = settingsOrExit();
  const broker = await openBroker(settings);
  if (!broker.ok) return refuse(broker.error, 2);
  try {
    const store = new ReleaseStore({ link: broker.value.link, replicas: settings.CLAIMGATE_REPLICAS });
    await work(new Desk(store, trusted.value));
  } finally {
    await broker.value.close();
  }
}

/** Says why and sets the exit code. */
export function refuseRelease({ reason, message }: Refusal): void {
  if (reason === 'unreachable') refuse(`the broker does not answer: ${visibleLines(message)}`, 2);
  else refuse(`refused (${reason}): ${visibleLines(message)}`, 1);
}

/** The key in a file, if it may do that. Fails with a sentence. */
export async function keyFor(desk: Desk, file: string, role: Role): Promise<Result<SigningKey, string>> {
  const key = await signingKey(file);
  if (!key.ok) return key;
  const trusted = desk.trusted.get(key.value.id);
  if (trusted === undefined) {
    return fail(
      `the key in ${file} (${key.value.id}) is not among the trusted keys of CLAIMGATE_RELEASE_KEYS`,
    );
  }
  return trusted.may.includes(role) ? key : fail(`${trusted.name} may not ${role}`);
}

/** The texts of a folder. Fails with what a person reads. */
export async function folderSource(folder: string): Promise<Result<RulesSource, string>> {
  const missing = missingRulesFolder(folder);
  if (missing !== null) return fail(missing);
  const source = await readRulesFolder(folder);
  return source.ok ? source : fail(renderDiagnostics(source.error));
}

/** `12` and `v12` name versions, `live` the version in force, everything else a folder (`./12` one of that name). */
export type RulesetName = number | 'live' | { readonly folder: string };

export function readRulesetName(text: string): RulesetName {
  if (text === 'live') return 'live';
  const version = /^v?([1-9]\d{0,8})$/.exec(text)?.[1];
  return version === undefined ? { folder: text } : Number(version);
}
