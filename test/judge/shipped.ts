/** The rule folder of this repository as the judge sees it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Row, readTables } from './tables.js';

export const rulesFolder = fileURLToPath(new URL('../../rules/', import.meta.url));

export function shippedRows(): readonly Row[] {
  return readTables(`${rulesFolder}tables`, asOf());
}

/** The day up to which the shipped rule set knows. */
function asOf(): string {
  const text = readFileSync(`${rulesFolder}ruleset.yaml`, 'utf8');
  const date = /^asOf:\s*['"]?(\d{4}-\d\d-\d\d)/m.exec(text)?.[1];
  if (date === undefined) throw new Error('rules/ruleset.yaml names no asOf');
  return date;
}
