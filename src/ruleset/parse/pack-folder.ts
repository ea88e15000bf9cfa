/**
 * Reads a rules folder from disk. Everything after this works on texts, so tests and releases need no disk.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fail, ok, type Result } from '../../base/result.js';
import { type Diagnostic, diagnose } from '../diagnostics/diagnostic.js';
import { SourceText } from '../diagnostics/source-text.js';
import type { RulesSource } from './parse-rules.js';

/**
 * Texts of all `.yaml` and `.csv` files of `ruleset.yaml`, `exceptions.yaml`, `packs`, `tables` and
 * `regions`.
 */
export async function readRulesFolder(path: string): Promise<Result<RulesSource, readonly Diagnostic[]>> {
  const label = `${path.replace(/[/\\]+$/, '')}/`;
  let names: readonly string[];
  try {
    names = await readdir(path, { recursive: true });
  } catch (error) {
    return fail([unreadable(label, error)]);
  }
  const wanted = names
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /^(ruleset|exceptions)\.yaml$|^(packs|tables|regions)\/.*\.(yaml|csv)$/.test(name))
    .toSorted();
  const files = new Map<string, string>();
  const problems: Diagnostic[] = [];
  for (const name of wanted) {
    try {
      files.set(name, await readFile(join(path, name), 'utf8'));
    } catch (error) {
      problems.push(unreadable(`${label}${name}`, error));
    }
  }
  return problems.length > 0 ? fail(problems) : ok({ label, files });
}

function unreadable(path: string, error: unknown): Diagnostic {
  const code = (error as { code?: string }).code ?? 'unreadable';
  return diagnose('CG-E101', `cannot be read (${code})`, { file: new SourceText(path, ''), offset: 0 });
}
