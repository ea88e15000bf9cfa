/** What the data directory takes of the disk, and what it would take for a whole province. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finding, fine, note } from './doctor-checks.js';
import { count, sizeText } from './words.js';

/** Of each table of the history: records and bytes. */
export type TableSizes = Readonly<Record<string, { readonly records: number; readonly bytes: number }>>;

export interface Space {
  readonly historyBytes: number;
  readonly freeBytes: number;
}

/** Null: there is no such directory yet. */
export async function spaceOf(dataDir: string): Promise<(Space & { readonly finding: Finding }) | null> {
  const free = await statfs(dataDir).catch(() => null);
  if (free === null) return null;
  const parts = new Map<string, number>();
  for (const entry of await readdir(dataDir, { withFileTypes: true })) {
    const name = entry.isDirectory() ? entry.name : 'files';
    parts.set(name, (parts.get(name) ?? 0) + (await bytesUnder(join(dataDir, entry.name))));
  }
  const freeBytes = free.bavail * free.bsize;
  const sizes = [...parts].map(([name, bytes]) => `${name} ${sizeText(bytes)}`).join(', ');
  const all = [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
  const finding = fine(
    `disk: ${sizeText(all)} in ${dataDir} (${sizes || 'empty'}), ${sizeText(freeBytes)} free`,
  );
  return { historyBytes: parts.get('history') ?? 0, freeBytes, finding };
}

/** Blocks of the disk, not lengths: files may have holes. What goes away meanwhile takes nothing. */
async function bytesUnder(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  const own = found.blocks * 512;
  if (!found.isDirectory()) return own;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => bytesUnder(join(path, name))));
  return sizes.reduce((sum, bytes) => sum + bytes, own);
}

/** As many as one machine is built for. */
const manyPatients = 3_000_000;
/** Of fewer the empty pages would tell more than the patients. */
const enoughPatients = 1_000;

/** What a patient takes now, and all that come would; null where there are too few to say. */
export function projection(tables: TableSizes, { historyBytes, freeBytes }: Space): Finding | null {
  const { patients, meta, ...others } = tables;
  if (patients === undefined || patients.records < enoughPatients) return null;
  const rest = Object.values(others).reduce((sum, { bytes }) => sum + bytes, 0);
  const each = (patients.bytes + rest) / patients.records;
  const projected = each * manyPatients;
  const now = `${count(patients.records)} patients at ${sizeText(each)} each`;
  const own = `${sizeText(patients.bytes / patients.records)} of it in the patient's own record`;
  const words = `history: ${now} (${own}); ${count(manyPatients)} of them would take ${sizeText(projected)}`;
  return projected > historyBytes + freeBytes
    ? note(words, 'more than the disk has room for: plan for a larger one before so many are known')
    : fine(words);
}
