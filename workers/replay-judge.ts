/**
 * A rule set and, where there is one, the rule set it is compared with, as one: whoever screens with it screens with
 * both, over the same claim and history, and what both say is kept for whoever asks afterwards. What decides a live
 * message stays as it is around it.
 */
import type { ClaimColumns } from '../src/claim/columns/claim-columns.js';
import { claimOf } from '../src/claim/columns/claim-of.js';
import { columnsOf } from '../src/claim/columns/fill-columns.js';
import { conclude } from '../src/decision/decide.js';
import type { Finding } from '../src/decision/decision.js';
import type { HistorySource } from '../src/history/patient-history.js';
import type { Side, Verdict } from '../src/replay/verdict.js';
import { type Meter, nothingScreened, type Ruleset, type Screened } from '../src/ruleset/runtime/screened.js';
import type { LoadedRuleset } from './ruleset-cache.js';

/** Of one claim. */
export interface Judgement {
  readonly claimId: string | null;
  /** Number of a screening's scene, or the kind of a durable event. */
  readonly scene: string;
  readonly institution: string;
  readonly department: string;
  readonly verdicts: readonly Verdict[];
}

export type Sides = readonly [LoadedRuleset, ...LoadedRuleset[]];

export class ReplayJudge {
  /** What messages are decided with: the first side's reader, all sides' rules. */
  readonly loaded: LoadedRuleset;
  readonly #sides: Sides;
  #last: Judgement | null = null;

  constructor(sides: Sides) {
    this.#sides = sides;
    const [first] = sides;
    const screen: Ruleset['screen'] = (claim, meter, history = null) => this.#screen(claim, meter, history);
    this.loaded = { ...first, ruleset: { ...first.ruleset, screen } };
  }

  /** What was said of the claim that a message was decided by; null: none has been screened since the last call. */
  take(): Judgement | null {
    const last = this.#last;
    this.#last = null;
    return last;
  }

  /** Of a claim that history keeps no finding of. */
  judge(claim: ClaimColumns, meter: Meter, history: HistorySource): Judgement {
    return judgementOf(claim, this.#ask(claim, meter, history));
  }

  #screen(claim: ClaimColumns, meter: Meter, history: HistorySource | null): Screened {
    const all = this.#ask(claim, meter, history);
    this.#last = judgementOf(claim, all);
    const findings = all.flatMap(({ screened }, side) => markedFindings(screened.findings, side as Side));
    const [own] = all;
    return { ...(own?.screened ?? nothingScreened), findings };
  }

  #ask(claim: ClaimColumns, meter: Meter, history: HistorySource | null): readonly Asked[] {
    return this.#sides.map(({ ruleset }, side) => {
      const same = side === 0 ? claim : asNumberedBy(ruleset, claim);
      return { screened: ruleset.screen(same, meter, history), claim: same };
    });
  }
}

/** What one side says of a claim, which has its numbers. */
interface Asked {
  readonly screened: Screened;
  readonly claim: ClaimColumns;
}

function judgementOf({ head }: ClaimColumns, all: readonly Asked[]): Judgement {
  const { claimId, encounter, institution, kind, scene } = head;
  return {
    claimId,
    scene: kind === 'screening' ? String(scene ?? 'unknown') : kind,
    institution: institution.code ?? '',
    department: encounter.department ?? '',
    verdicts: all.map(verdictOf),
  };
}

/** The claim with the item numbers of another rule set. */
function asNumberedBy({ items }: Ruleset, claim: ClaimColumns): ClaimColumns {
  items.beginClaim();
  return columnsOf(claimOf(claim), items);
}

function verdictOf({ screened, claim: { head, lines } }: Asked): Verdict {
  const { findings, notEvaluated } = screened;
  const { status, excessFen } = conclude({ claim: head, lineCount: lines.count, ...screened });
  const undecided = notEvaluated.length === 0 ? none : [...new Set(notEvaluated.map(({ rule }) => rule))];
  return { status, excessFen, findings, undecided };
}

const none: readonly string[] = [];

/** History keeps the ids of findings until they fall: then they tell whose they were. */
function markedFindings(findings: readonly Finding[], side: Side): readonly Finding[] {
  return findings.map((finding) => ({
    ...finding,
    findingId: `${side} ${finding.rule} ${finding.findingId}`,
  }));
}

/** Of an id that was marked. */
export function markOf(findingId: string): { readonly side: Side; readonly rule: string } {
  const [side, rule = ''] = findingId.split(' ');
  return { side: side === '1' ? 1 : 0, rule };
}
