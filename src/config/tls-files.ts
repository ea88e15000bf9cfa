/** Certificate and key from the files that the settings name. */
import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../base/result.js';
import type { Settings } from './table.js';

export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Null where the settings name none. Fails with one line where they cannot be read. */
export async function readTlsFiles(settings: Settings): Promise<Result<TlsFiles | null, string>> {
  const { CLAIMGATE_TLS_CERT: cert, CLAIMGATE_TLS_KEY: key } = settings;
  if (cert === null || key === null) return ok(null);
  try {
    return ok({ cert: await readFile(cert), key: await readFile(key) });
  } catch (error) {
    return fail(`the TLS files cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
