/**
 * The official CEL conformance data against our compiled form. Goal: whatever of it our checker accepts gives
 * CEL's answer in both forms; whatever it does not accept is refused by a diagnostic of its own and listed by
 * reason, so that a change of the subset is a visible diff. The suite's section on unknowns is empty, so
 * errors take their part: our unknown must be absorbed exactly where CEL absorbs an error.
 */
import { describe, expect, it } from 'vitest';
import { int, maxSafe } from '../../src/ruleset/check/types.js';
import { compileExpression, type Outcome } from '../../src/ruleset/compile-expression.js';
import { type CelCase, celCases, type Value } from './cel-suite.js';
import { expectGolden } from './golden-text.js';

const cases = celCases();

interface Judged {
  readonly path: string;
  /** `passed`, a diagnostic code, or what came instead of the expected result. */
  readonly result: string;
}

function judge({ path, text, variables, values, expected }: CelCase): Judged {
  const compiled = compileExpression(text, { variables });
  if (!compiled.ok) return { path, result: compiled.error[0]?.code ?? 'refused without a diagnostic' };
  const bindings = { variables: asNumbers(values) };
  const outcomes = [compiled.value.evaluate(bindings), compiled.value.evaluateFast(bindings)];
  const isAsExpected = outcomes.every((outcome) => {
    if (outcome === null) return expected === 'error';
    return expected === 'error'
      ? 'unknown' in outcome
      : 'value' in outcome && sameValue(outcome.value, expected.value);
  });
  const came = JSON.stringify(outcomes);
  return { path, result: isAsExpected ? 'passed' : `WRONG: ${text} gave ${came}` };
}

function asNumbers(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    return typeof value === 'bigint' ? Number(value) : value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, convert(value)]));
}

function sameValue(ours: unknown, theirs: Value): boolean {
  if (Array.isArray(theirs)) {
    return (
      Array.isArray(ours) &&
      ours.length === theirs.length &&
      theirs.every((item, i) => sameValue(ours[i], item))
    );
  }
  return typeof theirs === 'bigint' ? ours === Number(theirs) : Object.is(ours, theirs) || ours === theirs;
}

function groupBy(
  judged: readonly Judged[],
  keyOf: (j: Judged) => string,
): ReadonlyMap<string, readonly Judged[]> {
  const groups = new Map<string, Judged[]>();
  for (const j of judged) groups.set(keyOf(j), [...(groups.get(keyOf(j)) ?? []), j]);
  return groups;
}

function report(judged: readonly Judged[]): string {
  const byResult = groupBy(judged, (j) => j.result);
  const blocks = [...byResult.keys()].toSorted().map((result) => {
    const bySection = groupBy(byResult.get(result) ?? [], (j) => j.path.split('/').slice(0, -1).join('/'));
    const sections = [...bySection].map(
      ([section, of]) => `  ${section}: ${of.map((j) => j.path.split('/').at(-1)).join(' ')}`,
    );
    return `${result}: ${byResult.get(result)?.length}\n${sections.join('\n')}\n`;
  });
  const counts = [...byResult].map(([result, of]) => `${result} ${of.length}`).toSorted();
  return `${judged.length} cases\n${counts.join('\n')}\n\n${blocks.join('\n')}`;
}

describe('CEL conformance data', () => {
  const judged = cases.map(judge);

  it('accepted expressions give the official result in both forms', () => {
    expect(judged.filter((j) => j.result.startsWith('WRONG'))).toEqual([]);
    expect(judged.filter((j) => j.result === 'passed').length).toBeGreaterThan(300);
  });

  it('everything else is refused by a diagnostic, listed by reason', () => {
    const refused = judged.filter((j) => j.result !== 'passed');
    expect(refused.every((j) => /^CG-E\d{3}$/.test(j.result))).toBe(true);
    expectGolden(new URL('./golden/conformance.txt', import.meta.url), report(judged));
  });
});

describe('CEL error absorption, with an unknown in the place of each division by zero', () => {
  // `1/0` is CEL's usual way to an error; our checker refuses it, so an unknown integer stands in.
  const pattern = /\b[\w]+ ?\/ ?0\b(?!\.)/g;
  const absorbing = cases.filter((c) => pattern.test(c.text) && !/\d\.\d|\du\b|map\(/.test(c.text));
  const unknownInt = { unknownInt: int(-maxSafe, maxSafe) };

  const judged = absorbing.map(({ path, text, expected }) => {
    const compiled = compileExpression(text.replaceAll(pattern, 'unknownInt'), { variables: unknownInt });
    const outcome: Outcome | null = compiled.ok ? compiled.value.evaluate({}) : null;
    return { path, text, expected, outcome, code: compiled.ok ? null : compiled.error[0]?.code };
  });

  it.each(judged.filter((j) => j.outcome !== null))('$path: $text', ({ expected, outcome }) => {
    if (expected === 'error') expect(outcome).toEqual({ unknown: ['unknownInt'] });
    else expect(outcome).toEqual({ value: expected.value });
  });

  it('runs every such case that is in the language', () => {
    expect(judged.filter((j) => j.outcome !== null).length).toBeGreaterThanOrEqual(9);
  });
});
