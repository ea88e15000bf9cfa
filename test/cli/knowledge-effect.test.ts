/** `claimgate knowledge import --effect` and `knowledge lists` as a person runs them. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { nativeObject } from '../../bench/claims/render-native.js';
import { smallRules } from '../releases/small-rules.js';
import { claimgate, endAll } from './command-line.js';

const drug = 'ZA01AAA0000000000001';
const first = {
  kp_id: 'KP-1',
  rule_class: '药品区分性别使用',
  med_codes: [drug],
  batch: 1,
  row: 1,
};
/** Published after the claims. */
const second = { ...first, kp_id: 'KP-2', batch: null, published_at: '2026-10-20', supersedes: 'KP-1' };

let folder = '';
const at = (name: string): string => join(folder, name);
const points = (list: readonly object[]) => writeFileSync(at('points.json'), JSON.stringify(list));
const readings = (rows: readonly string[]) =>
  writeFileSync(
    at('rules/knowledge/sex-drug.csv'),
    ['point,sex,decided,leave_out,note', ...rows, ''].join('\n'),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'claimgate-knowledge-effect-'));
  for (const [path, text] of (await smallRules(1)).files) {
    mkdirSync(dirname(at(`rules/${path}`)), { recursive: true });
    writeFileSync(at(`rules/${path}`), text);
  }
  mkdirSync(at('rules/knowledge'), { recursive: true });
  // The import makes the official ones anew, of these two points; the others are local.
  cpSync('rules/tables', at('rules/tables'), { recursive: true });
  points([first]);
  readings(['KP-1,male,stated,,']);
  const { code, err } = await claimgate(['knowledge', 'import', at('points.json'), '--rules', at('rules')]);
  expect([code, err]).toEqual([0, '']);
  points([first, second]);
  readings(['KP-1,male,stated,,', 'KP-2,female,stated,,']);
  writeFileSync(at('claims.ndjson'), claims().join('\n'));
});
afterAll(async () => {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
});

/** Six of women, four of men, one line each. */
function claims(): readonly string[] {
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: 3,
    tablesDir: 'rules/tables',
    violationShare: 0,
  });
  return Array.from({ length: 10 }, (_, i) => {
    const claim = nativeObject(generator.claim(i).claim) as {
      patient: object;
      lines: readonly [object, ...object[]];
    };
    const patient = { ...claim.patient, sex: i < 6 ? 'female' : 'male' };
    const line = { ...claim.lines[0], itemCode: drug, kind: 'drug', selfPaid: false, current: true };
    const at = '2026-10-10T10:00:00+08:00';
    return JSON.stringify({ ...claim, sentAt: at, patient, lines: [{ ...line, at, amount: '12.00' }] });
  });
}

const effect = (...words: string[]) =>
  claimgate(['knowledge', 'import', at('points.json'), '--rules', at('rules'), '--effect', ...words]);
const october = () => ['--claims', at('claims.ndjson'), '--from', '2026-10-01', '--to', '2026-10-31'];
const present = () => readFileSync(at('rules/tables/sex_drugs.csv'), 'utf8');

describe('claimgate knowledge import --effect', () => {
  it('shows the findings that come and go, and writes nothing', async () => {
    const before = present();
    const { code, out, err } = await effect(...october());
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('sex_drugs: 1 added, 1 superseded');
    expect(out).toContain(
      '10 claims from 2026-10-01 to 2026-10-31, as if the batch had been published on 2026-10-01:',
    );
    expect(out).toContain('claims with findings 6 → 4, money 72.00 → 48.00 yuan');
    expect(out).toMatch(
      / {2}sex-drug .*: \+4 findings in 4 claims, 48\.00 yuan; −6 findings in 6 claims, 72\.00 yuan/,
    );
    expect(present()).toBe(before);
  });

  it('says that it is not known where there are no claims', async () => {
    const { code, out } = await effect(
      '--claims',
      at('claims.ndjson'),
      '--from',
      '2026-09-01',
      '--to',
      '2026-09-30',
    );
    expect(code).toBe(0);
    expect(out).toContain('no claim was judged from 2026-09-01 to 2026-09-30: what the batch would change');
  });
});

describe('claimgate knowledge lists', () => {
  it('says how far the lists have come', async () => {
    const { code, out } = await claimgate(['knowledge', 'lists']);
    expect(code).toBe(0);
    expect(out).toMatch(/^indication_drugs \(indication-drug\): [\d,]+ open, \d+ unreviewed, \d+ reviewed$/m);
    const one = await claimgate(['knowledge', 'lists', 'second_line_drugs']);
    expect(one.out).toMatch(/^ {2}open {8}KP-/m);
    const none = await claimgate(['knowledge', 'lists', 'sex_drugs']);
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('"sex_drugs" has no lists')]);
  });
});
