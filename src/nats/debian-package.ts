/**
 * Gets files out of a Debian or Ubuntu package without installing it: apt reads the machine's configured
 * sources into package lists of its own, so no system file is touched and no privilege is needed.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeout = 180_000;

/**
 * Downloads and unpacks the package `name` inside `scratch`, a folder that the caller removes; several
 * packages may share one, and then the package lists too. Returns the folder that stands for `/` in what was
 * unpacked. Throws where apt-get or dpkg-deb is missing or fails, as for a package that this machine's
 * sources do not have.
 */
export async function unpackDebianPackage(name: string, scratch: string): Promise<string> {
  const options = await privateAptOptions(scratch);
  const folder = join(scratch, 'packages', name);
  await mkdir(folder, { recursive: true });
  // Lists that were shipped with an image name versions that the archive no longer has: refresh first.
  await run('apt-get', ['-q', ...options, 'update'], { timeout });
  await run('apt-get', ['-q', ...options, 'download', name], { timeout, cwd: folder });
  const archive = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download left no package');
  const unpacked = join(scratch, 'unpacked');
  await run('dpkg-deb', ['--extract', join(folder, archive), unpacked], { timeout });
  return unpacked;
}

/** apt keeps state, lists, cache and locks below `scratch`; sources and trusted keys stay the machine's. */
async function privateAptOptions(scratch: string): Promise<string[]> {
  const state = join(scratch, 'apt');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(state, 'cache', 'archives', 'partial'), { recursive: true });
  const values = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(state, 'cache')}`,
    'Acquire::Languages=none',
    'Debug::NoLocking=1',
    // Run by root, apt would drop to a user that cannot write here.
    'APT::Sandbox::User=',
  ];
  return values.flatMap((value) => ['-o', value]);
}
