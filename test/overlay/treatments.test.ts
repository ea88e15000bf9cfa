/** What an overlay does to the rules of a claim, against a twin that asks every entry for every claim. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noOverlay, type Overlay, overlayOf, overlayText } from '../../src/ruleset/overlay/overlay.js';
import { Treatments, treatment } from '../../src/ruleset/overlay/treatments.js';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 6, 1);
const rules = ['a', 'b', 'c', 'd'];
/** One word of two rules; one that is another rule's id. */
const named = { ruleIds: rules, killSwitches: ['a', 'together', 'together', 'a'] };
const rulesetId = 'sha256:own';

const rule = fc.constantFrom(...rules, 'together', 'of-another-set');
const institution = fc.constantFrom(null, 'H1', 'H2');
const department = fc.constantFrom(null, 'A01', 'A02');
const atMs = fc.integer({ min: 0, max: 8 }).map((half) => startMs + (half * dayMs) / 2);
const until = fc.integer({ min: 0, max: 4 }).map((day) => new Date(startMs + day * dayMs).toISOString());

const overlays: fc.Arbitrary<Overlay> = fc.record({
  number: fc.integer({ min: 1, max: 9 }),
  switches: fc.array(
    fc.record({
      rule,
      institution,
      kind: fc.constantFrom('kill' as const, 'brake' as const),
      rulesetId: fc.constantFrom(null, rulesetId, 'sha256:other'),
    }),
    { maxLength: 6 },
  ),
  snoozes: fc.array(fc.record({ rule, institution, department, until }), { maxLength: 6 }),
});

const claims = fc.array(fc.record({ institution, department, atMs }), { minLength: 1, maxLength: 20 });
type AskedClaim = (typeof claims extends fc.Arbitrary<infer T> ? T : never) extends readonly (infer C)[]
  ? C
  : never;

/** Position by position, entry by entry. */
function twin({ switches, snoozes }: Overlay, claim: AskedClaim): readonly number[] {
  const isAt = (one: { readonly institution: string | null }) =>
    one.institution === null || one.institution === claim.institution;
  return rules.map((asked, i) => {
    const holding = switches.filter(
      (one) => isAt(one) && (one.rulesetId === null || one.rulesetId === rulesetId),
    );
    const words = [asked, named.killSwitches[i]];
    if (holding.some(({ kind, rule: word }) => kind === 'kill' && words.includes(word))) return treatment.off;
    const own = holding.filter((one) => one.rule === asked);
    const isSnoozed = snoozes.some(
      (one) =>
        one.rule === asked &&
        isAt(one) &&
        (one.department === null || one.department === claim.department) &&
        claim.atMs < Date.parse(one.until),
    );
    return own.length > 0 || isSnoozed ? treatment.recorded : treatment.stands;
  });
}

describe('treatments', () => {
  test('equal what every entry says, whatever claims were asked about before', () => {
    fc.assert(
      fc.property(overlays, claims, (overlay, asked) => {
        const treatments = new Treatments(overlay, named, rulesetId);
        for (const claim of asked) {
          const told = treatments.of(claim, claim.atMs) ?? new Uint8Array(rules.length);
          expect([...told]).toEqual(twin(overlay, claim));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are the same after the way to a thread', () => {
    fc.assert(
      fc.property(overlays, claims, (overlay, asked) => {
        const there = overlayOf(overlayText(overlay));
        expect(there.number).toBe(overlay.number);
        for (const claim of asked) expect(twin(there, claim)).toEqual(twin(overlay, claim));
      }),
    );
  });

  test('hold no more places than there is room for, and are right beyond', () => {
    const snooze = { rule: 'b', institution: null, department: 'A9999', until: '2026-07-02T00:00:00.000Z' };
    const treatments = new Treatments({ number: 1, switches: [], snoozes: [snooze] }, named, rulesetId);
    const asked = Array.from({ length: 20_001 }, (_, i) => `A${i}`).filter((name) => {
      return treatments.of({ institution: 'H1', department: name }, startMs)?.[1] === treatment.recorded;
    });
    expect(asked).toEqual(['A9999']);
  });

  test('of no overlay are none, and take no text', () => {
    const nobody = { institution: null, department: null };
    expect(new Treatments(noOverlay, named, rulesetId).of(nobody, startMs)).toBeNull();
    expect(overlayText(noOverlay)).toBe('');
    expect(overlayOf('')).toBe(noOverlay);
  });
});
