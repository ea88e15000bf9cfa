/** `claimgate ruleset export`: the texts of a version as a rules folder again, to be looked at, replayed or changed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { versionMeant } from '../ruleset/release/version-meant.js';
import { refuse } from './exit.js';
import { refuseRelease, withDesk } from './ruleset-desk.js';
import { count } from './words.js';

/** A publisher is trusted with rules, not with the disk of whoever looks at them. */
const partOfRules = /^(ruleset|exceptions)\.yaml$|^(packs|tables|regions)\/[\w./-]+\.(yaml|csv)$/;

export async function runExport(name: number | 'live', folder: string): Promise<void> {
  await withDesk(async (desk) => {
    const version = await versionMeant(desk, name);
    if (!version.ok) return refuseRelease(version.error);
    const source = await desk.source(version.value);
    if (!source.ok) return refuseRelease(source.error);
    const files = [...source.value.files];
    const odd = files.find(([path]) => !partOfRules.test(path) || path.split('/').includes('..'));
    if (odd !== undefined) return refuse(`"${odd[0]}" is no file of a rule set`, 1);
    try {
      await mkdir(folder);
      for (const [path, text] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error), 1);
    }
    console.log(`version ${version.value}: ${count(files.length)} files in ${folder}`);
  });
}
