/** Settlements that nobody else has anything to do with say the same by the short way as by the durable path. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeReport, type Report } from '../../src/replay/report.js';
import type { TallyData } from '../../src/replay/tally.js';
import { replayInParts } from './in-process.js';
import { slowTwin } from './slow-twin.js';
import { artifactWith, firstDay, looseLog } from './world.js';

const day = Date.parse(firstDay) / 86_400_000;
const period = { from: day + 5, to: day + 18 };
const artifacts = [
  artifactWith(3, { when: 'history.visitsWithin("outpatient", 30) > 1' }),
  artifactWith(4, { when: 'history.useDays(line.itemCode, 400) > 3' }),
];

function reportOf(tally: TallyData): Report {
  const sides = artifacts.map((artifact) => [{ from: period.from, artifact }]);
  return makeReport({ source: 'log', period, known: 'now', sides, tally });
}

describe('lone settlements', () => {
  test('say what they say by the durable path, in one part or in several', async () => {
    let lone = 0;
    let hits = 0;
    let simple = 0;
    let spilt = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(looseLog, fc.integer({ min: 1, max: 3 }), async (bodies, count) => {
        const durable = await replayInParts(bodies, artifacts, period, { count: 1, withoutTies: true });
        runs += 1;
        // Tight memory makes patients go over into the state in the middle of their claims.
        const memoryBytes = runs % 2 === 0 ? 4_000 : Number.POSITIVE_INFINITY;
        const short = await replayInParts(bodies, artifacts, period, { count, memoryBytes });
        expect(reportOf(short.tally)).toEqual(reportOf(durable.tally));
        expect(slowTwin(bodies, artifacts, period).said.length).toBe(reportOf(short.tally).claims);
        lone += short.lone;
        simple += short.simple;
        spilt += short.spilt ? 1 : 0;
        for (const { rule, told } of reportOf(short.tally).rules)
          if (['too-often', 'one-more'].includes(rule)) hits += told[0]?.hits ?? 0;
      }),
      { numRuns: 20 },
    );
    // What history says counts only where some of it was recorded the short way.
    expect(lone).toBeGreaterThan(50);
    expect(simple).toBeGreaterThan(30);
    expect(hits).toBeGreaterThan(20);
    expect(spilt).toBeGreaterThan(0);
  });
});
