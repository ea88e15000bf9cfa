/** Rules that are switched off together, as their authors say: a word in the header that several may write. */
import type { Manifest } from './manifest.js';

/** Ids of the rules by the word. */
export type KillSwitches = Readonly<Record<string, readonly string[]>>;

/** A rule is always switched off by its id; without a word there is only that. */
export interface SwitchedRule {
  readonly id: string;
  readonly killSwitch?: string;
}

/** Of the words that rules write beside their ids. */
export function killSwitchesOf(rules: readonly SwitchedRule[]): KillSwitches {
  const words = new Map<string, string[]>();
  for (const { id, killSwitch } of rules) {
    if (killSwitch !== undefined) words.set(killSwitch, [...(words.get(killSwitch) ?? []), id]);
  }
  const named = [...words].map(([word, ids]) => [word, ids.toSorted()] as const);
  return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a switch stops in a version: the rule of that id, and those that wrote it as their word. */
export function rulesSwitched({ killSwitches = {} }: Manifest, word: string): readonly string[] {
  const together = Object.hasOwn(killSwitches, word) ? (killSwitches[word] ?? []) : [];
  return [...new Set([word, ...together])];
}
