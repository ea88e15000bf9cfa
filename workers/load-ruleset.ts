/** A thread takes in a rule set that main has packed. */
import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../src/base/clock.js';
import { fail, ok } from '../src/base/result.js';
import type { LoadReply, LoadRequest } from '../src/screening/protocol.js';
import { withLowPriority } from './low-priority.js';
import { type RulesetCache, unpackArtifact } from './ruleset-cache.js';
import { warmUp } from './warm-up.js';

/**
 * Instantiates a rule set and warms it; it is kept only if all of that went well. Gently: behind those who have claims
 * to answer.
 */
export function loadRuleset(
  request: LoadRequest,
  rulesets: RulesetCache,
  progress: SharedArrayBuffer,
  clock: Clock,
): LoadReply {
  const load = (): LoadReply => takeIn(request, rulesets, progress, clock);
  return request.gently ? withLowPriority(load) : load();
}

function takeIn(
  { artifact: bytes, tables: image, keep, gently }: LoadRequest,
  rulesets: RulesetCache,
  progress: SharedArrayBuffer,
  clock: Clock,
): LoadReply {
  const startedMs = clock.tickMs();
  const unpacked = unpackArtifact({ bytes, tables: image });
  const loaded = rulesets.instantiate(unpacked);
  if (!loaded.ok) return fail(loaded.error);
  const { id } = loaded.value;
  const problem = warmUp(unpacked.tables, loaded.value, progress, clock, gently);
  if (problem !== null) return fail(problem);
  // While the next thread does the same, a spare one may be the only one that answers, under what is in force now.
  const before = gently ? rulesets.seldomUsed(keep.findLast((other) => other !== id) ?? '') : undefined;
  if (before !== undefined) warmUp(unpacked.tables, before, progress, clock, gently);
  rulesets.keep(loaded.value, keep);
  return ok({
    rulesetId: id,
    ruleIds: loaded.value.ruleset.ruleIds,
    elapsedMs: clock.tickMs() - startedMs,
    heapBytes: getHeapStatistics().used_heap_size,
  });
}
