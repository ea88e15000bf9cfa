/**
 * Entry of the thread in which a candidate is tried: what it answers goes into counts and to no hospital, and nothing
 * is written. It may be killed between any two lines.
 */
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
    const reply = compareBatch({ ...request, progress }, sides, clock, history);
    stored?.letGo();
    return reply;
  },
});

function loaded(under: JudgedUnder): LoadedRuleset {
  const found = rulesets.get(under);
  assert(found !== undefined, `rule set ${under.rulesetId} is not loaded in this thread`);
  return found;
}
