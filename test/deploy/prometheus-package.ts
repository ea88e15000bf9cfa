/**
 * Gets promtool and Prometheus out of Debian's package into `.cache/`, without installing it; as src/nats does it with
 * nats-server. Where that cannot be had the tests that need it say so.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { unpackDebianPackage } from '../../src/nats/debian-package.js';
import { cacheDir } from '../nats/broker-fixture.js';

const run = promisify(execFile);
const programs = ['promtool', 'prometheus'] as const;

export interface PrometheusPrograms {
  readonly promtool: string;
  readonly prometheus: string;
}

/** Both programs, or null where this machine has no Debian packages or cannot reach them. */
export async function obtainPrometheus(): Promise<PrometheusPrograms | null> {
  for (const folder of ['', '/usr/bin', join(cacheDir, 'prometheus')]) {
    const found = programsIn(folder);
    if (await runs(found)) return found;
  }
  await fetchPackage();
  const fetched = programsIn(join(cacheDir, 'prometheus'));
  return (await runs(fetched)) ? fetched : null;
}

/** Ends the test as not run, visibly, where the programs could not be had. */
export function need(found: PrometheusPrograms | null, context: TestContext): PrometheusPrograms {
  return (
    found ?? context.skip('not run: no promtool here, and Debian’s prometheus package cannot be fetched')
  );
}

function programsIn(folder: string): PrometheusPrograms {
  return { promtool: join(folder, 'promtool'), prometheus: join(folder, 'prometheus') };
}

async function runs(found: PrometheusPrograms): Promise<boolean> {
  try {
    for (const name of programs) await run(found[name], ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function fetchPackage(): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(join(cacheDir, 'fetching-'));
  try {
    const unpacked = await unpackDebianPackage('prometheus', scratch);
    // From Debian 13 on promtool is a package of its own; before, there is none of that name.
    await unpackDebianPackage('promtool', scratch).catch(() => {});
    const ready = join(scratch, 'ready');
    await mkdir(ready);
    for (const name of programs) await copyFile(join(unpacked, 'usr/bin', name), join(ready, name));
    // Where another test file was first, its folder stays.
    await rename(ready, join(cacheDir, 'prometheus')).catch(() => {});
  } catch (error) {
    process.stderr.write(`prometheus package: ${error instanceof Error ? error.message : String(error)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
