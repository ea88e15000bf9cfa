/** Since which version each rule is as it is: its words, and the tables and exceptions that it asks. */
import type { Manifest } from './manifest.js';

/** By rule id. The same number in two versions: nothing has changed that rule between them. */
export type Since = Readonly<Record<string, number>>;

/** A rule as one version has made it. */
export interface RuleAsOf {
  /** The version that brought it, or changed it last. */
  readonly version: number;
  readonly rule: string;
}

/** Null: the version does not have the rule, or is from before manifests told. */
export function sinceOf({ since, version, added, changed }: Manifest, rule: string): number | null {
  const told = since?.[rule];
  if (told !== undefined) return told;
  return added.includes(rule) || changed.includes(rule) ? version : null;
}

/**
 * Of a version that is being made. `before`: of the one that it is compared with; what that does not tell counts as
 * changed. `rules`: all that it has.
 */
export function sinceNow(
  version: number,
  { added, changed }: Pick<Manifest, 'added' | 'changed'>,
  rules: readonly string[],
  before: Since,
): Since {
  const fresh = new Set([...added, ...changed]);
  const since = rules.map((rule) => [rule, fresh.has(rule) ? version : (before[rule] ?? version)] as const);
  return Object.fromEntries(since.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Of the newest of these, ascending, though manifests from before do not tell it themselves. */
export function sinceAt(manifests: readonly Manifest[]): Since {
  const all = new Map(manifests.map((manifest) => [manifest.version, manifest]));
  const steps: Manifest[] = [];
  let from: Since = {};
  for (let next = manifests.at(-1); next !== undefined; next = all.get(next.previous ?? 0)) {
    if (next.since !== undefined) {
      from = next.since;
      break;
    }
    steps.push(next);
    // No version comes from a later one.
    if (next.previous !== null && next.previous >= next.version) break;
  }
  const since = new Map(Object.entries(from));
  for (const { version, added, changed, removed } of steps.toReversed()) {
    for (const rule of removed) since.delete(rule);
    for (const rule of [...added, ...changed]) since.set(rule, version);
  }
  return Object.fromEntries(since);
}

/** Rules that are not what they were in another version; `before` null: in whatever nobody has published. */
export function changedSince(manifest: Manifest, before: Manifest | null): readonly string[] {
  const { since, added, changed } = manifest;
  if (since === undefined) return [...added, ...changed];
  const rules = Object.keys(since);
  if (before === null) return rules;
  const known = before.since;
  if (known !== undefined) return rules.filter((rule) => since[rule] !== known[rule]);
  if (before.version > manifest.version) return [...added, ...changed];
  return rules.filter((rule) => (since[rule] ?? 0) > before.version);
}
