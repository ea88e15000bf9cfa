/** Releases read a replay report as JSON; this holds their reading to the one who writes it. */
import { describe, expect, test } from 'vitest';
import { impactOf, makeReport, type Report, replayMark, reportText } from '../../../src/replay/report.js';
import { Tally } from '../../../src/replay/tally.js';
import { readReplay } from '../../../src/ruleset/release/replay-mark.js';
import { findingOf } from '../../replay/finding-of.js';
import { artifactWith, firstDay } from '../../replay/world.js';

const day = Date.parse(firstDay) / 86_400_000;
const sides = [artifactWith(3), artifactWith(4)];

function reportOf(compared: boolean): Report {
  const tally = new Tally();
  const finding = findingOf('too-many', ['L1'], { message: '超量' });
  const hit = { status: 'alert', excessFen: 100, findings: [finding], undecided: [] } as const;
  const none = { status: 'pass', excessFen: 0, findings: [], undecided: [] } as const;
  for (const seq of [1, 2, 3]) {
    tally.count('judged');
    tally.judge({
      seq,
      scene: 'settlement',
      day: '2026-03-02',
      claimId: `H1/C${seq}`,
      institution: 'H1',
      department: 'A01',
      verdicts: compared ? [seq === 1 ? hit : none, none] : [seq === 1 ? hit : none],
    });
  }
  const editions = sides.slice(0, compared ? 2 : 1).map((artifact) => [{ from: day, artifact }]);
  const period = { from: day, to: day + 9 };
  return makeReport({ source: 'claims.ndjson', period, known: 'now', sides: editions, tally: tally.data() });
}

describe('a report of claimgate replay', () => {
  test.each([false, true])('means the same to a release (compared: %s)', (compared) => {
    const report = reportOf(compared);
    const read = readReplay(Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
    if (!read.ok) throw new Error(read.error);
    expect(read.value.mark).toEqual(replayMark(report));
    expect(Buffer.from(read.value.bytes).toString()).toBe(reportText(report));
    const { rulesetId, claims, rules, scenes } = read.value.impact;
    const bare = rules.map(({ rule, hits, byInstitution, byDepartment, excessFen }) => ({
      rule,
      hits,
      byInstitution,
      byDepartment,
      excessFen,
    }));
    expect({ rulesetId, claims, rules: bare, scenes }).toEqual(impactOf(report));
    expect(read.value.against).toBe(compared ? sides[1]?.id : null);
    const change = read.value.effects.get('too-many')?.change ?? null;
    expect(change).toEqual(compared ? expect.objectContaining({ gainedClaims: 1, lostClaims: 0 }) : null);
  });
});

const oddRule = { rule: 'a', told: [{ hits: -1 }], change: null };

test.each([
  { why: 'not JSON', text: '' },
  { why: 'is missing', text: 'null' },
  { why: 'rulesets is odd', text: '{"from": "2026-01-01", "to": "2026-01-31", "claims": 1}' },
  { why: 'rules is odd', text: JSON.stringify({ ...reportOf(false), rules: [oddRule] }) },
])('what is no report is refused: $why', ({ text, why }) => {
  const read = readReplay(Buffer.from(text));
  expect(read.ok ? '' : read.error).toContain(why);
});
