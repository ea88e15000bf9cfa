/** Words by which rules are switched off together, from a rule's header to the manifest. */
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../../../src/ruleset/compile/artifact.js';
import { killSwitchesOf, rulesSwitched } from '../../../src/ruleset/release/kill-switches.js';
import { rulesSource } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';
import { manifestOf } from './people.js';

function compiled(killSwitch: string | null): Artifact {
  const built = buildUnguarded(rulesSource({ rules: { 'the-rule': { killSwitch }, other: {} } }));
  if (!built.ok) throw new Error('it compiles');
  return built.value;
}

describe('a rule that is compiled', () => {
  test('carries its word', () => {
    expect(compiled('together').rules.map(({ killSwitch }) => killSwitch)).toEqual([undefined, 'together']);
  });

  test('is what it was where the word is its own id, written or not', () => {
    expect(compiled('the-rule').id).toBe(compiled(null).id);
    expect(compiled('together').id).not.toBe(compiled(null).id);
  });
});

describe('a manifest', () => {
  test('tells the words with their rules, in order', () => {
    const rules = [
      { id: 'b', killSwitch: 'together' },
      { id: 'alone' },
      { id: 'a', killSwitch: 'together' },
      { id: 'c', killSwitch: 'constructor' },
    ];
    expect(Object.entries(killSwitchesOf(rules))).toEqual([
      ['constructor', ['c']],
      ['together', ['a', 'b']],
    ]);
  });

  test('says what a switch stops: the rule of that id, and those of that word', () => {
    const manifest = manifestOf(1, { killSwitches: { together: ['a', 'b'], a: ['c'] } });
    expect(rulesSwitched(manifest, 'together')).toEqual(['together', 'a', 'b']);
    expect(rulesSwitched(manifest, 'a')).toEqual(['a', 'c']);
    expect(rulesSwitched(manifest, 'constructor')).toEqual(['constructor']);
    expect(rulesSwitched(manifestOf(1), 'b')).toEqual(['b']);
  });
});
