/** The rule sets that a replay names: folders, texts, and versions as a node would take them from the broker. */
import { fail, ok, type Result } from '../base/result.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import type { Known } from '../replay/known-modes.js';
import { type Edition, editionsOf } from '../replay/known-then.js';
import type { Period } from '../replay/period.js';
import { type RulesSource, readRulesFolder } from '../ruleset/build-ruleset.js';
import type { Diagnostic } from '../ruleset/diagnostics/diagnostic.js';
import type { Desk } from '../ruleset/release/desk.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import { versionMeant } from '../ruleset/release/version-meant.js';

/** `live`: the version in force. */
export type NamedRuleset = number | 'live' | { readonly folder: string } | { readonly source: RulesSource };

/** Why a rule set cannot be replayed. */
export type RulesetProblem =
  | { readonly is: 'refused'; readonly refusal: Refusal }
  | { readonly is: 'mistaken'; readonly diagnostics: readonly Diagnostic[] }
  /** A sentence. */
  | { readonly is: 'missing'; readonly message: string };

export interface Found {
  readonly source: RulesSource;
  /** As what it was published; null: texts are what they are. */
  readonly published: { readonly version: number; readonly rulesetId: string } | null;
}

/** Only versions need the desk. */
export async function findRuleset(
  name: NamedRuleset,
  desk: Desk | null,
): Promise<Result<Found, RulesetProblem>> {
  if (typeof name === 'object') {
    if ('source' in name) return ok({ source: name.source, published: null });
    const missing = missingRulesFolder(name.folder);
    if (missing !== null) return fail({ is: 'missing', message: missing });
    const source = await readRulesFolder(name.folder);
    return source.ok
      ? ok({ source: source.value, published: null })
      : fail({ is: 'mistaken', diagnostics: source.error });
  }
  if (desk === null) return fail({ is: 'missing', message: 'only a broker knows versions' });
  const found = await publishedAs(name, desk);
  return found.ok ? found : fail({ is: 'refused', refusal: found.error });
}

async function publishedAs(name: number | 'live', desk: Desk): Promise<Result<Found, Refusal>> {
  const version = await versionMeant(desk, name);
  if (!version.ok) return version;
  const stored = await desk.version(version.value);
  if (!stored.ok) return stored;
  const source = await desk.source(version.value);
  if (!source.ok) return source;
  const { rulesetId } = stored.value.manifest;
  return ok({ source: source.value, published: { version: version.value, rulesetId } });
}

/** What is judged by, compiled here. A version has to compile to what it was published as. */
export function editionsAs(
  { source, published }: Found,
  known: Known,
  period: Period,
): Result<readonly Edition[], RulesetProblem> {
  const editions = editionsOf(source, known, period);
  if (!editions.ok) return fail({ is: 'mistaken', diagnostics: editions.error });
  if (published === null) return editions;
  const whole = known === 'now' ? editions : editionsOf(source, 'now', period);
  if (!whole.ok) return fail({ is: 'mistaken', diagnostics: whole.error });
  const { version, rulesetId } = published;
  const id = whole.value[0]?.artifact.id;
  if (id === rulesetId) return editions;
  const sentence =
    `version ${version} compiles to ${id} here, and was published as ${rulesetId}; ` +
    'to replay its rules as they compile here, export it to a folder';
  return fail({ is: 'refused', refusal: refusal('other-content', sentence) });
}
