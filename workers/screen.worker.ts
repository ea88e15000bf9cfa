/**
 * Entry of a worker thread: answers on its line, one question at a time, synchronously. It may be killed between any
 * two lines; whatever is not in the answer is forgotten.
 */
import { getHeapStatistics } from 'node:v8';
import { workerData } from 'node:worker_threads';
import { assert } from '../src/base/assert.js';
import { systemClock as clock } from '../src/base/clock.js';
import { fail, ok } from '../src/base/result.js';
import { serveLine } from '../src/screening/protocol/serve-line.js';
import {
  type BatchReply,
  type BatchRequest,
  type LoadReply,
  type LoadRequest,
  progressCell,
  type WorkerSettings,
  type WorkerTask,
} from '../src/screening/protocol.js';
import { RulesetCache, unpackArtifact } from './ruleset-cache.js';
import { screenBatch } from './screen-batch.js';
import { warmUp } from './warm-up.js';

const rulesets = new RulesetCache(workerData as WorkerSettings);

export default function work({ line, progress }: WorkerTask): never {
  Atomics.store(new Int32Array(progress), progressCell.imported, 1);
  return serveLine(line, {
    load: (request) => load(request, progress),
    screen: (batch) => screen({ ...batch, progress }),
  });
}

/** Instantiates a rule set and warms it; it is kept only if all of that went well. */
function load({ artifact: bytes, tables: image }: LoadRequest, progress: SharedArrayBuffer): LoadReply {
  const startedMs = clock.tickMs();
  const unpacked = unpackArtifact({ bytes, tables: image });
  const loaded = rulesets.instantiate(unpacked);
  if (!loaded.ok) return fail(loaded.error);
  const problem = warmUp(unpacked.tables, loaded.value, progress, clock);
  if (problem !== null) return fail(problem);
  rulesets.keep(loaded.value);
  return ok({
    rulesetId: loaded.value.id,
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
