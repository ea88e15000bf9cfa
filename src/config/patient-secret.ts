/**
 * The secret behind patient keys: from the settings, or made once in the data directory, readable by its
 * owner only.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../base/result.js';

const leastLength = 16;

/**
 * The secret in force. `given`: the setting, which wins. Fails with one line where the file cannot be used: a
 * new secret in its place would silently cut every patient off from their history.
 */
export async function patientSecret(given: string | null, dataDir: string): Promise<Result<string, string>> {
  if (given !== null) return ok(given);
  const path = join(dataDir, 'patient-secret');
  try {
    await mkdir(dataDir, { recursive: true });
    await makeOnce(path);
    return await readSecret(path);
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Written beside and linked into place, so that of two starts at once one secret wins, whole. The draft's name
 * is the start's own: two containers on one volume have the same process id, and a shared draft would be
 * written again after it had been linked.
 */
async function makeOnce(path: string): Promise<void> {
  if (await exists(path)) return;
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readSecret(path: string): Promise<Result<string, string>> {
  // A backup or a copy may have opened it up.
  await chmod(path, 0o600);
  const secret = (await readFile(path, 'utf8')).trim();
  return secret.length >= leastLength ? ok(secret) : fail(`${path} is damaged: restore it from a backup`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
