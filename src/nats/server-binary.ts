/**
 * Finds a usable nats-server: on the PATH, where Debian puts it, in the cache; else fetches it into the
 * cache.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../base/result.js';
import { unpackDebianPackage } from './debian-package.js';

const run = promisify(execFile);
const oldest = [2, 9] as const;

export interface ServerProgram {
  readonly path: string;
  /** As the program says it: `2.9.10`. */
  readonly version: string;
}

/** How a person gets it where this machine's packages do not have it. */
export const howToInstall =
  'nats-server 2.9 or newer was not found: install it (Debian, Ubuntu: apt-get install nats-server; ' +
  'macOS: brew install nats-server; Windows: winget install NATSAuthors.NATSServer), or set NATS_URL';

/**
 * A verified program. Safe to call from several processes at once: each fetches into a folder of its own and
 * the first rename wins. Fails with one line that says what to install.
 */
export async function obtainServer(
  cacheDir: string,
  onFetch: () => void = () => {},
  installed: readonly string[] = ['nats-server', '/usr/sbin/nats-server'],
): Promise<Result<ServerProgram, string>> {
  const cached = join(resolve(cacheDir), 'nats-server', 'nats-server');
  for (const path of [...installed, cached]) {
    const program = await verifyServer(path);
    if (program !== null) return ok(program);
  }
  onFetch();
  const problem = await fetchInto(resolve(cacheDir));
  for (let look = 0; look < looks.most; look++) {
    const fetched = await verifyServer(cached);
    if (fetched !== null) return ok(fetched);
    await sleep(looks.everyMs);
  }
  return fail(problem === null ? howToInstall : `${howToInstall} (${problem})`);
}

/** Another caller may be moving its own copy into place just now. */
const looks = { most: 5, everyMs: 100 } as const;

/** Whether a server of this version takes `sync_interval: always`: 2.10 and newer. */
export function syncsAlways(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}

/** The program with its version, or null where it is missing, does not run or is too old. */
export async function verifyServer(path: string): Promise<ServerProgram | null> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    const found = /v(\d+)\.(\d+)\.(\S+)/.exec(stdout);
    if (found === null) return null;
    const [major, minor] = [Number(found[1]), Number(found[2])];
    const recent = major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
    return recent ? { path, version: `${major}.${minor}.${found[3]}` } : null;
  } catch {
    // Not there, or not for this machine: the next place may have it.
    return null;
  }
}

/** Returns what went wrong, or null. The folder appears whole or not at all. */
async function fetchInto(cacheDir: string): Promise<string | null> {
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(join(cacheDir, 'fetching-'));
  try {
    const program = join(await unpackDebianPackage('nats-server', scratch), 'usr', 'sbin', 'nats-server');
    const ready = join(scratch, 'ready');
    await mkdir(ready);
    await copyFile(program, join(ready, 'nats-server'));
    await replaceFolder(ready, join(cacheDir, 'nats-server'), join(scratch, 'broken'));
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? null) : String(error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * We only come here when what stands at `target` does not run, so it may be moved away; another's rename may
 * win.
 */
async function replaceFolder(ready: string, target: string, aside: string): Promise<void> {
  if ((await verifyServer(join(target, 'nats-server'))) !== null) return;
  await rename(target, aside).catch(() => {});
  await rename(ready, target).catch(async (error: unknown) => {
    if ((await verifyServer(join(target, 'nats-server'))) === null) throw error;
  });
}
