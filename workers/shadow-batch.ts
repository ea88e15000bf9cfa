/**
 * Claims that have their answers, judged again by the version in force and by a candidate: the same claim, history and
 * overlay, a moment apart. The live answer would not do: it names rules without lines, and its history may have moved.
 */
import { AssertionFailure } from '../src/base/assert.js';
import type { Clock } from '../src/base/clock.js';
import type { ClaimHead } from '../src/claim/columns/claim-columns.js';
import { decide } from '../src/decision/decide.js';
import type { Finding, Status } from '../src/decision/decision.js';
import type { HistorySource } from '../src/history/patient-history.js';
import type { Meter } from '../src/ruleset/runtime/screened.js';
import type {
  ComparedClaim,
  CompareReply,
  CompareRequest,
  RuleComparison,
} from '../src/screening/protocol/shadow.js';
import { type Crash, type Envelope, progressCell, slabPart } from '../src/screening/protocol.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { describeCrash } from './screen-batch.js';
import { placeOf, sceneOf } from './screen-claim.js';

export interface ComparedSides {
  readonly live: LoadedRuleset;
  readonly candidate: LoadedRuleset;
}

interface Judged {
  readonly scene: string;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly failure: Crash | null;
}

/** Without budgets: what a slow candidate would have left out is not what is asked here. Main's watchdog ends it. */
export function compareBatch(
  { progress, envelopes, ...slab }: CompareRequest & { readonly progress: SharedArrayBuffer },
  { live, candidate }: ComparedSides,
  clock: Clock,
  history: HistorySource | null,
): CompareReply {
  const cells = new Int32Array(progress);
  const meter: Meter = {
    mayGoOn: () => true,
    enter: (rule) => void Atomics.store(cells, progressCell.rule, rule),
  };
  let [liveMs, candidateMs] = [0, 0];
  const claims = envelopes.map((envelope, i) => {
    const body = slabPart(slab, i);
    Atomics.store(cells, progressCell.claim, i);
    const beganMs = clock.tickMs();
    const before = judge(body, envelope, live, unwatched, history);
    const betweenMs = clock.tickMs();
    const after = judgeWatched(body, envelope, candidate, meter, history, cells);
    Atomics.store(cells, progressCell.rule, -1);
    liveMs += betweenMs - beganMs;
    candidateMs += clock.tickMs() - betweenMs;
    return compareJudged(before, after);
  });
  Atomics.store(cells, progressCell.claim, -1);
  return { claims, liveMs, candidateMs };
}

/** Where a thread is lost, main wants to know what the candidate was doing. */
const unwatched: Meter = { mayGoOn: () => true, enter: () => {} };

function judgeWatched(
  body: Uint8Array,
  envelope: Envelope,
  candidate: LoadedRuleset,
  meter: Meter,
  history: HistorySource | null,
  cells: Int32Array,
): Judged {
  try {
    return judge(body, envelope, candidate, meter, history);
  } catch (error) {
    // The thread ends, and main reads which rule it was.
    if (error instanceof AssertionFailure) throw error;
    const rule = Atomics.load(cells, progressCell.rule);
    return { ...unread, failure: describeCrash(error, candidate.ruleset.ruleIds[rule] ?? null) };
  }
}

const unread: Judged = { scene: 'unknown', status: 'not_screened', findings: [], failure: null };

function judge(
  body: Uint8Array,
  { format, receivedAtMs, path }: Envelope,
  { reader, ruleset, treatments }: LoadedRuleset,
  meter: Meter,
  history: HistorySource | null,
): Judged {
  const read = reader.read(body, format);
  if (!read.ok) return unread;
  const { columns } = read.value;
  const claim: ClaimHead = columns.head;
  const screened = ruleset.screen(columns, meter, history, treatments.of(placeOf(claim), receivedAtMs));
  const lineCount = columns.lines.count;
  const { status } = decide({ claim, lineCount, contentHash: '', ...screened, ruleset: ruleset.name, path });
  return { scene: sceneOf(claim), status, findings: screened.findings, failure: null };
}

function compareJudged(live: Judged, candidate: Judged): ComparedClaim {
  const { failure } = candidate;
  const both = live.status !== 'not_screened' && candidate.status !== 'not_screened';
  return {
    scene: live.scene,
    live: live.status,
    candidate: candidate.status,
    rules: both ? compareFindings(live.findings, candidate.findings) : [],
    failure,
  };
}

/** Of one rule, by line: the effects of either's findings there. A finding without lines stands on an empty one. */
type Lines = Map<string, { readonly live: string[]; readonly candidate: string[] }>;

export function compareFindings(
  live: readonly Finding[],
  candidate: readonly Finding[],
): readonly RuleComparison[] {
  if (live.length === 0 && candidate.length === 0) return [];
  const rules = new Map<string, Lines>();
  spread(rules, live, 'live');
  spread(rules, candidate, 'candidate');
  return [...rules].map(([rule, lines]) => compareRule(rule, lines));
}

function spread(rules: Map<string, Lines>, findings: readonly Finding[], side: 'live' | 'candidate'): void {
  for (const { rule, effect, lines } of findings) {
    const violating = lines.filter(({ role }) => role === 'violating');
    const own: Lines = rules.get(rule) ?? new Map();
    rules.set(rule, own);
    for (const { id } of violating.length === 0 ? [{ id: '' }] : violating) {
      const at = own.get(id) ?? { live: [], candidate: [] };
      own.set(id, at);
      at[side].push(effect);
    }
  }
}

function compareRule(rule: string, lines: Lines): RuleComparison {
  const sums = { live: 0, candidate: 0, gained: 0, lost: 0, otherEffect: 0 };
  for (const { live, candidate } of lines.values()) {
    const inBoth = Math.min(live.length, candidate.length);
    const same = live.filter((effect) => takeOne(candidate, effect)).length;
    sums.live += live.length;
    sums.candidate += same + candidate.length;
    sums.gained += same + candidate.length - inBoth;
    sums.lost += live.length - inBoth;
    sums.otherEffect += inBoth - same;
  }
  return { rule, ...sums };
}

/** Takes an equal effect out; says whether there was one. */
function takeOne(effects: string[], effect: string): boolean {
  const at = effects.indexOf(effect);
  if (at >= 0) effects.splice(at, 1);
  return at >= 0;
}
