/**
 * The language as its authors meet it: one folder per mistake. `rejected/` holds the files with the mistake,
 * `accepted/` its lawful neighbour; both stand over `_base/`. `diagnostics.txt` is what the author reads,
 * word for word.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RulesSource, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import { diagnosticCodes } from '../../src/ruleset/diagnostics/codes.js';
import { expectGolden } from './golden-text.js';
import { buildUnguarded } from './unguarded.js';

const root = new URL('./golden/cases/', import.meta.url);
const names = readdirSync(root)
  .filter((name) => name !== '_base')
  .toSorted();

function folderOf(file: string): string {
  if (file.includes('__')) return file.replaceAll('__', '/');
  if (file.startsWith('rule.')) return `packs/pack/${file}`;
  return /^(ruleset|exceptions)\.yaml$/.test(file) ? file : `tables/${file}`;
}

function filesIn(folder: string): readonly (readonly [string, string])[] {
  const url = new URL(`${folder}/`, root);
  return readdirSync(url).map((file) => [folderOf(file), readFileSync(new URL(file, url), 'utf8')] as const);
}

function source(...folders: readonly string[]): RulesSource {
  const files = new Map(folders.flatMap(filesIn));
  for (const [path, text] of files) if (text === 'DELETED\n') files.delete(path);
  return { label: 'rules/', files };
}

describe.each(names)('%s', (name) => {
  it('is refused with its place and code', () => {
    const built = buildUnguarded(source('_base', `${name}/rejected`));
    const text = built.ok ? 'ACCEPTED\n' : `${renderDiagnostics(built.error)}\n`;
    expect(built.ok).toBe(false);
    expectGolden(new URL(`${name}/diagnostics.txt`, root), text);
  });

  it('has an accepted neighbour', () => {
    const built = buildUnguarded(source('_base', `${name}/accepted`));
    expect(built.ok ? '' : renderDiagnostics(built.error)).toBe('');
  });
});

describe('the table of codes', () => {
  it('has a case for nearly every code; the rest is listed here with its reason', () => {
    const seen = new Set(
      names.flatMap((n) =>
        [...readFileSync(new URL(`${n}/diagnostics.txt`, root), 'utf8').matchAll(/CG-E\d+/g)].map(
          (m) => m[0],
        ),
      ),
    );
    const missing = Object.keys(diagnosticCodes).filter((code) => !seen.has(code));
    expect(missing).toEqual(coveredElsewhere);
  });
});

/** Codes that need more than a small rule to show; each is tested in its own file. */
const coveredElsewhere: readonly string[] = ['CG-E110', 'CG-E214', 'CG-E406'];
