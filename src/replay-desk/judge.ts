/** A replay with all that it needs of the machine: threads, memory, a place for what does not fit into it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Known } from '../replay/known-modes.js';
import type { Edition } from '../replay/known-then.js';
import type { Period } from '../replay/period.js';
import { makeReport, type Report } from '../replay/report.js';
import { type Phase, runReplay } from '../replay/run-replay.js';
import { sharedBy } from '../replay/shared-records.js';
import type { ReplaySource } from '../replay/source.js';
import { packArtifact } from '../screening/packed-artifact.js';

export interface JudgeTerms {
  readonly period: Period;
  readonly known: Known;
  readonly threads: number;
  /** Of history in memory, for each thread; the rest goes to disk. */
  readonly memoryBytes: number;
  /** Of a thread, besides. */
  readonly heapMb: number;
  /** In which a folder for that is made, and removed in the end. */
  readonly scratch: string;
  readonly onProgress: (phase: Phase, done: number) => void;
}

const megabyte = 1024 * 1024;

/** What is replayed, and where there is a second side, compared with. Rejects as `runReplay` does. */
export async function judge(
  source: ReplaySource,
  sides: readonly (readonly Edition[])[],
  { period, known, threads, memoryBytes, heapMb, scratch, onProgress }: JudgeTerms,
): Promise<Report> {
  const scratchFolder = await mkdtemp(join(scratch, 'claimgate-replay-'));
  try {
    const tally = await runReplay(source, {
      threads,
      period,
      sides: sides.map((editions) =>
        editions.map(({ from, artifact }) => ({ from, packed: packArtifact(artifact) })),
      ),
      shared: sharedBy(sides.flat().map(({ artifact }) => artifact)),
      scratchFolder,
      memoryBytes,
      maxOldGenerationSizeMb: heapMb + memoryBytes / megabyte,
      workerFile: new URL('../../workers/replay.worker.js', import.meta.url),
      onProgress,
    });
    return makeReport({ source: source.name, period, known, sides, tally });
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}
