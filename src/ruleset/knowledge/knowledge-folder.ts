/** Reads what people have read in official texts from a rules folder. Everything after this works on texts. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Texts of `knowledge/<name>.csv` and `knowledge/lists/<name>.csv`, by name; a folder that is not there has none. */
export async function readKnowledgeFolder(rules: string) {
  const folder = join(rules, 'knowledge');
  return { readings: await csvTexts(folder), lists: await csvTexts(join(folder, 'lists')) };
}

async function csvTexts(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const csv = names.filter((name) => name.endsWith('.csv')).toSorted();
  const texts = csv.map(async (name) => {
    return [name.slice(0, -'.csv'.length), await readFile(join(folder, name), 'utf8')] as const;
  });
  return new Map(await Promise.all(texts));
}
