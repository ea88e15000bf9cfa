/** Names of the rules in the folder, without compiling them. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SwitchedRule } from '../ruleset/release/kill-switches.js';
import { settingsOrExit } from './exit.js';

/** Each stands in a file of its name. Null: there is no such folder here. */
export async function folderRules(): Promise<readonly SwitchedRule[] | null> {
  try {
    const packs = join(settingsOrExit().CLAIMGATE_RULES, 'packs');
    const paths = await readdir(packs, { recursive: true });
    const own = paths.filter((path) => path.endsWith('.yaml') && !path.endsWith('.examples.yaml'));
    return await Promise.all(
      own.map(async (path) => ruleIn(path, await readFile(join(packs, path), 'utf8'))),
    );
  } catch {
    // Versions may be in force without any folder here.
    return null;
  }
}

/** Only to tell a slip of the pen: the folder may not even compile. */
function ruleIn(path: string, text: string): SwitchedRule {
  const id = basename(path, '.yaml');
  const killSwitch = /^killSwitch:[ \t]*["']?([a-z][a-z0-9-]*)/m.exec(text)?.[1] ?? id;
  return killSwitch === id ? { id } : { id, killSwitch };
}
