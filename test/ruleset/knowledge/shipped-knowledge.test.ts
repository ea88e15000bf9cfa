import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { functions } from '../../../src/ruleset/check/functions.js';
import {
  batchDays,
  knowledgeClasses,
  leftOutTable,
  revisionDay,
} from '../../../src/ruleset/knowledge/classes.js';
import { contradictions } from '../../../src/ruleset/knowledge/contradictions.js';
import { countTable, leftOutReport } from '../../../src/ruleset/knowledge/count-report.js';
import { countTables } from '../../../src/ruleset/knowledge/counts.js';
import type { CsvRow } from '../../../src/ruleset/knowledge/csv-text.js';
import { isDay, isNationalCode } from '../../../src/ruleset/knowledge/points.js';
import { readReadings } from '../../../src/ruleset/knowledge/readings.js';
import { rulesFolder, shippedCsv } from './shipped-tables.js';

const tables = shippedCsv('tables');
const readings = shippedCsv('knowledge');
const counts = countTables(tables, readings, knowledgeClasses);
const classRows = knowledgeClasses.flatMap(({ table }) => tables.get(table) ?? []);
const leftOut = tables.get(leftOutTable) ?? [];
const everyPoint = [...classRows, ...leftOut];

function sum(of: (count: (typeof counts)[number]) => number): number {
  return counts.reduce((total, count) => total + of(count), 0);
}

/** A page whose tables are not padded: how wide the columns are drawn says nothing. */
function unaligned(markdown: string): string {
  return markdown.replace(/ +\|/g, ' |').replace(/\| -+(?= \|)/g, '| ---');
}

describe('the shipped knowledge', () => {
  it('holds all 3,899 official points once each, as a row or with a reason', () => {
    expect(new Set(everyPoint.map(({ point }) => point)).size).toBe(everyPoint.length);
    expect(sum(({ points }) => points)).toBe(3899);
    expect(classRows.length + leftOut.length).toBe(3899);
    expect(leftOut.filter(({ reason, table }) => reason === '' || !tables.has(table ?? ''))).toEqual([]);
  });

  it('ends 397 officially corrected points and one that a renamed point covers', () => {
    const ended = everyPoint.filter(({ validTo }) => validTo !== '');
    expect(ended.length).toBe(398);
    expect(new Set(ended.map(({ validTo }) => validTo))).toEqual(new Set([revisionDay]));
    expect(sum(({ superseded }) => superseded)).toBe(
      classRows.filter(({ validTo }) => validTo !== '').length,
    );
  });

  it('leaves no code of a corrected point in two rows at one time', () => {
    expect(contradictions(tables, knowledgeClasses)).toEqual([]);
  });

  it('dates every row, its end after its beginning, by its batch where the batch has a day', () => {
    const wrong = everyPoint.filter(({ knownFrom = '', validFrom = '', validTo = '', batch = '' }) => {
      const ordered = isDay(validFrom) && knownFrom === validFrom && (validTo === '' || validTo > validFrom);
      const expected = batch === '' ? revisionDay : batchDays[Number(batch)];
      return !ordered || (expected !== undefined && expected !== validFrom);
    });
    expect(wrong).toEqual([]);
  });

  it('has national codes only', () => {
    const codesOf = (row: CsvRow) => [...(row['codes'] ?? '').split(' '), row['includedItem'] ?? ''];
    const codes = everyPoint.flatMap(codesOf).filter((code) => code !== '');
    expect(codes.filter((code) => !isNationalCode(code))).toEqual([]);
    expect(classRows.filter(({ codes: key }) => key === '')).toEqual([]);
  });

  it('keeps sentences out: no cell is longer than a code list has to be', () => {
    const cells = classRows.flatMap((row) => Object.entries(row).filter(([column]) => column !== 'codes'));
    expect(cells.filter(([, cell]) => cell.length > 80)).toEqual([]);
    const chinese = [...tables].flatMap(([, rows]) =>
      rows.filter((row) => /[一-鿿]/.test(Object.values(row).join())),
    );
    expect(chinese).toEqual([]);
  });

  it('has a reading for every point and a point for every reading, decided alike', () => {
    const decided = new Map(everyPoint.map((row) => [row['point'], row['decided']]));
    const read = [...readings].flatMap(([name, rows]) => {
      const result = readReadings(`${name}.csv`, rows);
      expect(result.ok ? [] : result.error).toEqual([]);
      return result.ok ? [...result.value.values()] : [];
    });
    expect(read.length).toBe(3899);
    expect(read.filter((reading) => decided.get(reading.point) !== reading.decided)).toEqual([]);
  });

  it('has a schema for every table and a rule with examples for every class', () => {
    const missing = [
      ...[...tables.keys()].map((table) => `tables/${table}.yaml`),
      ...knowledgeClasses.flatMap(({ pack, rule }) => [
        `packs/${pack}/${rule}.yaml`,
        `packs/${pack}/${rule}.examples.yaml`,
      ]),
    ].filter((path) => !existsSync(`${rulesFolder}${path}`));
    expect(missing).toEqual([]);
  });
});

describe('the page for rule authors', () => {
  const page = unaligned(readFileSync(`${rulesFolder}README.md`, 'utf8'));

  it('shows the counts that the tables have', () => {
    expect(page).toContain(unaligned(countTable(counts)));
  });

  it('shows what was left out and why', () => {
    expect(page).toContain(unaligned(leftOutReport(counts)));
    const unexplained = new Set(
      leftOut.map(({ reason = '' }) => reason).filter((reason) => !page.includes(`\`${reason}\``)),
    );
    expect([...unexplained]).toEqual([]);
  });

  it('lists every function of the rule language with its sentence', () => {
    const missing = Object.entries(functions)
      .map(([name, { doc }]) => `| \`${name}\` | ${doc} |`)
      .filter((line) => !page.includes(line));
    expect(missing).toEqual([]);
  });
});
