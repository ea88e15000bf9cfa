/** The report as a document and as a page. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { renderPage } from '../../src/replay/html/page.js';
import { niceAbove } from '../../src/replay/html/plots.js';
import { money } from '../../src/replay/html/words.js';
import { impactOf, makeReport, type Report, replayMark, reportText } from '../../src/replay/report.js';
import { Tally } from '../../src/replay/tally.js';
import type { JudgedClaim } from '../../src/replay/verdict.js';
import { impactGate } from '../../src/ruleset/guard/impact-gate.js';
import { readManifest } from '../../src/ruleset/release/manifest.js';
import { findingOf } from './finding-of.js';
import { artifactWith, firstDay } from './world.js';

const day = Date.parse(firstDay) / 86_400_000;
const period = { from: day, to: day + 9 };
const own = artifactWith(3);
const other = artifactWith(4, { when: 'line.quantity == 2.0' });

function claim(seq: number, changes: Partial<JudgedClaim> = {}): JudgedClaim {
  const finding = findingOf('too-many', ['L1'], { message: '<b>超量</b> & "引号"' });
  const hit = { status: 'alert', excessFen: 100, findings: [finding], undecided: ['resold'] } as const;
  const none = { status: 'pass', excessFen: 0, findings: [], undecided: [] } as const;
  const verdicts = seq % 4 === 0 ? [hit, none] : [none, none];
  const where = { institution: `H${seq % 3}`, department: seq % 2 === 0 ? 'A01' : '' };
  return {
    seq,
    scene: 'settlement',
    day: '2026-03-02',
    claimId: `H1/C${seq}`,
    ...where,
    verdicts,
    ...changes,
  };
}

function reportOf(sides: readonly (typeof own)[], claims: readonly JudgedClaim[]): Report {
  const tally = new Tally();
  for (const one of claims) {
    tally.count('judged');
    tally.judge(one);
  }
  tally.count('warmed', 5);
  tally.spoil('unusable', {
    seq: 3,
    place: 'claims.ndjson:3',
    reason: 'unreadable: <script>alert(1)</script>',
  });
  const editions = sides.map((artifact) => [{ from: period.from, artifact }]);
  return makeReport({ source: 'claims.ndjson', period, known: 'now', sides: editions, tally: tally.data() });
}

const hundred = Array.from({ length: 100 }, (_, i) => claim(i + 1));

describe('the document', () => {
  test('is the same bytes whatever the order of counting', () => {
    const [one, two] = [reportOf([own, other], hundred), reportOf([own, other], hundred.toReversed())];
    expect(reportText(two)).toBe(reportText(one));
    expect(JSON.parse(reportText(one))).toEqual(JSON.parse(JSON.stringify(one)));
  });

  test('tells hits of 10,000, money and where, and what both rule sets have', () => {
    const report = reportOf([own, other], hundred);
    const rule = report.rules.find((one) => one.rule === 'too-many');
    expect(rule?.told[0]).toMatchObject({ hits: 25, hitsPer10000: 2_500, excessFen: 2_500 });
    expect(rule?.told[0]?.byInstitution).toEqual({ H0: 8, H1: 9, H2: 8 });
    expect(rule?.told[0]?.byDepartment).toEqual({ A01: 25 });
    expect(rule?.change).toMatchObject({ gained: 25, lost: 0, gainedFen: 2_500 });
    expect(report.rules.find((one) => one.rule === 'one-more')?.told[0]).toBeNull();
    expect(report.totals).toEqual([
      { statuses: { pass: 75, alert: 25 }, seen: 25, excessFen: 2_500 },
      { statuses: { pass: 100 }, seen: 0, excessFen: 0 },
    ]);
    expect(report.messages).toEqual({ unusable: 1, warmed: 5 });
  });

  test('is named by its digest in a manifest', () => {
    const report = reportOf([own], hundred);
    const mark = replayMark(report);
    const digest = createHash('sha256').update(reportText(report)).digest('hex');
    expect(mark).toMatchObject({ digest, from: '2026-03-01', to: '2026-03-10', claims: 100, hits: 25 });
    const manifest = {
      format: 1,
      version: 1,
      previous: null,
      rulesetId: own.id,
      name: 'test',
      asOf: '2026-11-01',
      sourceDigest: digest,
      publishedAt: '2026-11-22T00:00:00Z',
      added: [],
      removed: [],
      changed: [],
      warnings: 0,
      replay: mark,
      floor: 1,
    };
    expect(readManifest(manifest)).toEqual({ ok: true, value: manifest });
  });

  test('answers what the gate before activation asks', () => {
    const report = reportOf([own], hundred);
    const ceiling = { perRule: 100, inAll: 100_000, fewestClaims: 50 };
    expect(impactGate(own, impactOf(report), ceiling)).toEqual({
      loud: ["'too-many' hits 2500.0 of 10,000 claims, at most 100"],
      missing: [],
    });
    expect(impactGate(other, impactOf(report), ceiling)).toMatchObject({
      loud: [],
      missing: [expect.any(String)],
    });
  });

  test('of a period without claims has no mark', () => {
    const report = reportOf([own], []);
    expect(report.claims).toBe(0);
    expect(replayMark(report)).toBeNull();
    expect(report.rules.every(({ told }) => told[0]?.hitsPer10000 === 0)).toBe(true);
  });
});

describe('the page', () => {
  const pages = [
    renderPage(reportOf([own], hundred), 'a'.repeat(64), 0),
    renderPage(reportOf([own, other], hundred), 'a'.repeat(64), 0),
    renderPage(reportOf([own], []), null, 0),
  ];

  test('loads nothing and runs nothing', () => {
    for (const page of pages) {
      expect(page).not.toMatch(
        /https?:|\/\/[a-z]|<script|<link|<img|<iframe|<object|\ssrc=|\shref=|url\(|@import|\son\w+=/i,
      );
      expect(page).toContain("default-src 'none'");
    }
  });

  test('says, as the document does, that no overlay held anything back', () => {
    expect(reportOf([own], hundred).overlay).toBe('none');
    for (const page of pages) expect(page).toContain('不计规则停用、暂停提示和熔断');
  });

  test('shows texts of claims and rules as texts', () => {
    expect(pages[0]).toContain('&lt;b&gt;超量&lt;/b&gt; &amp; &quot;引号&quot;');
    expect(pages[0]).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('closes what it opens', () => {
    for (const page of pages) {
      for (const name of [
        'html',
        'body',
        'main',
        'section',
        'table',
        'tbody',
        'tr',
        'td',
        'svg',
        'details',
        'span',
      ]) {
        const [opened, closed] = [new RegExp(`<${name}[\\s>]`, 'g'), new RegExp(`</${name}>`, 'g')];
        expect([name, page.match(opened)?.length]).toEqual([name, page.match(closed)?.length]);
      }
      expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
    }
  });

  test('compares only where there is a comparison, and says where there is nothing', () => {
    expect(pages[0]).not.toContain('与对照规则集的差异');
    expect(pages[1]).toContain('与对照规则集的差异');
    expect(pages[1]).toContain('+25');
    expect(pages[2]).toContain('没有可以判审的单据');
  });
});

test('axes end above what they show, at a number that people read', () => {
  expect([0.7, 1, 1.2, 4, 51, 100, 1_999].map(niceAbove)).toEqual([1, 1, 2, 5, 100, 100, 2_000]);
  expect([123, 123_456, 999_999, 1_234_567, 123_456_789_012].map(money)).toEqual([
    '1.23 元',
    '1,234.56 元',
    '9,999.99 元',
    '1.23 万元',
    '123,456.79 万元',
  ]);
});
