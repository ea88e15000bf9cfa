import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackDebianPackage } from '../../src/nats/debian-package.js';

let folder: string;
const path = process.env['PATH'];

/** Tools that fetch a made-up archive and unpack it to one file that names it. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-package-'));
  const tools = join(folder, 'tools');
  await mkdir(tools);
  const fetch = 'for name; do :; done; case "$*" in *download*) touch "$name"_1_all.deb;; esac';
  await writeFile(join(tools, 'apt-get'), `#!/bin/sh\necho "$*" >>"${folder}/asked"\n${fetch}\n`);
  const unpack = 'mkdir -p "$3/usr/bin"; echo "$2" >"$3/usr/bin/$(basename "$2" _1_all.deb)"';
  await writeFile(join(tools, 'dpkg-deb'), `#!/bin/sh\n${unpack}\n`);
  for (const name of await readdir(tools)) await chmod(join(tools, name), 0o755);
  process.env['PATH'] = `${tools}:${path}`;
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true });
});

test('a package is unpacked into the folder, and several share it', async () => {
  const scratch = join(folder, 'scratch');
  const unpacked = await unpackDebianPackage('first', scratch);
  expect(await unpackDebianPackage('second', scratch)).toBe(unpacked);
  expect(unpacked.startsWith(scratch)).toBe(true);
  expect((await readdir(join(unpacked, 'usr/bin'))).toSorted()).toEqual(['first', 'second']);
});

test('nothing of the machine is touched: lists, cache and state lie in the folder', async () => {
  const scratch = join(folder, 'scratch');
  await unpackDebianPackage('first', scratch);
  const asked = (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');
  expect(asked).toHaveLength(2);
  for (const line of asked) {
    for (const place of ['Dir::State', 'Dir::State::lists', 'Dir::Cache']) {
      expect(line).toContain(`-o ${place}=${scratch}`);
    }
    expect(line).not.toContain('install');
  }
});

test('a package that the sources do not have is an error', async () => {
  await writeFile(join(folder, 'tools', 'apt-get'), '#!/bin/sh\nexit 100\n');
  await expect(unpackDebianPackage('absent', join(folder, 'scratch'))).rejects.toThrow('apt-get');
});
