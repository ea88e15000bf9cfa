/**
 * Turns what the rules found into a decision. Pure: the same claim, findings and rule set give the same
 * decision.
 */
import { derivedId } from '../base/hash.js';
import type { ClaimKind } from '../claim/claim.js';
import type { ClaimHead } from '../claim/columns/claim-columns.js';
import { hasLines } from '../claim/stage.js';
import type {
  Decision,
  Effect,
  Finding,
  NotEvaluated,
  NotScreenedCause,
  RulesetName,
  Status,
} from './decision.js';

/** Bounds on one decision: what a screen and a message can carry. What is cut is said in `detail`. */
export const decisionLimits = { findings: 500, linesPerEntry: 500 } as const;

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
}

/** What is known of a claim that no rule has seen; all of it may be unknown. */
export interface KnownIds {
  readonly kind?: ClaimKind;
  readonly institution?: string | null;
  readonly eventId?: string | null;
  readonly claimId?: string | null;
  readonly contentHash?: string | null;
}

/** The decision on a claim that was screened, wholly or in part. */
export function decide(input: DecideInput): Decision {
  const { claim, lineCount } = input;
  const isEmpty = lacksLines(claim, lineCount);
  const shown = input.findings.filter((finding) => input.path === 'durable' || finding.effect !== 'record');
  const complete = input.notEvaluated.length === 0 && !isEmpty;
  const findings = cutFindings(shown);
  return {
    decisionId: decisionIdOf(claim.institution.code, claim.eventId, input.contentHash, claim.kind),
    kind: claim.kind,
    claimId: claim.claimId,
    eventId: claim.eventId,
    status: statusOf(shown, complete),
    cause: null,
    detail: detailOf(isEmpty, shown, findings, input.notEvaluated),
    coverage: { complete, notEvaluated: input.notEvaluated.map(cutEntry).toSorted(compareEntries) },
    retracts: [],
    findings: findings.map(cutFinding),
    excessFen: sumExcess(input.excessByLine),
    ruleset: input.ruleset,
  };
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

const weight: Readonly<Record<Effect, number>> = { hold: 3, justify: 2, remind: 1, record: 0 };

/** The gravest of too many findings, in the order they came. */
function cutFindings(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= decisionLimits.findings) return findings;
  const gravest = findings.toSorted((a, b) => weight[b.effect] - weight[a.effect]);
  const kept = new Set(gravest.slice(0, decisionLimits.findings));
  return findings.filter((finding) => kept.has(finding));
}

function cutFinding(finding: Finding): Finding {
  if (finding.lines.length <= decisionLimits.linesPerEntry) return finding;
  const violatingFirst = finding.lines.toSorted(
    (a, b) => Number(a.role === 'involved') - Number(b.role === 'involved'),
  );
  return { ...finding, lines: violatingFirst.slice(0, decisionLimits.linesPerEntry) };
}

function cutEntry(entry: NotEvaluated): NotEvaluated {
  if (entry.lines.length <= decisionLimits.linesPerEntry) return entry;
  return { ...entry, lines: entry.lines.slice(0, decisionLimits.linesPerEntry) };
}

const causes: readonly NotEvaluated['cause'][] = ['fact', 'history', 'list', 'budget'];

function compareEntries(a: NotEvaluated, b: NotEvaluated): number {
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  const byCause = causes.indexOf(a.cause) - causes.indexOf(b.cause);
  if (byCause !== 0) return byCause;
  const [left, right] = [JSON.stringify(a.facts), JSON.stringify(b.facts)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function detailOf(
  isEmpty: boolean,
  all: readonly Finding[],
  kept: readonly Finding[],
  notEvaluated: readonly NotEvaluated[],
): string | null {
  const sentences: string[] = [];
  if (isEmpty) sentences.push('The claim holds no lines to judge.');
  if (kept.length < all.length) sentences.push(`Shows ${kept.length} of ${all.length} findings.`);
  const longLists = [...kept, ...notEvaluated].some((one) => one.lines.length > decisionLimits.linesPerEntry);
  if (longLists) sentences.push(`Shows the first ${decisionLimits.linesPerEntry} lines of each entry.`);
  return sentences.length === 0 ? null : sentences.join(' ');
}
