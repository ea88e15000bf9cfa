/**
 * The compiler is total: whatever stands in a rules folder, the answer is an artifact or a list of diagnostics. Real
 * rule files are damaged at random; what still builds must still screen.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRuleset } from '../../../src/ruleset/build-ruleset.js';
import { instantiate } from '../../../src/ruleset/runtime/instantiate.js';
import { screenPlainly, unhurried } from '../claims.js';
import { arbitraryClaim } from './arbitrary-claim.js';

const root = new URL('../../../rules/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const rulePath = 'packs/policy-services/duplicate-item-charge.yaml';
const schema = read('tables/included_items.yaml');
const rows = read('tables/included_items.csv').split('\n').slice(0, 4).join('\n');

const files = new Map([
  ['ruleset.yaml', 'name: test\nversion: 1\nasOf: 2026-11-01\npacks: [policy-services]\n'],
  ['exceptions.yaml', 'localPriceAllows: encounter.emergency\n'],
  [rulePath, read(rulePath)],
  [rulePath.replace('.yaml', '.examples.yaml'), read(rulePath.replace('.yaml', '.examples.yaml'))],
  ['tables/included_items.yaml', schema],
  ['tables/included_items.csv', `${rows}\n`],
]);

const scraps = [
  '"',
  "'",
  '{',
  '}',
  '[',
  ']',
  ':',
  '\n',
  ' ',
  '#',
  '|',
  '>',
  '&',
  '*',
  '!',
  ',',
  '\u0000',
  '\ud800',
  '0',
  '-',
  '(',
  ')',
];
const damage = fc.record({
  file: fc.constantFrom(...files.keys()),
  at: fc.nat({ max: 99_991 }),
  remove: fc.nat({ max: 12 }),
  insert: fc.oneof(
    fc.constantFrom(...scraps),
    fc.string({ maxLength: 8 }),
    fc.constantFrom('line.', 'true', 'claim.lines', 'has('),
  ),
});

describe('the compiler', () => {
  it('answers any damaged folder with diagnostics or a rule set that screens', () => {
    let [built, refused] = [0, 0];
    const property = fc.property(
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      arbitraryClaim,
      (hits, claim) => {
        const damaged = new Map(files);
        for (const { file, at, remove, insert } of hits) {
          const text = damaged.get(file) ?? '';
          const from = at % (text.length + 1);
          damaged.set(file, text.slice(0, from) + insert + text.slice(from + remove));
        }
        const result = buildRuleset({ label: 'rules/', files: damaged });
        if (!result.ok) {
          refused++;
          expect(result.error.length).toBeGreaterThan(0);
          return;
        }
        built++;
        screenPlainly(instantiate(result.value), claim, unhurried);
      },
    );
    fc.assert(property, { numRuns: 1_500 });
    expect(Math.min(built, refused)).toBeGreaterThan(50);
  });
});
