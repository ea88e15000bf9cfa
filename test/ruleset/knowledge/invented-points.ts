/**
 * Invented points, readings and schemas for the tests of the import: shaped like the published ones, of no
 * real item.
 */
import { knowledgeClasses } from '../../../src/ruleset/knowledge/classes.js';
import type { CsvRow } from '../../../src/ruleset/knowledge/csv-text.js';
import type { ImportTexts } from '../../../src/ruleset/knowledge/import-knowledge.js';
import { readTableShape } from '../../../src/ruleset/knowledge/table-schema.js';
import type { TableShape } from '../../../src/ruleset/knowledge/table-shape.js';

export type RawPoint = Readonly<Record<string, unknown>>;

/** A patent drug code of national shape, told apart by a number. */
export function drugCode(number: number): string {
  return `ZA01AAA${String(number).padStart(13, '0')}`;
}

export function itemCode(number: number): string {
  return String(number).padStart(15, '0');
}

export function rawPoint(id: string, changes: RawPoint = {}): RawPoint {
  return {
    kp_id: id,
    rule_class: '药品区分性别使用',
    gz_code: 'GZ10000301004000',
    med_codes: [drugCode(1)],
    item_name: 'an invented name',
    constraint: 'an invented sentence',
    detect_logic: 'another invented sentence',
    batch: 1,
    published_at: null,
    supersedes: null,
    row: 1,
    attachment: 'invented.xlsx',
    ...changes,
  };
}

export function reading(point: string, changes: CsvRow = {}): CsvRow {
  return { point, sex: 'female', decided: 'stated', leave_out: '', note: '', ...changes };
}

const schemas = {
  sex_drugs: 'codes: { type: codes }, sex: { type: enumeration, values: [female, male] }',
  included_items: 'codes: { type: codes }, includedItem: { type: code }, scope: { type: text }',
  level_drugs: 'codes: { type: codes }, minLevel: { type: integer }, firstOnly: { type: flag }',
};

function shapeOf(table: string, columns: string): TableShape {
  const shape = readTableShape(`${table}.yaml`, `table: ${table}\nkey: codes\ncolumns: { ${columns} }\n`);
  if (!shape.ok) throw new Error(shape.error);
  return shape.value;
}

/**
 * What an import gets: the given points and readings of the sex class (and others by file name), and its
 * schemas.
 */
export function importTexts(
  points: readonly RawPoint[],
  readings: Readonly<Record<string, readonly CsvRow[]>>,
): ImportTexts {
  return {
    points: JSON.stringify(points),
    readings: new Map(Object.entries(readings)),
    shapes: new Map(Object.entries(schemas).map(([table, columns]) => [table, shapeOf(table, columns)])),
    classes: knowledgeClasses,
    today: '2026-07-02',
  };
}
