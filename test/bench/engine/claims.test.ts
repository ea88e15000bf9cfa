import { describe, expect, it } from 'vitest';
import { PlainJudge } from '../../../bench/engine/hits.js';
import { lineFacts } from '../../../bench/engine/line-facts.js';
import { makeLibrary } from '../../../bench/engine/make-rules.js';
import { makeWorkload } from '../../../bench/engine/workload.js';
import { passingClaims } from '../../../bench/readers/passing-claims.js';

const seed = Math.floor(Math.random() * 1e6);
const plan = { rules: 40, lines: 20, claims: 30, proof: 16, seed, popularity: 'zipf' } as const;

describe(`claims against a synthetic library (seed ${seed})`, () => {
  it('have exactly the wanted number of lines', () => {
    const { timed } = makeWorkload({ ...plan, rows: 400 });
    expect(timed.map(({ native }) => native.lines.length)).toEqual(Array.from({ length: 30 }, () => 20));
  });

  it('reach about as many rows in a small library as in one thirty times its size', () => {
    const small = makeWorkload({ ...plan, rows: 200 });
    const large = makeWorkload({ ...plan, rows: 6_000 });
    expect(small.reached / large.reached).toBeGreaterThan(0.66);
    expect(small.reached / large.reached).toBeLessThan(1.5);
    expect(large.codes).toBeGreaterThan(small.codes);
  });

  it('differ between two libraries in nothing but item codes', () => {
    const [small, large] = [200, 2_000].map((rows) => makeWorkload({ ...plan, rows }));
    const bare = ({ native }: { native: object }) =>
      JSON.stringify(native).replaceAll(/"itemCode":"[^"]*"/g, '');
    expect(small?.timed.map(bare)).toEqual(large?.timed.map(bare));
  });

  it('break a rule each where they prove agreement', () => {
    const { library, proof } = makeWorkload({ ...plan, rows: 400 });
    const judge = new PlainJudge(library.rules);
    expect(proof.filter(({ native }) => judge.judge(lineFacts(native)).length === 0)).toEqual([]);
  });

  it('break none where they are to pass', () => {
    const library = makeLibrary({ rules: 40, rows: 400, seed, tablesDir: 'rules/tables' });
    expect(passingClaims(10, 5, seed, library)).toHaveLength(5);
  });
});

describe('the facts of a line', () => {
  it('hold the age of the day, the sum over the item and the codes of the day', () => {
    const line = (id: string, itemCode: string, day: number, quantity: number) => ({
      id,
      itemCode,
      quantity,
      at: `2026-03-0${day}T10:00:00+08:00`,
    });
    const facts = lineFacts({
      institution: { level: 3 },
      patient: { sex: 'female', birthDate: '2001-03-02', insurance: 'resident' },
      encounter: { type: 'inpatient' },
      lines: [line('1', 'A', 1, 2), line('2', 'B', 1, 1), line('3', 'A', 2, 3)],
    });
    expect(facts.map(({ age }) => age)).toEqual([24, 24, 25]);
    expect(facts.map(({ quantityOfItem }) => quantityOfItem)).toEqual([5, 1, 5]);
    expect(facts.map(({ sameDayCodes }) => sameDayCodes)).toEqual([['A', 'B'], ['A', 'B'], ['A']]);
  });
});
