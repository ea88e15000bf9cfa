import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { obtainServer } from '../../src/nats/server-binary.js';
import { cacheDir } from './broker-fixture.js';

let folder: string;

async function script(path: string, body: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

const fakeServer = (path: string, version: string) => script(path, `echo 'nats-server: v${version}'`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-binary-'));
});
afterAll(async () => rm(folder, { recursive: true }));

describe('finding nats-server', () => {
  test('a program on the path is used as it is', async () => {
    const path = join(folder, 'path', 'nats-server');
    await fakeServer(path, '2.12.3');
    const found = await obtainServer(join(folder, 'unused'), undefined, [path]);
    expect(found).toEqual({ ok: true, value: { path, version: '2.12.3' } });
  });

  test('one that is too old is passed over for the cached one', async () => {
    const old = join(folder, 'old', 'nats-server');
    const cached = join(folder, 'cache', 'nats-server', 'nats-server');
    await fakeServer(old, '2.8.4');
    await fakeServer(cached, '2.9.10');
    const found = await obtainServer(join(folder, 'cache'), undefined, [old]);
    expect(found).toEqual({ ok: true, value: { path: cached, version: '2.9.10' } });
  });

  test('where nothing is found and nothing can be fetched, one line says what to install', async () => {
    const closed = join(folder, 'closed');
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      const found = await obtainServer(closed, undefined, [join(folder, 'absent')]);
      expect(found.ok).toBe(false);
      if (!found.ok) expect(found.error).toMatch(/^nats-server 2\.9 or newer was not found: install it/);
      if (!found.ok) expect(found.error).not.toContain('\n');
      expect(await readdir(closed)).toEqual([]);
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('a cached one that does not run is replaced by the package, by several callers at once', async () => {
    const tools = join(folder, 'tools');
    const cache = join(folder, 'broken');
    await script(join(tools, 'apt-get'), 'case "$*" in *download*) touch nats-server_2.10.1_all.deb;; esac');
    const program = '#!/bin/sh\\necho "nats-server: v2.10.1"\\n';
    const unpack = `mkdir -p "$3/usr/sbin"; printf '${program}' >"$3/usr/sbin/nats-server"; chmod +x "$3/usr/sbin/nats-server"`;
    await script(join(tools, 'dpkg-deb'), unpack);
    await script(join(cache, 'nats-server', 'nats-server'), 'exit 1');
    const path = process.env['PATH'];
    process.env['PATH'] = `${tools}:${path}`;
    try {
      const found = await Promise.all([1, 2, 3].map(() => obtainServer(cache, undefined, [])));
      const value = { path: join(cache, 'nats-server', 'nats-server'), version: '2.10.1' };
      expect(found).toEqual([1, 2, 3].map(() => ({ ok: true, value })));
      expect(await readdir(cache)).toEqual(['nats-server']);
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('this machine gets a real one, and two processes asking at once both do', async () => {
    const both = await Promise.all([obtainServer(cacheDir), obtainServer(cacheDir)]);
    for (const found of both) {
      expect(found.ok && found.value.version).toMatch(/^2\.\d+\.\d+/);
    }
  });
});
