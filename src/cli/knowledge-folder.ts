/** The texts of a rules folder that an import of official points goes by. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, formatDay } from '../base/calendar.js';
import { type Clock, systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { type Batch, type BatchTexts, importBatch } from '../ruleset/knowledge/import-batch.js';

/** What an import of points into a folder would make. All problems are told. */
export function batchOf(
  pointsPath: string,
  folder: string,
  clock: Clock = systemClock,
): Result<Batch, readonly string[]> {
  const texts = readFolder(pointsPath, folder, clock);
  if (!texts.ok) return texts;
  const batch = importBatch(texts.value);
  return batch.ok ? batch : fail(batch.error.map(({ message }) => message));
}

/** All that is missing is told. */
export function readFolder(
  pointsPath: string,
  folder: string,
  clock: Clock,
): Result<BatchTexts, readonly string[]> {
  const missing = [pointsPath, join(folder, 'knowledge'), join(folder, 'tables')].filter(
    (path) => !existsSync(path),
  );
  if (missing.length > 0) return fail(missing.map((path) => `not found: ${path}`));
  const header = join(folder, 'ruleset.yaml');
  const files = [
    ...(existsSync(header) ? [['ruleset.yaml', readFileSync(header, 'utf8')] as const] : []),
    ...textsIn(join(folder, 'tables')).map(([file, text]) => [`tables/${file}`, text] as const),
  ];
  return ok({
    points: readFileSync(pointsPath, 'utf8'),
    readings: csvTexts(join(folder, 'knowledge')),
    lists: csvTexts(join(folder, 'knowledge', 'lists')),
    source: { label: `${folder}/`, files: new Map(files) },
    today: todayOf(clock),
  });
}

/** In China, `YYYY-MM-DD`. */
export function todayOf(clock: Clock): string {
  return formatDay(dayOf(clock.wallMs()));
}

/** Texts of `<name>.csv` by name; without the folder none. */
function csvTexts(folder: string): ReadonlyMap<string, string> {
  const all = existsSync(folder) ? textsIn(folder) : [];
  return new Map(all.flatMap(([file, text]) => (file.endsWith('.csv') ? [[file.slice(0, -4), text]] : [])));
}

/** By file name, sorted. */
export function textsIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((file) => /\.(csv|yaml)$/.test(file))
    .sort()
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
}
