import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { patientSecret } from '../../src/config/patient-secret.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-secret-'));
});
afterEach(async () => rm(folder, { recursive: true }));

describe('the patient secret', () => {
  test('the setting wins and nothing is written', async () => {
    expect(await patientSecret('given-0123456789', folder)).toEqual({ ok: true, value: 'given-0123456789' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is made once, for its owner only, and is the same at the next start', async () => {
    const dataDir = join(folder, 'new');
    const first = await patientSecret(null, dataDir);
    const again = await patientSecret(null, dataDir);
    expect(first.ok && first.value).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toEqual(first);
    expect((await stat(join(dataDir, 'patient-secret'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['patient-secret']);
  });

  test('starts at once end up with one secret, and leave nothing else', async () => {
    for (let round = 0; round < 60; round++) {
      const dataDir = join(folder, `round-${round}`);
      const all = await Promise.all(Array.from({ length: 40 }, () => patientSecret(null, dataDir)));
      expect(new Set(all.map((one) => one.ok && one.value)).size, `round ${round}`).toBe(1);
      expect(await readdir(dataDir)).toEqual(['patient-secret']);
    }
  });

  test('a damaged file is a problem and is not replaced', async () => {
    await writeFile(join(folder, 'patient-secret'), 'x\n');
    const read = await patientSecret(null, folder);
    expect(read.ok === false && read.error).toMatch(/is damaged/);
    expect(await readFile(join(folder, 'patient-secret'), 'utf8')).toBe('x\n');
  });
});
