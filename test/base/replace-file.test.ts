import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile } from '../../src/base/replace-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-replace-'));
});
afterEach(async () => rm(folder, { recursive: true }));

test('replaces what was there and makes the folder', async () => {
  const path = join(folder, 'new', 'state.json');
  await replaceFile(path, 'first');
  await replaceFile(path, new Uint8Array([0x32]));
  expect(await readFile(path, 'utf8')).toBe('2');
});

test('of writers at once one wins, whole, and nothing else is left', async () => {
  const path = join(folder, 'state.json');
  const contents = Array.from({ length: 40 }, (_, i) => String(i % 10).repeat(1 + i * 500));
  await Promise.all(contents.map((content) => replaceFile(path, content)));
  expect(contents).toContain(await readFile(path, 'utf8'));
  expect(await readdir(folder)).toEqual(['state.json']);
});

test('what cannot be put in place leaves no draft', async () => {
  await expect(replaceFile(folder, 'a folder is there')).rejects.toThrow();
  expect(await readdir(folder)).toEqual([]);
  expect(
    (await readdir(join(folder, '..'))).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`)),
  ).toEqual([]);
});

test('what a writer has left that was killed is taken away, and nothing else', async () => {
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const draft = (name: string, writer: string) => `${name}.${writer}.${randomUUID()}`;
  const left = [
    draft('text.gz', `${ended}-0`),
    draft('state.json', `${ended}-3`),
    // Of a process before this one that had its number.
    draft('state.json', `${process.pid}-${threadId}`),
  ];
  const others = [
    draft('state.json', `${process.ppid}-0`),
    draft('state.json', `${process.pid}-${threadId + 1}`),
    `state.json.${randomUUID()}`,
    'state.json.1-0.old',
    'text.gz',
  ];
  for (const name of [...left, ...others]) await writeFile(join(folder, name), '');
  await replaceFile(join(folder, 'state.json'), 'new');
  expect((await readdir(folder)).toSorted()).toEqual([...others, 'state.json'].toSorted());
});
