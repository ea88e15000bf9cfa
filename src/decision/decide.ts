/**
 * Turns what the rules found into a decision. Pure: the same claim, findings and rule set give the same
 * decision.
 */
import { derivedId } from '../base/hash.js';
import type { ClaimKind } from '../claim/claim.js';
import type { ClaimHead } from '../claim/columns/claim-columns.js';
import { hasLines } from '../claim/stage.js';
import { cutRetracts, decisionLimits, sentences, shownOf } from './bounds.js';
import type { Decision, Finding, NotEvaluated, NotScreenedCause, RulesetName, Status } from './decision.js';

export interface DecideInput {
  readonly claim: ClaimHead;
  /** How many lines it holds, refunds and self-paid ones included. */
  readonly lineCount: number;
  /** SHA-256 of the request's bytes, hex. */
  readonly contentHash: string;
  /** Sorted by rule, row, line; `record` findings included. */
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  /** Per blamed line the largest excess (fen) of its findings other than `record`, capped by its net amount. */
  readonly excessByLine: ReadonlyMap<string, number>;
  readonly ruleset: RulesetName;
  /** Advisory answers leave `record` findings out. */
  readonly path: 'advisory' | 'durable';
  /** What findings and gaps may take together, as JSON; as a rule what a decision can carry. */
  readonly listBytes?: number;
}

/** What is known of a claim that no rule has seen; all of it may be unknown. */
export interface KnownIds {
  readonly kind?: ClaimKind;
  readonly institution?: string | null;
  readonly eventId?: string | null;
  readonly claimId?: string | null;
  readonly contentHash?: string | null;
}

/** What a decision says in short. */
export interface Conclusion {
  readonly status: Status;
  /** The same money once. */
  readonly excessFen: number;
}

type Judged = Pick<DecideInput, 'claim' | 'lineCount' | 'findings' | 'notEvaluated' | 'excessByLine'>;

/** The same on either path; whoever needs no more can do without the decision. */
export function conclude({ claim, lineCount, findings, notEvaluated, excessByLine }: Judged): Conclusion {
  const complete = notEvaluated.length === 0 && !lacksLines(claim, lineCount);
  return { status: statusOf(findings, complete), excessFen: sumExcess(excessByLine) };
}

/** The decision on a claim that was screened, wholly or in part. */
export function decide(input: DecideInput): Decision {
  const { claim, lineCount } = input;
  const { status, excessFen } = conclude(input);
  const isEmpty = lacksLines(claim, lineCount);
  const found =
    input.path === 'durable'
      ? input.findings
      : input.findings.filter((finding) => finding.effect !== 'record');
  const complete = input.notEvaluated.length === 0 && !isEmpty;
  const gaps =
    input.notEvaluated.length < 2 ? input.notEvaluated : input.notEvaluated.toSorted(compareEntries);
  const shown = shownOf(found, gaps, input.listBytes ?? decisionLimits.listBytes);
  return {
    decisionId: decisionIdOf(claim.institution.code, claim.eventId, input.contentHash, claim.kind),
    kind: claim.kind,
    claimId: claim.claimId,
    eventId: claim.eventId,
    status,
    cause: null,
    detail: sentences(isEmpty ? 'The claim holds no lines to judge.' : null, ...shown.said),
    coverage: { complete, notEvaluated: shown.notEvaluated },
    retracts: [],
    findings: shown.findings,
    excessFen,
    ruleset: input.ruleset,
  };
}

/** The decision on an event that undid findings: its own, or those of other claims. */
export function retracting(decision: Decision, findingIds: readonly string[]): Decision {
  if (findingIds.length === 0) return decision;
  const { retracts, said } = cutRetracts(findingIds, decisionLimits.retractsBytes);
  return { ...decision, retracts, detail: sentences(decision.detail, said) };
}

/**
 * The decision where no rule ran. Without a content hash it has no id: it answers a body that nobody read.
 */
export function notScreened(
  cause: NotScreenedCause,
  detail: string | null,
  known: KnownIds,
  ruleset: RulesetName | null,
): Decision {
  const kind = known.kind ?? 'screening';
  const { institution = null, eventId = null, claimId = null, contentHash = null } = known;
  return {
    decisionId: contentHash === null ? null : decisionIdOf(institution, eventId, contentHash, kind),
    kind,
    claimId,
    eventId,
    status: 'not_screened',
    cause,
    detail,
    coverage: { complete: false, notEvaluated: [] },
    retracts: [],
    findings: [],
    excessFen: 0,
    ruleset,
  };
}

/**
 * Without the rule set: the same event is answered by one decision, whatever was active when it was asked
 * again.
 */
export function decisionIdOf(
  institution: string | null,
  eventId: string | null,
  contentHash: string,
  kind: ClaimKind,
): string {
  return derivedId('D', [institution, eventId, contentHash, kind]);
}

/**
 * Nothing was there to judge, mostly because the list stands under a name that nobody reads: no rule says so,
 * but it is no pass. A claim whose lines are all refunds or self-paid was judged.
 */
function lacksLines({ kind, scene }: ClaimHead, lineCount: number): boolean {
  return kind === 'screening' && lineCount === 0 && hasLines(scene);
}

function statusOf(findings: readonly Finding[], complete: boolean): Status {
  if (findings.some((finding) => finding.effect === 'hold')) return 'hold';
  if (findings.some((finding) => finding.effect !== 'record')) return 'alert';
  return complete ? 'pass' : 'partial';
}

/** The same money once: each line's largest excess. */
function sumExcess(excessByLine: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const excess of excessByLine.values()) sum += excess;
  return sum;
}

const causes: readonly NotEvaluated['cause'][] = ['fact', 'history', 'list', 'budget'];

function compareEntries(a: NotEvaluated, b: NotEvaluated): number {
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  const byCause = causes.indexOf(a.cause) - causes.indexOf(b.cause);
  if (byCause !== 0) return byCause;
  const [left, right] = [JSON.stringify(a.facts), JSON.stringify(b.facts)];
  return left === right ? 0 : left < right ? -1 : 1;
}
