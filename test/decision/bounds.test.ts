/** That every decision fits through the smallest broker that is accepted, and says what it leaves out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastPayloadBytes } from '../../src/base/broker-limits.js';
import { cutRetracts, decisionLimits } from '../../src/decision/bounds.js';
import { decide, retracting } from '../../src/decision/decide.js';
import type { Decision, Finding, NotEvaluated } from '../../src/decision/decision.js';
import { encodeDecision } from '../../src/decision/encode.js';
import { encodeReceipt, type Receipt } from '../../src/decision/receipt.js';
import { decideInput, finding } from './findings.js';

const sizeOf = (decision: Decision): number => encodeDecision(decision, null, 'native-json', null).byteLength;

/** On `lines` lines, as overlapping long orders have them. */
function findingOn(lines: number, change: Partial<Finding> = {}): Finding {
  const ids = Array.from({ length: lines }, (_, i) => `F42-${String(i).padStart(6, '0')}`);
  return { ...finding, lines: ids.map((id) => ({ id, role: 'violating' })), ...change };
}

const many = (count: number, change: (i: number) => Partial<Finding> = () => ({})): Finding[] =>
  Array.from({ length: count }, (_, i) =>
    findingOn(200, { findingId: `F${String(i).padStart(31, '0')}`, ...change(i) }),
  );

describe('a decision of more than a broker takes', () => {
  test('fits the smallest broker that is accepted, headers included', () => {
    const decision = decide(decideInput({ findings: many(400), path: 'durable' }));
    expect(sizeOf(decision)).toBeLessThanOrEqual(leastPayloadBytes - 64 * 1024);
    // Not far below: as much is shown as there is room for.
    expect(sizeOf(decision)).toBeGreaterThan(decisionLimits.listBytes * 0.9);
  });

  test('says how many findings there were, and status and money are those of all', () => {
    const findings = many(400, (i) => ({ effect: i === 399 ? 'hold' : 'remind' }));
    const excessByLine = new Map(findings.map(({ findingId }) => [findingId, 100]));
    const decision = decide(decideInput({ findings, excessByLine }));
    const shown = decision.findings.length;
    expect(shown).toBeLessThan(400);
    expect(decision).toMatchObject({ status: 'hold', excessFen: 40_000 });
    expect(decision.detail).toBe(`Shows ${shown} of 400 findings.`);
  });

  test('shows the gravest, in the order they came', () => {
    const findings = many(300, (i) => ({
      effect: i % 30 === 0 ? 'justify' : 'remind',
      severity: i % 10 === 0 ? 'definite' : 'suspicious',
    }));
    const shown = new Set(decide(decideInput({ findings })).findings);
    const rankOf = ({ effect, severity }: Finding) =>
      (effect === 'justify' ? 2 : 0) + (severity === 'definite' ? 1 : 0);
    const left = findings.filter((one) => !shown.has(one));
    expect(Math.min(...[...shown].map(rankOf))).toBeGreaterThanOrEqual(Math.max(...left.map(rankOf)));
    expect([...shown]).toEqual(findings.filter((one) => shown.has(one)));
  });

  test('leaves room for what was not evaluated, and says what it leaves out of that', () => {
    const lines = findingOn(500).lines.map(({ id }) => id);
    const gaps = (count: number) =>
      Array.from({ length: count }, (_, i): NotEvaluated => {
        return { rule: `r${String(i).padStart(4, '0')}`, cause: 'fact', facts: ['line.at'], lines };
      });
    const decision = decide(decideInput({ findings: many(400), notEvaluated: gaps(100) }));
    expect(sizeOf(decision)).toBeLessThanOrEqual(decisionLimits.bytes);
    const { notEvaluated } = decision.coverage;
    expect(notEvaluated).toEqual(gaps(notEvaluated.length));
    expect(notEvaluated.length).toBeGreaterThan(10);
    expect(decision.findings.length).toBeGreaterThan(50);
    expect(decision.detail).toBe(
      `Shows ${decision.findings.length} of 400 findings. ` +
        `Shows ${notEvaluated.length} of 100 entries of what was not evaluated.`,
    );
    const alone = decide(decideInput({ notEvaluated: gaps(100) }));
    expect([alone.status, alone.coverage.complete, alone.findings]).toEqual(['partial', false, []]);
    expect(sizeOf(alone)).toBeLessThanOrEqual(decisionLimits.bytes);
  });

  test('whatever its texts are, and in few bytes as in many', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const one = fc.record({
      lines: fc.array(
        fc.record({ id: text, role: fc.constantFrom('violating' as const, 'involved' as const) }),
      ),
      message: text,
      facts: fc.dictionary(text, fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null))),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.integer({ min: 0, max: 6_000 }), (some, listBytes) => {
        const findings = some.map((part): Finding => ({ ...finding, ...part }));
        const decision = decide(decideInput({ findings, listBytes }));
        const empty = sizeOf({ ...decision, findings: [] });
        expect(sizeOf(decision)).toBeLessThanOrEqual(empty + listBytes);
        const isWhole = decision.findings.length === findings.length;
        expect(decision.detail === null).toBe(isWhole);
        // One more would not fit.
        if (!isWhole) expect(sizeOf({ ...decision, findings }) - empty).toBeGreaterThan(listBytes - 1);
      }),
    );
  });
});

describe('what is retracted', () => {
  const ids = Array.from({ length: 40_000 }, (_, i) => `F${String(i).padStart(31, '0')}`);
  const receipt: Receipt = {
    decisionId: `D${'0'.repeat(31)}`,
    kind: 'reversal',
    claimId: 'H35010200417/S1',
    eventId: 'E2',
    status: 'retracted',
    note: 'reversed',
    detail: null,
    reason: null,
    retracts: ids,
  };

  test('is named in a receipt as far as it fits, and counted', () => {
    const bytes = encodeReceipt(receipt);
    expect(bytes.byteLength).toBeLessThanOrEqual(decisionLimits.bytes);
    const { retracts, detail } = JSON.parse(Buffer.from(bytes).toString());
    expect(retracts).toEqual(ids.slice(0, retracts.length));
    expect(detail).toBe(`Names ${retracts.length} of 40000 retracted findings.`);
    const few = { ...receipt, retracts: ids.slice(0, 500) };
    expect(JSON.parse(Buffer.from(encodeReceipt(few)).toString())).toEqual(few);
  });

  test('is named in a decision that is full already', () => {
    const full = decide(decideInput({ findings: many(400), path: 'durable' }));
    const decision = retracting(full, ids);
    expect(sizeOf(decision)).toBeLessThanOrEqual(decisionLimits.bytes);
    expect(decision.detail).toBe(
      `${full.detail} Names ${decision.retracts.length} of 40000 retracted findings.`,
    );
    // All that one decision can show.
    expect(retracting(full, ids.slice(0, decisionLimits.findings))).toEqual({
      ...full,
      retracts: ids.slice(0, decisionLimits.findings),
    });
    expect(cutRetracts([], 0)).toEqual({ retracts: [], said: null });
  });
});
