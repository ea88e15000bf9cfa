/** Every function of the rule language on small claims, unknown results included. */
import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../../src/ruleset/build-ruleset.js';
import { functions } from '../../../src/ruleset/check/functions.js';
import { compileExpression } from '../../../src/ruleset/compile-expression.js';
import { functionLibrary } from '../../../src/ruleset/runtime/functions.js';
import { type ClaimFields, dayLength, hour, makeClaim, morning } from '../claims.js';

function evaluate(text: string, fields: ClaimFields = {}) {
  const compiled = compileExpression(text, { variables: {}, claim: 'line' });
  if (!compiled.ok) throw new Error(renderDiagnostics(compiled.error));
  const bindings = { claim: makeClaim(fields), line: 0 };
  const outcome = compiled.value.evaluate(bindings);
  const fast = compiled.value.evaluateFast(bindings);
  if (fast !== null) expect(fast).toEqual(outcome);
  return 'value' in outcome ? outcome.value : outcome.unknown;
}

const overOther = (condition: string) => `claim.lines.exists(other, !other.current && ${condition})`;
const pair = (first: ClaimFields['lines'], ...rest: NonNullable<ClaimFields['lines']>) => ({
  lines: [...(first ?? []), ...rest.map((line) => ({ current: false, ...line }))],
});

describe('time', () => {
  it.each([
    ['sameDay(line.at, encounter.admittedAt)', false],
    ['sameDay(line.at, line.at)', true],
    ['daysBetween(day(encounter.admittedAt), day(line.at))', 1],
    ['daysBetween(day(line.at), day(encounter.admittedAt))', -1],
    ['hoursBetween(encounter.admittedAt, line.at)', 24],
    ['ageAt(patient.birthDate, line.at)', 56],
    ['ageDays(patient.birthDate, line.at)', 20_636],
  ])('%s = %j', (text, expected) => expect(evaluate(text)).toEqual(expected));

  it('a day ends at midnight in China', () => {
    const lines = [{ at: Date.UTC(2026, 6, 2, 15, 59) }];
    const sentAt = Date.UTC(2026, 6, 2, 16, 0);
    expect(evaluate('sameDay(line.at, claim.sentAt)', { lines, sentAt })).toBe(false);
    expect(evaluate('sameDay(line.at, claim.sentAt)', { lines, sentAt: sentAt - 1 })).toBe(true);
  });

  it('an unknown argument leaves the result unknown', () => {
    expect(
      evaluate('ageAt(patient.birthDate, line.at)', { patient: { birthDate: null }, lines: [{ at: null }] }),
    ).toEqual(['patient.birthDate', 'line.at']);
  });
});

describe('stay', () => {
  const stay = (from: number | null, to: number | null, sentAt: number | null = null) => ({
    encounter: { admittedAt: from, dischargedAt: to },
    sentAt,
  });

  it('counts the calendar days that it touches', () => {
    expect(evaluate('stayDays()', stay(morning, morning + 6 * dayLength))).toBe(7);
    expect(evaluate('stayDays()', stay(morning, morning))).toBe(1);
    expect(evaluate('stayDays()', stay(morning, morning - 3 * dayLength))).toBe(1);
    expect(evaluate('stayDays()', stay(morning + 14 * hour, morning + 16 * hour))).toBe(2);
  });

  it('goes on until the claim was sent where there is no discharge yet', () => {
    expect(evaluate('stayDays()', stay(morning, null, morning + 2 * dayLength))).toBe(3);
  });

  it('counts hours, begun ones whole, at least one', () => {
    expect(evaluate('stayHours()', stay(morning, morning + 2.1 * hour))).toBe(3);
    expect(evaluate('stayHours()', stay(morning, morning))).toBe(1);
  });

  it('is stretched by services before and after it where an item is asked for', () => {
    const encounter = { admittedAt: morning, dischargedAt: morning + 5 * hour };
    const lines = [{ itemCode: 'A', at: morning - dayLength }, { itemCode: 'B' }];
    expect(evaluate("claim.spanDays('A')", { encounter, lines })).toBe(2);
    expect(evaluate("claim.spanHours('A')", { encounter, lines })).toBe(29);
    expect(evaluate("claim.spanHours('B')", { encounter, lines })).toBe(5);
    expect(evaluate("claim.spanDays('A')", { encounter, lines: [{ itemCode: 'A', at: null }] })).toContain(
      'line.at',
    );
  });

  it('knows herbs that the patient pays', () => {
    const herb = { kind: 'piece' as const, payable: false };
    expect(evaluate('selfPaidPieces()', { lines: [{}, { ...herb, selfPaid: true }] })).toBe(true);
    expect(evaluate('selfPaidPieces()', { lines: [{}, herb] })).toBe(false);
  });

  it('is unknown without a beginning or an end', () => {
    expect(evaluate('stayDays()', stay(null, morning, morning))).toContain('encounter.admittedAt');
    expect(evaluate('stayHours()', stay(morning, null, null))).toContain('claim.sentAt');
  });
});

describe('two lines', () => {
  it.each([
    ['the same day', {}, true],
    ['the next day', { at: morning + dayLength }, false],
    ['an order that lasts into the other', { at: morning - 3 * dayLength, until: morning + hour }, true],
    ['an order that ends the day before', { at: morning - 3 * dayLength, until: morning - dayLength }, false],
    ['an end before its beginning counts as no end', { at: morning, until: morning - 9 * dayLength }, true],
  ])('overlap: %s', (_, other, expected) => {
    expect(evaluate(overOther('overlaps(line, other)'), pair([{}], other))).toBe(expected);
  });

  it.each([
    ['within two hours', { at: morning + 2 * hour }, true],
    ['more than two hours apart', { at: morning + 2 * hour + 1 }, false],
    ['one has no clock time', { atTimed: false }, false],
  ])('concurrent: %s', (_, other, expected) => {
    expect(evaluate(overOther('concurrent(line, other)'), pair([{}], other))).toBe(expected);
    expect(evaluate(overOther('concurrent(other, line)'), pair([{}], other))).toBe(expected);
  });

  it.each([
    ['all on one day', {}, 1],
    ['a week of which the other touches two days', { until: morning + 6 * dayLength }, 2 / 7],
    ['apart', { at: morning + 5 * dayLength }, 0],
  ])('share of common days: %s', (_, other, expected) => {
    const lines = pair([{ until: morning + dayLength }], other);
    const share = overOther(`commonShare(other, line) == ${expected.toFixed(20)}`);
    expect(evaluate(share, lines)).toBe(true);
  });

  it('a time that is not known', () => {
    const lines = pair([{ at: null }], {});
    expect(evaluate(overOther('overlaps(line, other)'), lines)).toEqual(['line.at']);
    expect(evaluate(overOther('concurrent(line, other)'), lines)).toEqual(['line.at']);
    expect(evaluate(overOther('timesKnown(line, other)'), lines)).toBe(false);
  });
});

describe('sums over the claim', () => {
  const lines = [
    { itemCode: 'A', netQuantityE4: 15_000, netAmountFen: 150 },
    { itemCode: 'A', netQuantityE4: 5_000, netAmountFen: 50, at: morning + dayLength },
    { itemCode: 'B', netQuantityE4: 10_000, netAmountFen: 1_000 },
    { itemCode: 'A', netQuantityE4: 90_000, netAmountFen: 900, payable: false },
  ];

  it.each([
    ["claim.quantity('A')", 2],
    ["claim.quantity(['A', 'B', 'A'])", 3],
    ["claim.quantity('Z')", 0],
    ["claim.quantityOn('A', day(line.at))", 1.5],
    ["claim.serviceDays('A')", 2],
    ["claim.amount('A')", 200],
    ["claim.amount(['A', 'B'])", 1_200],
    ["claim.has('B')", true],
    ["claim.has('Z')", false],
    ["claim.has(['Z', 'A'])", true],
    ['size(claim.lines)', 3],
  ])('%s = %j', (text, expected) => expect(evaluate(text, { lines })).toEqual(expected));

  it('names what is missing', () => {
    const without = (fields: object) => ({ lines: [...lines, { itemCode: 'A', ...fields }] });
    expect(evaluate("claim.quantity('A') > 1.0", without({ netQuantityE4: null }))).toContain(
      'line.quantity',
    );
    expect(evaluate("claim.quantity('B') > 1.0", without({ netQuantityE4: null }))).toBe(false);
    expect(evaluate("claim.quantityOn('A', day(line.at)) > 1.0", without({ at: null }))).toContain('line.at');
    expect(evaluate("claim.serviceDays('A')", without({ at: null }))).toContain('line.at');
    expect(evaluate("claim.amount('A')", without({ netAmountFen: null }))).toContain('line.amount');
  });

  it('a line without code could have any code', () => {
    const uncoded = { lines: [...lines, { itemCode: null }] };
    expect(evaluate("claim.has('A')", uncoded)).toBe(true);
    expect(evaluate("claim.has('Z')", uncoded)).toEqual(['line.itemCode']);
    expect(evaluate("claim.quantity('A')", uncoded)).toContain('line.itemCode');
  });
});

describe('diagnoses', () => {
  const diagnoses = (...codes: (string | null)[]) => ({
    diagnoses: codes.map((code) => ({ code, main: null })),
  });

  it.each([
    [['I20.000', 'Q56.400'], true],
    [['I10.x00'], false],
    [['I10.x00', null], ['diagnoses.code']],
    [['I20.000', null], true],
    [[], ['diagnoses.code']],
  ])('%j', (codes, expected) => {
    expect(evaluate("diagnosisIn(['I20', 'Q5'])", diagnoses(...codes))).toEqual(expected);
  });
});

describe('text', () => {
  it.each([
    ["'福建'.contains('建')", true],
    ["size('𠮷林')", 2],
    ["'𠮷' > '～'", true],
    ["'a' < 'ab'", true],
  ])('%s = %j', (text, expected) => expect(evaluate(text)).toEqual(expected));
});

describe('the table of functions', () => {
  it('is what the runtime has', () => {
    expect(Object.keys(functionLibrary)).toEqual(expect.arrayContaining(Object.keys(functions)));
  });

  it.each([
    "history.quantityWithin('C00', 30) > 1.0",
    "history.useDays('C00', 30) > 1",
    "history.shareBeyond('C00', 30, 2) > 0.5",
    "history.spanDays('C00') > 1",
    "history.lastUse('C00') < line.at",
    "history.usedAny(['C'], 30)",
    "history.usedBefore('C00')",
    "history.supplyLeft('C00') > 1",
    "history.visitsWithin('inpatient', 30) > 1",
    'history.lastDischarge() < line.at',
    'history.lastDischargeHere() < line.at',
    'history.dischargedWithin(30)',
    'history.dischargedHereWithin(30)',
    'trace.soldBefore(line)',
    "stock.remaining('C00') < 0.0",
  ])('%s is unknown where nothing is known of the past', (text) => {
    expect(evaluate(text, { lines: [{ traceCodes: ['81234567890123456789'] }] })).toEqual(['history']);
  });

  it('documents every function', () => {
    for (const { doc } of Object.values(functions)) expect(doc.length).toBeGreaterThan(3);
  });
});
