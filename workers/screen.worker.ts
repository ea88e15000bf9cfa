/**
 * Entry of a worker thread: takes one task at a time from main and answers it, synchronously. It may be killed
 * between any two lines; whatever is not in the answer is forgotten.
 */
import { getHeapStatistics } from 'node:v8';
import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { assert } from '../src/base/assert.js';
import { systemClock as clock } from '../src/base/clock.js';
import { fail, ok } from '../src/base/result.js';
import {
  type BatchReply,
  type BatchRequest,
  type LoadReply,
  progressCell,
  type WorkerSettings,
  type WorkerTask,
} from '../src/screening/protocol.js';
import { RulesetCache, unpackArtifact } from './ruleset-cache.js';
import { screenBatch } from './screen-batch.js';
import { warmUp } from './warm-up.js';

const rulesets = new RulesetCache(workerData as WorkerSettings);

export default function work(task: WorkerTask): LoadReply | object {
  if (task.do === 'load') return load(task.artifact, task.progress);
  return moved(screen(task.batch));
}

/** Instantiates a rule set and warms it; it is kept only if all of that went well. */
function load(bytes: SharedArrayBuffer, progress: SharedArrayBuffer): LoadReply {
  Atomics.store(new Int32Array(progress), progressCell.imported, 1);
  const startedMs = clock.tickMs();
  const artifact = unpackArtifact(bytes);
  const loaded = rulesets.instantiate(artifact);
  if (!loaded.ok) return fail(loaded.error);
  const problem = warmUp(artifact.tables, loaded.value, progress, clock);
  if (problem !== null) return fail(problem);
  rulesets.keep(loaded.value);
  return ok({
    rulesetId: artifact.id,
    ruleIds: loaded.value.ruleset.ruleIds,
    elapsedMs: clock.tickMs() - startedMs,
    heapBytes: getHeapStatistics().used_heap_size,
  });
}

function screen(batch: BatchRequest): BatchReply {
  const loaded = rulesets.get(batch.rulesetId);
  assert(loaded !== undefined, `rule set ${batch.rulesetId} is not loaded in this thread`);
  return screenBatch(batch, loaded, clock);
}

/** The reply with its bytes moved instead of copied, in Piscina's way of saying so. */
function moved(reply: BatchReply): object {
  return move({ [transferableSymbol]: reply.bytes, [valueSymbol]: reply } as never) as object;
}
