/**
 * Compiled = interpreted where conditions ask of the past: @bufbuild/cel evaluates the text with the functions of the
 * past given to it as the plain slow twin over objects.
 */
import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelError,
  isCelList,
  listType,
  parse,
  plan,
} from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/base/calendar.js';
import { compileExpression, type Outcome } from '../../../src/ruleset/compile-expression.js';
import { recordedHistory } from '../../../src/ruleset/examples/recorded-history.js';
import { answer, type World } from '../history/twin.js';
import { arbitraryClaim, arbitraryPast, celBindings, ofKnownPatient } from './arbitrary-claim.js';
import { boolText } from './arbitrary-expression.js';

const { BOOL, DOUBLE, INT, STRING } = CelScalar;
const strings = listType(STRING);

/** Names and results; every one is asked of one code and of several, of a type, or of nothing. */
const functions = [
  ['usedBefore', [[STRING], [strings]], BOOL],
  ['usedAny', [[strings, INT]], BOOL],
  [
    'quantityWithin',
    [
      [STRING, INT],
      [strings, INT],
    ],
    DOUBLE,
  ],
  [
    'useDays',
    [
      [STRING, INT],
      [strings, INT],
    ],
    INT,
  ],
  [
    'shareBeyond',
    [
      [STRING, INT, INT],
      [strings, INT, INT],
    ],
    DOUBLE,
  ],
  ['spanDays', [[STRING], [strings]], INT],
  ['lastUse', [[STRING], [strings]], INT],
  ['supplyLeft', [[STRING]], INT],
  [
    'visitsWithin',
    [
      [STRING, INT],
      [STRING, INT, strings],
    ],
    INT,
  ],
  ['dischargedWithin', [[INT]], BOOL],
  ['dischargedHereWithin', [[INT]], BOOL],
  ['lastDischarge', [[]], INT],
  ['lastDischargeHere', [[]], INT],
] as const;

function celFunctions(world: World): CelFunc[] {
  const past = functions.flatMap(([name, overloads, result]) =>
    overloads.map((types) =>
      celFunc(`past_${name}`, [...types], result, (...args: CelValue[]) => {
        const theirs = answer(world, { name: `history.${name}`, args: args.map(plain), anchor: 0 });
        if (typeof theirs === 'string') throw new Error(theirs);
        return (result === INT ? BigInt(theirs.value as number) : theirs.value) as never;
      }),
    ),
  );
  const between = (a: bigint, b: bigint) => BigInt(dayOf(Number(b)) - dayOf(Number(a)));
  return [...past, celFunc('days_between', [INT, INT], INT, between)];
}

function plain(value: CelValue): string | number | readonly string[] {
  if (isCelList(value)) return [...value].map(String);
  return typeof value === 'bigint' ? Number(value) : String(value);
}

function interpreted(text: string, world: World): unknown {
  const inCel = text
    .replaceAll('history.', 'past_')
    .replaceAll(/daysBetween\(day\((.*?\))\), day\(claim\.sentAt\)\)/g, 'days_between($1, claim.sentAt)');
  const evaluate = plan(celEnv({ funcs: celFunctions(world) }), parse(inCel)) as (
    bindings: object,
  ) => unknown;
  return evaluate(celBindings(world.claim, 0));
}

function compiled(text: string) {
  const result = compileExpression(text, { variables: {}, claim: 'line' });
  const isOutOfRange = !result.ok && result.error.every((d) => d.code === 'CG-E308' || d.code === 'CG-E310');
  fc.pre(!isOutOfRange);
  expect(result.ok ? [] : result.error).toEqual([]);
  if (!result.ok) throw new Error('unreachable: reported above');
  return result.value;
}

const decidedValue = (outcome: Outcome) => ('value' in outcome ? outcome.value : 'unknown');

describe('compiled = interpreted, with a past', () => {
  it('both forms: the same value, unknown where CEL has an error', () => {
    let [decided, fast] = [0, 0];
    const text = boolText(3, { lines: ['line'], diagnoses: [], past: true });
    const past = fc.option(arbitraryPast, { nil: null, freq: 9 });
    const property = fc.property(
      text,
      arbitraryClaim.map(ofKnownPatient),
      past,
      (condition, claim, settled) => {
        const theirs = interpreted(condition, { claim, settled, stock: {} });
        const expected = isCelError(theirs) ? 'unknown' : theirs;
        const expression = compiled(condition);
        const bindings = {
          claim,
          line: 0,
          ...(settled === null ? {} : { history: recordedHistory(settled) }),
        };
        expect(decidedValue(expression.evaluate(bindings)), condition).toBe(expected);
        if (expected !== 'unknown') decided++;
        const second = expression.evaluateFast(bindings);
        if (second === null) return;
        fast++;
        expect(decidedValue(second), condition).toBe(expected);
      },
    );
    fc.assert(property, { numRuns: 600 });
    expect(Math.min(decided, fast)).toBeGreaterThan(50);
  });
});
