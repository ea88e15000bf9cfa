/** The folder of packs and tables, as far as it concerns whoever names it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Where the folder was looked for, if it is not there, and how to name another; null: it is. */
export function missingRulesFolder(folder: string): string | null {
  if (existsSync(folder)) return null;
  return `there is no rules folder ${resolve(folder)}; name the one that is meant with CLAIMGATE_RULES`;
}
