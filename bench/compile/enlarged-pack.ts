/**
 * A rules folder several times over, as a library that has grown would be: every rule with its examples, tables
 * and item codes of its own, so that nothing is shared which would not be among as many different rules. The
 * first time is the folder itself.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RulesSource } from '../../src/ruleset/build-ruleset.js';

/** Drugs, herbs, consumables, services; nothing else in a rules folder looks like it. */
const itemCode = /(?<![-\w])[XZTC0][A-Z0-9]{7,24}\d\d(?![-\w])/g;

export function enlarged({ label, files }: RulesSource, times: number): RulesSource {
  const tables = tableNames(files);
  const all = new Map(files);
  for (let time = 2; time <= times; time++) {
    for (const [path, text] of files) {
      const [kind] = path.split('/');
      const own = text.replaceAll(itemCode, (code) => ownCode(code, time));
      if (kind === 'packs') all.set(withEnd(path, `-${time}`), ownRule(path, own, tables, time));
      if (kind === 'tables') all.set(withEnd(path, `_${time}`), ownTable(path, own, time));
    }
  }
  return { label, files: all };
}

/** Another code of the same shape; different codes stay different. */
function ownCode(code: string, time: number): string {
  const end = (Number(code.slice(-2)) + 3 * (time - 1)) % 100;
  return code.slice(0, -2) + String(end).padStart(2, '0');
}

/** All different item codes in the rows of the tables. */
export function codesOf({ files }: RulesSource): ReadonlySet<string> {
  const rows = [...files].filter(([path]) => path.startsWith('tables/') && path.endsWith('.csv'));
  return new Set(rows.flatMap(([, text]) => text.match(itemCode) ?? []));
}

/** Writes the folder as an author would have it on disk. */
export async function writePack({ files }: RulesSource, folder: string): Promise<void> {
  for (const [path, text] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}

function tableNames(files: RulesSource['files']): RegExp {
  const names = [...files.keys()].flatMap((path) => /^tables\/(\w+)\.yaml$/.exec(path)?.[1] ?? []);
  return new RegExp(`\\b(${names.join('|')})\\b`, 'g');
}

/** `packs/p/rule.examples.yaml` → `packs/p/rule-2.examples.yaml` */
function withEnd(path: string, end: string): string {
  return path.replace(/(\.examples)?\.\w+$/, `${end}$&`);
}

function ownRule(path: string, text: string, tables: RegExp, time: number): string {
  const own = text.replaceAll(tables, `$1_${time}`);
  return path.endsWith('.examples.yaml') ? own : own.replace(/^id: .*$/m, `$&-${time}`);
}

function ownTable(path: string, text: string, time: number): string {
  return path.endsWith('.yaml') ? text.replace(/^table: .*$/m, `$&_${time}`) : text;
}
