/** The product against the judge: every official point, every code, and claims in which all of it comes together. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agreement } from './agreement.js';
import { type Case, casesOf, isPoint, leftOutClaims, walkCodes } from './claims.js';
import { problemOf } from './expectation.js';
import { judge } from './judge.js';
import type { Judgement } from './judgement.js';
import { mixedClaim } from './mixed.js';
import type { NativeClaim } from './native-claim.js';
import { type Ask, openProduct } from './product.js';
import { Random } from './random.js';
import { drawSeed } from './seed.js';
import { shippedRows } from './shipped.js';
import { Summary } from './summary.js';
import type { Row } from './tables.js';

const seed = drawSeed();
const rows = shippedRows();
const points = rows.filter(isPoint);
const agreement = new Agreement(rows);
const summary = new Summary();
const mixedClaims = 2_000;
let askProduct: Ask;

/** Where the product says something else than the judge; with the claim, so that it can be asked again. */
function disagreements(claim: NativeClaim, judgement: Judgement, about: string): readonly string[] {
  const differences = agreement.differences(askProduct(claim), judgement);
  return differences.map((difference) => `${about}: ${difference}\n${JSON.stringify(claim)}`);
}

/** Beside the agreement: that the judge finds what the claim was made for, so that both cannot be wrong together. */
function problemsOf(one: Case): readonly string[] {
  const { row, kind, how, claim } = one;
  const judgement = judge(claim, rows);
  const problem = problemOf(one, judgement);
  const differences = disagreements(claim, judgement, `${row.table} ${row.point} ${kind} (${how})`);
  return problem === null ? differences : [problem, ...differences];
}

function expectNone(problems: readonly string[]): void {
  expect(problems.slice(0, 5), `${problems.length} problems, seed ${seed}`).toEqual([]);
}

describe('the product and the judge', () => {
  beforeAll(async () => {
    askProduct = await openProduct();
  });

  afterAll(() => {
    console.log(`${summary}\nrules: ${[...agreement.rules.keys()].sort().join(', ')}\nseed ${seed}`);
  });

  it('agree on every point: broken, just not broken, before and after its end, and left open', () => {
    const random = new Random(seed);
    const cases = points.flatMap((row) => casesOf(row, random.pick(row.codes), rows, random));
    for (const one of cases) summary.add(one);
    expectNone(cases.flatMap(problemsOf));
    expect(summary.points).toBe(points.length);
  });

  it('agree on every code of every point', () => {
    const cases = walkCodes(rows, new Random(seed));
    const codes = cases.reduce((sum, one) => sum + one.blamed.length, 0);
    expect(codes).toBe(points.reduce((sum, row) => sum + row.codes.length, 0));
    expectNone(cases.flatMap(problemsOf));
  });

  it('say nothing of the points that were left out', () => {
    const leftOut = rows.filter((row) => row.table === 'left_out_points' && row.codes.length > 0);
    const random = new Random(seed);
    const claims = leftOut.flatMap((row) => leftOutClaims(row, random).map((claim) => ({ row, claim })));
    expect(claims.length).toBeGreaterThan(0);
    expectNone(
      claims.flatMap(({ row, claim }) => disagreements(claim, judge(claim, rows), `left out ${row.point}`)),
    );
    const named = claims.filter(({ row, claim }) => names(claim, row));
    expect(named.map(({ row }) => row.point)).toEqual([]);
  });

  it(`agree on ${mixedClaims} mixed claims`, () => {
    const random = new Random(seed);
    const tables = new Map<string, Row[]>();
    for (const row of points) tables.set(row.table, [...(tables.get(row.table) ?? []), row]);
    const claims = Array.from({ length: mixedClaims }, () => mixedClaim(tables, random));
    const judgements = claims.map((claim) => judge(claim, rows));
    expect(judgements.filter(({ found }) => found.length > 1).length).toBeGreaterThan(mixedClaims / 3);
    expectNone(
      claims.flatMap((claim, i) => disagreements(claim, judgements[i] as Judgement, `mixed claim ${i}`)),
    );
  });
});

function names(claim: NativeClaim, row: Row): boolean {
  return askProduct(claim).findings.some(({ basis }) => basis.point === row.point);
}
