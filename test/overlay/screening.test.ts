/**
 * What rules say under an overlay, on random rule sets and claims: a rule that is off leaves the answer of the rule set
 * that never had it, and one that is held back changes its effect, the money and nothing else.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../src/claim/claim.js';
import { columnsOf } from '../../src/claim/columns/fill-columns.js';
import { decide } from '../../src/decision/decide.js';
import type { Decision } from '../../src/decision/decision.js';
import type { Overlay } from '../../src/ruleset/overlay/overlay.js';
import { Treatments } from '../../src/ruleset/overlay/treatments.js';
import { type InstantiatedRuleset, instantiate } from '../../src/ruleset/runtime/instantiate.js';
import type { Screened } from '../../src/ruleset/runtime/screened.js';
import { unhurried } from '../ruleset/claims.js';
import { arbitraryClaim } from '../ruleset/properties/arbitrary-claim.js';
import { boolText } from '../ruleset/properties/arbitrary-expression.js';
import { rulesSource } from '../ruleset/rule-sources.js';
import { buildUnguarded } from '../ruleset/unguarded.js';

type Keys = Readonly<Record<string, string>>;

const condition = boolText(2, { lines: ['line'], diagnoses: [] });
const keys: fc.Arbitrary<Keys> = fc
  .tuple(condition, fc.constantFrom('hold', 'justify', 'remind', 'record'), fc.boolean())
  .map(([text, effect, isClaimWide]) =>
    isClaimWide
      ? { effect, for: 'claim', when: '"size(claim.lines) > 1"', blame: '{ line: "claim.lines" }' }
      : { effect, when: JSON.stringify(text) },
  );
const written = fc
  .array(fc.tuple(keys, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((list) => list.map(([own, isTreated], i) => ({ id: `rule-${i}`, keys: own, isTreated })));

/** Null: it grew beyond its bounds, which the generator does not watch. */
function built(rules: readonly { readonly id: string; readonly keys: Keys }[]): InstantiatedRuleset | null {
  const always = { effect: 'remind', when: '"line.quantity > 0"' };
  const own = Object.fromEntries(rules.map(({ id, keys: text }) => [id, text]));
  const made = buildUnguarded(rulesSource({ rules: { ...own, always } }));
  return made.ok ? instantiate(made.value) : null;
}

function screened(ruleset: InstantiatedRuleset, claim: Claim, overlay: Overlay | null): Screened {
  const treatments = overlay === null ? null : new Treatments(overlay, ruleset, ruleset.name.id);
  const place = { institution: claim.institution.code, department: claim.encounter.department };
  const under = treatments?.of(place, 0) ?? null;
  return ruleset.screen(columnsOf(claim, ruleset.items), unhurried, null, under);
}

function decided(claim: Claim, said: Screened, path: 'advisory' | 'durable'): Decision {
  const ruleset = { id: 'sha256:x', name: 'x', version: 1, overlay: 1 };
  return decide({
    claim,
    lineCount: claim.lines.length,
    contentHash: '0'.repeat(64),
    ...said,
    ruleset,
    path,
  });
}

function overlayOver(kind: 'kill' | 'brake', rules: readonly string[]): Overlay {
  const switches = rules.map((rule) => ({ rule, institution: null, kind, rulesetId: null }));
  return { number: 1, switches, snoozes: [] };
}

/** Ids of the rules that find something. */
function hitIn(ruleset: InstantiatedRuleset, claim: Claim, overlay: Overlay | null): readonly string[] {
  const { findings } = screened(ruleset, claim, overlay);
  return [...new Set(findings.map(({ rule }) => rule))].toSorted();
}

describe('under an overlay', () => {
  test('a rule that is off leaves what the rule set says without it', () => {
    let off = 0;
    const property = fc.property(written, arbitraryClaim, (rules, claim) => {
      const treated = rules.filter(({ isTreated }) => isTreated).map(({ id }) => id);
      const [all, rest] = [built(rules), built(rules.filter(({ isTreated }) => !isTreated))];
      fc.pre(all !== null && rest !== null);
      if (all === null || rest === null) return;
      const said = screened(all, claim, overlayOver('kill', treated));
      const without = screened(rest, claim, null);
      expect(said).toEqual(without);
      for (const path of ['advisory', 'durable'] as const) {
        expect(decided(claim, said, path)).toEqual(decided(claim, without, path));
      }
      off += screened(all, claim, null).findings.length - said.findings.length;
    });
    fc.assert(property, { numRuns: 60 });
    expect(off).toBeGreaterThan(0);
  });

  test('a rule that is held back is found as before, recorded, and costs nothing', () => {
    let held = 0;
    const property = fc.property(written, arbitraryClaim, (rules, claim) => {
      const treated = new Set(rules.filter(({ isTreated }) => isTreated).map(({ id }) => id));
      const [all, rest] = [built(rules), built(rules.filter(({ isTreated }) => !isTreated))];
      fc.pre(all !== null && rest !== null);
      if (all === null || rest === null) return;
      const plain = screened(all, claim, null);
      const said = screened(all, claim, overlayOver('brake', [...treated]));
      expect(said.findings).toEqual(
        plain.findings.map((one) => (treated.has(one.rule) ? { ...one, effect: 'record' } : one)),
      );
      expect(said.notEvaluated).toEqual(plain.notEvaluated);
      expect(said.excessByLine).toEqual(screened(rest, claim, null).excessByLine);
      const shown = plain.findings.filter(({ rule, effect }) => treated.has(rule) && effect !== 'record');
      expect(new Set(said.heldBack)).toEqual(new Set(shown.map(({ rule }) => rule)));
      // Nobody is shown it; settled claims keep it.
      const inAdvice = decided(claim, said, 'advisory').findings.map(({ rule }) => rule);
      expect(inAdvice.filter((rule) => treated.has(rule))).toEqual([]);
      expect(decided(claim, said, 'durable').findings).toHaveLength(plain.findings.length);
      held += said.heldBack.length;
    });
    fc.assert(property, { numRuns: 60 });
    expect(held).toBeGreaterThan(0);
  });

  test('rules that share a word are off together by it, and by nothing else', () => {
    const keys = { effect: 'remind', when: '"true"' };
    const ruleset = built([
      { id: 'one', keys: { ...keys, killSwitch: 'together' } },
      { id: 'two', keys: { ...keys, killSwitch: 'together' } },
      { id: 'alone', keys },
    ]);
    const all = ['alone', 'always', 'one', 'two'];
    const isHitByAll = (one: Claim) => ruleset !== null && hitIn(ruleset, one, null).length === all.length;
    const [claim] = fc.sample(arbitraryClaim.filter(isHitByAll), 1);
    if (ruleset === null || claim === undefined) throw new Error('it compiles');
    const snoozed = { rule: 'together', institution: null, department: null, until: '2100-01-01T00:00:00Z' };
    expect(hitIn(ruleset, claim, null)).toEqual(all);
    expect(hitIn(ruleset, claim, overlayOver('kill', ['together']))).toEqual(['alone', 'always']);
    expect(hitIn(ruleset, claim, overlayOver('kill', ['one']))).toEqual(['alone', 'always', 'two']);
    const others = [overlayOver('brake', ['together']), { number: 1, switches: [], snoozes: [snoozed] }];
    for (const overlay of others) {
      expect(hitIn(ruleset, claim, overlay)).toEqual(all);
      expect(screened(ruleset, claim, overlay).heldBack).toEqual([]);
    }
  });
});
