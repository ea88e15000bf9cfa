/**
 * Entry of the thread in which a candidate is tried: what it answers goes into counts and to no hospital, and nothing
 * is written. It may be killed between any two lines.
 */
import { constants, setPriority } from 'node:os';
import { workerData } from 'node:worker_threads';
import { assert } from '../src/base/assert.js';
import { systemClock as clock } from '../src/base/clock.js';
import { HistoryReader } from '../src/history/history-reader.js';
import { stateSource } from '../src/history/source.js';
import { serveLine } from '../src/screening/protocol/serve-line.js';
import { type JudgedUnder, progressCell, type ShadowTask } from '../src/screening/protocol.js';
import { loadRuleset } from './load-ruleset.js';
import { type LoadedRuleset, RulesetCache } from './ruleset-cache.js';
import { compareBatch } from './shadow-batch.js';

// On Linux a priority is the thread's own, elsewhere it would be the process's.
if (process.platform === 'linux') stepBack();

function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where that is forbidden, idle moments have to be enough.
  }
}

const { line, progress, settings } = workerData as ShadowTask;
const rulesets = new RulesetCache(settings);
const stored = settings.historyFolder === null ? null : HistoryReader.open(settings.historyFolder);
const history = stored === null ? null : stateSource(stored);
Atomics.store(new Int32Array(progress), progressCell.imported, 1);

serveLine(line, {
  load: (request) => loadRuleset(request, rulesets, progress, clock),
  compare: (request) => {
    stored?.refresh();
    const { rulesetId, candidate, overlay } = request;
    const sides = {
      live: loaded({ rulesetId, overlay }),
      candidate: loaded({ rulesetId: candidate, overlay }),
    };
    return compareBatch({ ...request, progress }, sides, clock, history);
  },
});

function loaded(under: JudgedUnder): LoadedRuleset {
  const found = rulesets.get(under);
  assert(found !== undefined, `rule set ${under.rulesetId} is not loaded in this thread`);
  return found;
}
