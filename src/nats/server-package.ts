/**
 * Gets nats-server out of the Debian or Ubuntu package, without installing it: apt reads the machine's
 * configured sources into package lists of its own, so no system file is touched and no privilege is needed.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeout = 180_000;

/**
 * Downloads and unpacks the package inside `scratch`, an empty folder that the caller removes.
 * Returns the path of the program. Throws where apt-get or dpkg-deb is missing or fails.
 */
export async function unpackServerPackage(scratch: string): Promise<string> {
  const options = await privateAptOptions(scratch);
  // Lists that were shipped with an image name versions that the archive no longer has: refresh first.
  await run('apt-get', ['-q', ...options, 'update'], { timeout });
  await run('apt-get', ['-q', ...options, 'download', 'nats-server'], { timeout, cwd: scratch });
  const archive = (await readdir(scratch)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download left no package');
  await run('dpkg-deb', ['--extract', join(scratch, archive), join(scratch, 'unpacked')], { timeout });
  return join(scratch, 'unpacked', 'usr', 'sbin', 'nats-server');
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
