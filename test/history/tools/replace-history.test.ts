/** Folders that change places, while nobody writes. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WriterLock } from '../../../src/history/store/writer-lock.js';
import { removeHistory, replaceHistory } from '../../../src/history/tools/replace-history.js';
import { newFolder, removeAll } from '../fixtures/folders.js';

afterEach(removeAll);

function folderWith(text: string): string {
  const folder = newFolder();
  writeFileSync(join(folder, 'data.mdb'), text);
  return folder;
}

const textIn = (folder: string) => readFileSync(join(folder, 'data.mdb'), 'utf8');

function held(folder: string): WriterLock {
  const lock = WriterLock.take(folder);
  if (!lock.ok) throw new Error(lock.error);
  return lock.value;
}

describe('replacing a history', () => {
  test('puts the fresh one in its place and keeps the old one where it is told to', async () => {
    const [old, fresh, kept] = [folderWith('old'), folderWith('fresh'), folderWith('older still')];
    expect(await replaceHistory(old, fresh, kept)).toEqual({ ok: true, value: null });
    expect([textIn(old), textIn(kept), existsSync(fresh)]).toEqual(['fresh', 'old', false]);
    held(old).release();
  });

  test('leaves nothing of the old one where nobody wants it, and needs none', async () => {
    const [old, fresh, another] = [folderWith('old'), folderWith('fresh'), folderWith('another')];
    expect((await replaceHistory(old, fresh, null)).ok).toBe(true);
    rmSync(old, { recursive: true });
    expect((await replaceHistory(old, another, null)).ok).toBe(true);
    expect([textIn(old), existsSync(fresh), existsSync(another)]).toEqual(['another', false, false]);
  });

  test('is refused while somebody writes to one of them, and changes nothing then', async () => {
    const [old, fresh] = [folderWith('old'), folderWith('fresh')];
    for (const busy of [old, fresh]) {
      const lock = held(busy);
      const replaced = await replaceHistory(old, fresh, null);
      expect(replaced).toMatchObject({ ok: false, error: expect.stringContaining(`in ${busy} is in use`) });
      lock.release();
    }
    expect([textIn(old), textIn(fresh)]).toEqual(['old', 'fresh']);
  });
});

describe('removing a history', () => {
  test('is refused while somebody writes to it', async () => {
    const folder = folderWith('x');
    const lock = held(folder);
    expect((await removeHistory(folder)).ok).toBe(false);
    expect(readdirSync(folder)).toContain('data.mdb');
    lock.release();
    expect((await removeHistory(folder)).ok).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });
});
