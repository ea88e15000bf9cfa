import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { ArtifactTable } from '../../../../src/ruleset/compile/artifact.js';
import { packTables } from '../../../../src/ruleset/runtime/tables/pack-tables.js';
import { openTables } from '../../../../src/ruleset/runtime/tables/tables.js';
import { builtWorker } from '../../../integration/fixtures/built-worker.js';
import { shippedArtifact } from './fixtures/shipped-artifact.js';

const readTables = new URL('./fixtures/read-tables.worker.mjs', import.meta.url);
const dist = new URL('..', builtWorker).href;

it('threads that open one image at the same time read the same in it', async () => {
  const { tables } = await shippedArtifact;
  const image = packTables(tables);
  const before = Buffer.from(image).toString('base64');
  const opened = openTables(image);
  const codes = Array.from({ length: opened.nationalCount }, (_, number) => opened.text(number));
  const read = async () => {
    const worker = new Worker(readTables, { workerData: { dist, image, codes } });
    const [answer] = await once(worker, 'message');
    await worker.terminate();
    return answer;
  };
  const [first, second] = await Promise.all([read(), read()]);
  expect(first).toEqual(second);
  expect(first.numbers).toEqual(codes.map((_, number) => number));
  for (const [name, rows, byKey] of first.cells) {
    const table = opened.get(name);
    expect(rows).toEqual(rowsOf(tables[name] as ArtifactTable));
    expect(byKey).toEqual([...table.keyNumbers].map((key) => [opened.text(key), [...table.rowsOf(key)]]));
  }
  expect(Buffer.from(image).toString('base64')).toBe(before);
});

function rowsOf({ rows, columns }: ArtifactTable): readonly (readonly unknown[])[] {
  const all = Object.values(columns);
  return Array.from({ length: rows }, (_, row) => all.map((cells) => cells[row]));
}
