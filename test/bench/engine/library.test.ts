import { describe, expect, it } from 'vitest';
import { makeLibrary, rulesByCode } from '../../../bench/engine/make-rules.js';
import { compileOurs } from '../../../bench/engine/ours.js';
import { rulesSource } from '../../../bench/engine/rules-source.js';

const seed = Math.floor(Math.random() * 1e6);
const plan = { rules: 30, rows: 300, seed, tablesDir: 'rules/tables' };

describe(`a synthetic library (seed ${seed})`, () => {
  const library = makeLibrary(plan);

  it('is the same for the same seed', () => {
    expect(makeLibrary(plan)).toEqual(library);
    expect(makeLibrary({ ...plan, seed: seed + 1 })).not.toEqual(library);
  });

  it('has as many rules and rows as were asked for', () => {
    expect(library.rules).toHaveLength(30);
    expect(library.rules.reduce((sum, { codes }) => sum + codes.length, 0)).toBe(300);
  });

  it('spreads its rows over all of its codes, no code twice in a rule', () => {
    expect(rulesByCode(library.rules).size).toBe(library.codes.length);
    for (const { codes } of library.rules) expect(new Set(codes).size).toBe(codes.length);
  });

  it('never makes a code its own partner', () => {
    const pairs = library.rules.filter(({ shape }) => shape === 'pair');
    for (const { codes, parameter } of pairs) expect(codes).not.toContain(parameter);
  });

  it('compiles with the compiler of the product, even where a rule has no row', () => {
    const sparse = makeLibrary({ ...plan, rules: 60, rows: 20 });
    expect(sparse.rules.some(({ codes }) => codes.length === 0)).toBe(true);
    expect(() => compileOurs(rulesSource(sparse.rules))).not.toThrow();
  });
});
