import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knowledgeCommand, runImport, runLists } from '../../src/cli/knowledge.js';
import { claimgate } from './command-line.js';

const shippedSchemas = new URL('../../rules/tables/', import.meta.url).pathname;
const point = {
  kp_id: 'KP-1',
  rule_class: '药品区分性别使用',
  gz_code: 'GZ10000301004000',
  med_codes: ['ZA01AAA0000000000001'],
  batch: 1,
  published_at: null,
  supersedes: null,
  row: 1,
};

let folder = '';
let points = '';
let said: string[] = [];
const terminal = {
  say: (text: string) => said.push(text),
  complain: (text: string) => said.push(text),
};

/** A rules folder with the shipped schemas and one reading. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'claimgate-knowledge-'));
  mkdirSync(join(folder, 'knowledge'));
  cpSync(shippedSchemas, join(folder, 'tables'), {
    recursive: true,
    filter: (path) => !path.endsWith('.csv'),
  });
  writeFileSync(
    join(folder, 'knowledge', 'sex-drug.csv'),
    'point,sex,decided,leave_out,note\nKP-1,male,stated,,\n',
  );
  points = join(folder, 'points.json');
  writeFileSync(points, JSON.stringify([point]));
  said = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function table(): string {
  return readFileSync(join(folder, 'tables', 'sex_drugs.csv'), 'utf8');
}

describe('claimgate knowledge import', () => {
  it('writes the tables, says so, and changes nothing the second time', () => {
    expect(runImport(points, folder, 'write', terminal)).toBe(true);
    expect(table()).toContain('KP-1,1,1,2025-05-23,2025-05-23,,,stated,ZA01AAA0000000000001,male');
    expect(said.join('\n')).toMatch(
      /\| 67 \| 药品区分性别使用 \| 1 \| 1 \| 0 \| 0 \|[\s\S]*wrote .*sex_drugs\.csv/,
    );
    said = [];
    expect(runImport(points, folder, 'write', terminal)).toBe(true);
    expect(said).toContain('no file changed');
  });

  it('only looks with --check, and fails where a table would change', () => {
    expect(runImport(points, folder, 'check', terminal)).toBe(false);
    expect(said.join('\n')).toContain('would change');
    expect(() => table()).toThrow();
    runImport(points, folder, 'write', terminal);
    expect(runImport(points, folder, 'check', terminal)).toBe(true);
  });

  it('shows what a new batch supersedes before anything is written', () => {
    runImport(points, folder, 'write', terminal);
    const before = table();
    const newer = { ...point, kp_id: 'KP-2', batch: 2, supersedes: 'KP-1' };
    writeFileSync(points, JSON.stringify([point, newer]));
    writeFileSync(
      join(folder, 'knowledge', 'sex-drug.csv'),
      'point,sex,decided,leave_out,note\nKP-1,male,stated,,\nKP-2,female,stated,,\n',
    );
    writeFileSync(join(folder, 'ruleset.yaml'), 'name: national\nversion: 1\nasOf: 2025-05-23\npacks: []\n');
    said = [];
    const clock = { wallMs: () => Date.parse('2026-03-01T00:00:00+08:00'), tickMs: () => 0 };
    expect(runImport(points, folder, 'dry-run', terminal, clock)).toBe(true);
    const text = said.join('\n');
    expect(text).toContain('  sex_drugs: 1 added, 1 superseded\n    + KP-2  from 2025-');
    expect(text).toMatch(/ {4}× KP-1 {2}validTo - → 2025-\d\d-\d\d {2}by KP-2\n/);
    expect(text).toMatch(/count once ruleset\.yaml says "asOf: 2025-\d\d-\d\d" \(now 2025-05-23\)/);
    expect(text).toContain('what it would change in the claims from 2026-02-01 to 2026-02-28: --effect');
    expect(said.at(-1)).toMatch(/^would change .*sex_drugs\.csv$/);
    expect(table()).toBe(before);
  });

  it('writes nothing on a problem and tells all of them', () => {
    const unread = [{ ...point, kp_id: 'KP-2' }, { ...point, kp_id: 'KP-3', rule_class: '无此类' }, point];
    writeFileSync(points, JSON.stringify(unread));
    expect(runImport(points, folder, 'write', terminal)).toBe(false);
    expect(said.join('\n')).toMatch(
      /KP-3: no such class[\s\S]*KP-2: nobody has read it[\s\S]*2 problem\(s\)/,
    );
    expect(() => table()).toThrow();
  });

  it('names a missing folder, a broken schema and a broken reading file', () => {
    expect(runImport(join(folder, 'none.json'), folder, 'write', terminal)).toBe(false);
    expect(said.join('\n')).toContain('none.json');
    writeFileSync(
      join(folder, 'tables', 'sex_drugs.yaml'),
      'table: sex_drugs\ncolumns: { codes: { type: code } \n',
    );
    expect(runImport(points, folder, 'write', terminal)).toBe(false);
    expect(said.join('\n')).toContain('sex_drugs.yaml:');
  });

  it('is a command of its own', () => {
    const command = knowledgeCommand();
    expect(command.name()).toBe('knowledge');
    expect(command.commands.map((sub) => sub.name())).toEqual(['import', 'draft', 'lists']);
  });
});

describe('claimgate knowledge lists', () => {
  const clock = { wallMs: () => Date.parse('2026-03-01T00:30:00+08:00'), tickMs: () => 0 };

  it('counts a row as reviewed from the day of its review on, in China', () => {
    const head =
      'point,batch,row,knownFrom,validFrom,validTo,region,decided,codes,firstLine,reviewedBy,reviewedOn';
    const row = (point: string, on: string) =>
      `${point},9,1,2025-05-23,2025-05-23,,,stated,X${point.slice(3)},XB01,赵,${on}`;
    const rows = [row('KP-7', '2026-03-01'), row('KP-8', '2026-03-02'), row('KP-9', '2099-01-01')];
    writeFileSync(join(folder, 'tables', 'second_line_drugs.csv'), `${[head, ...rows].join('\n')}\n`);
    expect(runLists('second_line_drugs', folder, terminal, clock)).toBe(true);
    expect(said[0]).toBe('second_line_drugs (second-line-drug): 0 open, 2 unreviewed, 1 reviewed');
    expect(said[2]).toMatch(/^ {2}unreviewed {2}KP-9 {2}赵 2099-01-01 is still to come {2}XB01$/);
  });

  it('names a folder that is not there', () => {
    expect(runLists(null, join(folder, 'none'), terminal, clock)).toBe(false);
    expect(said.join('\n')).toMatch(/there is no rules folder .*none; name .* CLAIMGATE_RULES/);
  });

  it('looks where CLAIMGATE_RULES says', async () => {
    const there = await claimgate(['knowledge', 'lists'], { CLAIMGATE_RULES: folder });
    expect([there.code, there.out]).toEqual([0, expect.stringContaining('second_line_drugs')]);
    const elsewhere = await claimgate(['knowledge', 'lists'], { CLAIMGATE_RULES: join(folder, 'none') });
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('no rules folder')]);
  });
});
