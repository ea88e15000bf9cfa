import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyOf, warmHistory } from '../../../bench/durable/warm-history.js';
import { HistoryStore } from '../../../src/history/store.js';

it('makes a history once and copies it, bound to the head of a stream', async () => {
  const history = await warmHistory(7);
  expect((await warmHistory(7)).folder).toBe(history.folder);
  const dataDir = await copyOf(history, 'a stream');
  try {
    const opened = await HistoryStore.open(join(dataDir, 'history'));
    if (!opened.ok) throw new Error(opened.error);
    expect(opened.value.counts().patients.records).toBe(7);
    expect(opened.value.position()).toMatchObject({ streamCreated: 'a stream', committed: 0, published: 0 });
    await opened.value.close();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
