/** One shipped pack as a rule set of its own: compiles in a moment, and its rules are what rules are. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  buildRuleset,
  type RulesSource,
  readRulesFolder,
  renderDiagnostics,
} from '../../src/ruleset/build-ruleset.js';

const pack = 'reasonable-use';

const shipped = readRulesFolder('rules').then((read) => {
  if (!read.ok) throw new Error(renderDiagnostics(read.error));
  return read.value;
});

/** Differs from another version in its number, and in whatever `change` makes of a file. */
export async function smallRules(
  version: number,
  change: (path: string, text: string) => string = (_, text) => text,
): Promise<RulesSource> {
  const { files, label } = await shipped;
  const rules = [...files].filter(([path]) => path.startsWith(`packs/${pack}/`));
  const named = rules.map(([, text]) => text).join('\n');
  const kept = [...files].filter(([path]) => {
    const table = /^tables\/([a-z_]+)\./.exec(path)?.[1];
    return !path.startsWith('packs/') && (table === undefined || named.includes(table));
  });
  const header = `name: national\nversion: ${version}\nasOf: 2026-06-29\npacks: [${pack}]\n`;
  const all = new Map([...kept, ...rules, ['ruleset.yaml', header]]);
  return { label, files: new Map([...all].map(([path, text]) => [path, change(path, text)])) };
}

/** Such a rule set as a folder. */
export async function writeSmallRules(
  folder: string,
  ...given: Parameters<typeof smallRules>
): Promise<string> {
  for (const [path, text] of (await smallRules(...given)).files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export function idOf(source: RulesSource): string {
  const built = buildRuleset(source);
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  return built.value.id;
}
