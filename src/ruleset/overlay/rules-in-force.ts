/**
 * The rules that are in force anywhere: of the versions that the pointer names, without compiling them,
 * since a rule that does harm has to be off at once. They are to tell a slip of the pen from a rule, so whoever has
 * signed what is read here does not matter: what nobody trusts any more may still be running.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { type Desk, unreachable } from '../release/desk.js';
import { type KillSwitches, killSwitchesOf, type SwitchedRule } from '../release/kill-switches.js';
import { type Manifest, readManifest } from '../release/manifest.js';
import { type Refusal, refusal } from '../release/refusal.js';
import { unverified } from '../release/statement.js';

export interface RulesInForce {
  readonly rules: ReadonlySet<string>;
  /** Words that rules are switched off together by, with these rules; ids are not repeated. */
  readonly killSwitches: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Null: the folder cannot be read. */
export type FolderRules = () => Promise<readonly SwitchedRule[] | null>;

/**
 * `folderRules`: of the rules folder, which is in force where no version is. Answers null where a version does not tell
 * all its rules.
 */
export async function rulesInForce(
  desk: Desk,
  folderRules: FolderRules,
): Promise<Result<RulesInForce | null, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const { current, stated } = live.value;
  const pointers = [current?.pointer, stated].flatMap((pointer) => pointer ?? []);
  const known = { rules: new Set<string>(), killSwitches: new Map<string, Set<string>>() };
  for (const version of new Set(pointers.flatMap((pointer) => [pointer.version, pointer.base]))) {
    if (version === null) continue;
    const rules = await rulesOfVersion(desk, version);
    if (!rules.ok) return rules;
    if (rules.value === null) return ok(null);
    add(known, rules.value);
  }
  const isWhole = pointers.every(({ institutions, notBefore, base }) => {
    return base !== null || (institutions === null && notBefore === null);
  });
  if (pointers.length > 0 && isWhole) return ok(known);
  const folder = await folderRules();
  if (folder === null) {
    return fail(refusal('unknown-rule', 'the rules folder is in force, and its rules are not known here'));
  }
  add(known, { rules: new Set(folder.map(({ id }) => id)), killSwitches: killSwitchesOf(folder) });
  return ok(known);
}

type Told = Pick<RulesInForce, 'rules'> & { readonly killSwitches: KillSwitches };

function add(
  known: { readonly rules: Set<string>; readonly killSwitches: Map<string, Set<string>> },
  { rules, killSwitches }: Told,
): void {
  for (const rule of rules) known.rules.add(rule);
  for (const [word, together] of Object.entries(killSwitches)) {
    known.killSwitches.set(word, new Set([...(known.killSwitches.get(word) ?? []), ...together]));
  }
}

/** A manifest says it itself, or what changed since the one before, and of the first all is new. */
async function rulesOfVersion(desk: Desk, version: number): Promise<Result<Told | null, Refusal>> {
  const steps: Manifest[] = [];
  for (let next: number | null = version; next !== null; ) {
    const found = unreachable(await desk.shelf.document(`version.${next}`));
    if (!found.ok) return found;
    const read = readManifest(unverified(found.value?.value));
    if (!read.ok) return ok(null);
    const { previous, version: own } = read.value;
    steps.push(read.value);
    // No version comes from a later one.
    next = read.value.since === undefined && previous !== null && previous < own ? previous : null;
  }
  const rules = new Set<string>();
  for (const { since, added, removed } of steps.toReversed()) {
    for (const rule of removed) rules.delete(rule);
    for (const rule of [...added, ...Object.keys(since ?? {})]) rules.add(rule);
  }
  return ok({ rules, killSwitches: steps[0]?.killSwitches ?? {} });
}
