/** Where a rule applies: by the scene of a screening, by the kind of another event. */
import { expect, it } from 'vitest';
import type { ClaimKind, Scene } from '../../../src/claim/claim.js';
import { claimFields } from '../../../src/claim/fields.js';
import { sceneBit, sceneBits } from '../../../src/ruleset/runtime/scenes.js';

const kinds: readonly ClaimKind[] = claimFields['claim.kind'].values;
const scenes: readonly (Scene | null)[] = [null, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const applies = (rule: readonly (number | string)[], kind: ClaimKind, scene: Scene | null) =>
  (sceneBits(rule) & sceneBit({ kind, scene })) !== 0;

it('a rule applies where it says so and nowhere else', () => {
  for (const said of [...scenes.filter((scene) => scene !== null), ...kinds.slice(1)]) {
    for (const kind of kinds) {
      for (const scene of scenes) {
        const isSaid = kind === 'screening' ? scene === said : kind === said;
        const isOpen = kind === 'screening' && scene === null && typeof said === 'number';
        expect(applies([said], kind, scene), `${said} ${kind} ${scene}`).toBe(isSaid || isOpen);
      }
    }
  }
});

it('a rule that says nothing applies nowhere', () => {
  expect(kinds.some((kind) => scenes.some((scene) => applies([], kind, scene)))).toBe(false);
});
