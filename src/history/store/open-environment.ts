/** Opening the folder of a history to be written, and refusing what is none of ours. */
import { fail, ok, type Result } from '../../base/result.js';
import { Environment } from './environment.js';
import { formatKey, historyFormat } from './position.js';

/** Fails with a sentence for the operator. */
export async function openEnvironment(folder: string): Promise<Result<Environment, string>> {
  try {
    const stored = Environment.open(folder, 'write');
    const refusal = await takeFormat(stored, folder);
    if (refusal === null) return ok(stored);
    await stored.close();
    return fail(refusal);
  } catch (error) {
    return fail(
      `The history in ${folder} cannot be opened: ${error instanceof Error ? error.message : error}.`,
    );
  }
}

/** Null: ours, or new; else why the folder is refused. */
async function takeFormat(stored: Environment, folder: string): Promise<string | null> {
  const bytes = stored.get('meta', formatKey);
  if (bytes === undefined) {
    await stored.write([{ table: 'meta', key: formatKey, value: Buffer.from(String(historyFormat)) }]);
    return null;
  }
  const format = Buffer.from(bytes).toString('utf8');
  if (format === String(historyFormat)) return null;
  return (
    `The history in ${folder} is of format ${format}, and this version reads format ${historyFormat}: ` +
    'start the version that wrote it, or move the folder away and run `claimgate history rebuild`.'
  );
}
