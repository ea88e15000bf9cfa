/**
 * Entry of a worker thread: answers on its line, one question at a time, synchronously. It may be killed between any
 * two lines; whatever is not in the answer is forgotten.
 */
import { workerData } from 'node:worker_threads';
import { assert } from '../src/base/assert.js';
import { systemClock as clock } from '../src/base/clock.js';
import { HistoryReader } from '../src/history/history-reader.js';
import { stateSource } from '../src/history/source.js';
import type { DecideReply, DecideRequest } from '../src/screening/protocol/decide.js';
import { Wayside } from '../src/screening/protocol/give-way.js';
import { serveLine } from '../src/screening/protocol/serve-line.js';
import {
  type BatchReply,
  type BatchRequest,
  type JudgedUnder,
  progressCell,
  type WorkerSettings,
  type WorkerTask,
} from '../src/screening/protocol.js';
import { decideBatch } from './decide-batch.js';
import { loadRuleset } from './load-ruleset.js';
import { withLowPriority } from './low-priority.js';
import { type LoadedRuleset, RulesetCache } from './ruleset-cache.js';
import { screenBatch } from './screen-batch.js';

const settings = workerData as WorkerSettings;
const rulesets = new RulesetCache(settings);
const stored = settings.historyFolder === null ? null : HistoryReader.open(settings.historyFolder);
const history = stored === null ? null : stateSource(stored);

export default function work({ line, progress, rightOfWay }: WorkerTask): never {
  Atomics.store(new Int32Array(progress), progressCell.imported, 1);
  const wayside = new Wayside(rightOfWay, clock);
  return serveLine(line, {
    load: (request) => loadRuleset(request, rulesets, progress, clock),
    screen: (batch) => screen({ ...batch, progress }),
    decide: (request) => decide(request, progress, wayside),
  });
}

function screen(batch: BatchRequest): BatchReply {
  stored?.refresh();
  const reply = screenBatch(batch, loadedUnder(batch), clock, history);
  stored?.letGo();
  return reply;
}

function decide(
  { batch, ...under }: DecideRequest,
  progress: SharedArrayBuffer,
  wayside: Wayside,
): DecideReply {
  assert(stored !== null, 'the log is decided where history is kept');
  stored.refresh();
  const loaded = loadedUnder(under);
  const work = () => decideBatch(batch, stored, loaded, progress, clock, () => wayside.stand());
  const reply = wayside.begin() ? withLowPriority(work) : work();
  stored.letGo();
  return reply;
}

function loadedUnder(under: JudgedUnder): LoadedRuleset {
  const loaded = rulesets.get(under);
  assert(loaded !== undefined, `rule set ${under.rulesetId} is not loaded in this thread`);
  return loaded;
}
