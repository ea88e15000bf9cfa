/** A replay says what the durable and the advisory path say, whatever it is cut into. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/decision/decision.js';
import type { Period } from '../../src/replay/period.js';
import { makeReport, type Report } from '../../src/replay/report.js';
import type { TallyData } from '../../src/replay/tally.js';
import { replayInParts } from './in-process.js';
import { type Said, slowTwin, type TwinResult } from './slow-twin.js';
import { artifactWith, firstDay, log } from './world.js';

const day = Date.parse(firstDay) / 86_400_000;
/** The first days only warm history, and the last are over the end. */
const period: Period = { from: day + 5, to: day + 18 };
const own = artifactWith(3);
const other = artifactWith(4, { when: 'line.quantity == 2.0' });

function reportOf(tally: TallyData, artifacts = [own, other]): Report {
  const sides = artifacts.map((artifact) => [{ from: period.from, artifact }]);
  return makeReport({ source: 'log', period, known: 'now', sides, tally });
}

describe('figures', () => {
  test('are those of one message after another, read and screened the plain way', async () => {
    let retracted = 0;
    let findings = 0;
    await fc.assert(
      fc.asyncProperty(log, async (bodies) => {
        const { tally } = await replayInParts(bodies, [own, other], period, { count: 1 });
        const twin = slowTwin(bodies, [own, other], period);
        expectSame(reportOf(tally), twin);
        retracted += twin.retracted.length;
        findings += twin.said.flatMap((said) => said.findings.flat()).length;
      }),
      { numRuns: 20 },
    );
    // A world in which nothing happens proves nothing.
    expect(retracted).toBeGreaterThan(0);
    expect(findings).toBeGreaterThan(100);
  });

  test('are the same in one part or in several, and whether or not history fits into memory', async () => {
    let cut = 0;
    let spilt = 0;
    await fc.assert(
      fc.asyncProperty(log, fc.integer({ min: 2, max: 5 }), fc.boolean(), async (bodies, count, isTight) => {
        const whole = await replayInParts(bodies, [own, other], period, { count: 1 });
        const memoryBytes = isTight ? 2_000 : Number.POSITIVE_INFINITY;
        const inParts = await replayInParts(bodies, [own, other], period, { count, memoryBytes });
        expect(reportOf(inParts.tally)).toEqual(reportOf(whole.tally));
        cut += new Set(inParts.parts).size > 1 ? 1 : 0;
        spilt += inParts.spilt ? 1 : 0;
      }),
      { numRuns: 20 },
    );
    expect(cut).toBeGreaterThan(0);
    expect(spilt).toBeGreaterThan(0);
  });

  test('of a rule set against itself show no change', async () => {
    await fc.assert(
      fc.asyncProperty(log, async (bodies) => {
        const { tally } = await replayInParts(bodies, [own, own], period, { count: 1 });
        const report = reportOf(tally, [own, own]);
        for (const { change } of report.rules)
          expect(Object.values(change ?? {})).toEqual([0, 0, 0, 0, 0, 0, 0]);
        expect(report.totals[0]).toEqual(report.totals[1]);
      }),
      { numRuns: 5 },
    );
  });
});

function expectSame(report: Report, { said, messages, retracted }: TwinResult): void {
  expect(report.claims).toBe(said.length);
  expect(report.messages).toEqual(messages);
  for (const side of [0, 1] as const) {
    expect(report.totals[side]).toEqual(toldOf(said, side));
    for (const [key, counted] of placesOf(report)) {
      const those = said.filter((one) => [one.institution, one.department, one.day, one.scene].includes(key));
      expect([key, counted.claims]).toEqual([key, those.length]);
      expect(counted.told[side]).toEqual(toldOf(those, side));
    }
    for (const { rule, told } of report.rules) {
      if (told[side] === null) continue;
      const all = said.flatMap((one) =>
        (one.findings[side] ?? []).filter((finding) => finding.rule === rule),
      );
      const hit = said.filter((one) => one.findings[side]?.some((finding) => finding.rule === rule));
      const per = (keyOf: (one: Said) => string) => {
        const counts: Record<string, number> = {};
        for (const one of hit) counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + 1;
        return counts;
      };
      expect(told[side]).toMatchObject({
        hits: hit.length,
        findings: all.length,
        excessFen: all.reduce((sum, { excessFen }) => sum + excessFen, 0),
        retracted: retracted.filter((name) => name === `${side} ${rule}`).length,
        byInstitution: per((one) => one.institution),
        byDepartment: per((one) => one.department),
        byScene: per((one) => one.scene),
      });
    }
  }
  for (const { rule, change } of report.rules) {
    const gained = said.flatMap(({ findings: [a = [], b = []] }) => onlyIn(a, b, rule));
    const lost = said.flatMap(({ findings: [a = [], b = []] }) => onlyIn(b, a, rule));
    expect([rule, change?.gained, change?.lost]).toEqual([rule, gained.length, lost.length]);
  }
}

function placesOf({ institutions, departments, days, scenes }: Report) {
  return [
    ...institutions.map((one) => [one.institution, one] as const),
    ...departments.map((one) => [one.department, one] as const),
    ...days.map((one) => [one.day, one] as const),
    ...scenes.map((one) => [one.scene, one] as const),
  ];
}

function toldOf(said: readonly Said[], side: 0 | 1) {
  const statuses: Record<string, number> = {};
  for (const { status } of said)
    statuses[status[side] as string] = (statuses[status[side] as string] ?? 0) + 1;
  return {
    statuses,
    seen: (statuses['alert'] ?? 0) + (statuses['hold'] ?? 0),
    excessFen: said.reduce((sum, { excessFen }) => sum + (excessFen[side] ?? 0), 0),
  };
}

/** Findings name their lines; of one claim no two of a rule name the same ones. */
function onlyIn(findings: readonly Finding[], others: readonly Finding[], rule: string): readonly Finding[] {
  const names = ({ lines }: Finding) =>
    lines.flatMap(({ id, role }) => (role === 'violating' ? [id] : [])).join();
  return findings.filter(
    (finding) =>
      finding.rule === rule && !others.some((one) => one.rule === rule && names(one) === names(finding)),
  );
}
