/** What doctor says of the disk. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projection, spaceOf } from '../../src/cli/doctor-space.js';

const kib = 1_024;
const gib = 2 ** 30;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-space-'));
  await mkdir(join(folder, 'history'));
  await mkdir(join(folder, 'nats', 'jetstream'), { recursive: true });
  await writeFile(join(folder, 'history', 'data.mdb'), Buffer.alloc(256 * kib, 1));
  await writeFile(join(folder, 'nats', 'jetstream', '1.blk'), Buffer.alloc(512 * kib, 1));
  await writeFile(join(folder, 'patient-secret'), 'x');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** 2,000 patients of 1 KiB each, and as much again beside them. */
const tables = {
  patients: { records: 2_000, bytes: 2_000 * kib },
  claims: { records: 9_000, bytes: 1_500 * kib },
  answers: { records: 10, bytes: 500 * kib },
  meta: { records: 2, bytes: 4_096 * kib },
};

describe('the space of a data directory', () => {
  it('is told by its parts', async () => {
    const space = await spaceOf(folder);
    expect(space?.historyBytes).toBeGreaterThanOrEqual(256 * kib);
    expect(space?.historyBytes).toBeLessThan(512 * kib);
    expect(space?.finding.what).toMatch(/\(.*history 2\d\d\.\d KiB.*\), [\d.]+ [KMGT]iB free$/);
    expect(space?.finding.what).toMatch(/nats 5\d\d\.\d KiB/);
    expect(space?.finding.what).toMatch(/files [\d.]+ (B|KiB)/);
  });

  it('is nothing where there is no directory', async () => {
    expect(await spaceOf(join(folder, 'none'))).toBeNull();
  });
});

describe('the projection', () => {
  it('takes everything that belongs to patients into account, and nothing else', () => {
    expect(projection(tables, { historyBytes: 0, freeBytes: 100 * gib })).toEqual({
      level: 'fine',
      what: "history: 2,000 patients at 2.0 KiB each (1.0 KiB of it in the patient's own record); 3,000,000 of them would take 5.7 GiB",
      mend: null,
    });
  });

  it('warns where the disk has no room, counting what the history takes already', () => {
    const levels = [5, 6].map(
      (free) => projection(tables, { historyBytes: 0, freeBytes: free * gib })?.level,
    );
    expect(levels).toEqual(['note', 'fine']);
    expect(projection(tables, { historyBytes: gib, freeBytes: 5 * gib })?.level).toBe('fine');
  });

  it('is not made from a few patients', () => {
    const few = { ...tables, patients: { records: 999, bytes: 999 * kib } };
    expect(projection(few, { historyBytes: 0, freeBytes: gib })).toBeNull();
  });
});
