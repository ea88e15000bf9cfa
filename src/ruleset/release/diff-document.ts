/** A diff with the replayed effect beside each rule: the JSON that a client gets, and what a page or terminal shows. */
import { fail, ok, type Result } from '../../base/result.js';
import { renderDiagnostics } from '../diagnostics/render.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { type BundledText, openText } from './bundle.js';
import type { Desk } from './desk.js';
import { diffRulesets, type RulesetDiff } from './diff.js';
import type { ChangedRule, RuleName } from './diff-rules.js';
import { type Refusal, refusal } from './refusal.js';
import { type ReadReplay, readReplay } from './replay-mark.js';

/** What the replay of one side has shown of a rule. */
export interface Replayed {
  readonly hits: number;
  /** To the hundredth. */
  readonly hitsPer10000: number;
  readonly excessFen: number;
}

export interface Beside {
  /** Null: no replay is attached to that side, or it does not have the rule. */
  readonly replayed: { readonly before: Replayed | null; readonly after: Replayed | null };
  /** Claims with a finding more and fewer, where the replay of the later side was compared with the earlier. */
  readonly change: { readonly gainedClaims: number; readonly lostClaims: number } | null;
}

export interface DiffDocument extends Omit<RulesetDiff, 'added' | 'removed' | 'changed'> {
  readonly added: readonly (RuleName & Beside)[];
  readonly removed: readonly (RuleName & Beside)[];
  readonly changed: readonly (ChangedRule & Beside)[];
  /** Periods and sizes of the replays; null: none is attached. */
  readonly replays: { readonly before: ReplayPeriod | null; readonly after: ReplayPeriod | null };
}

export interface ReplayPeriod {
  readonly from: string;
  readonly to: string;
  readonly claims: number;
}

/** The replays of both sides; null: none is attached. `beforeId`: what the earlier side compiles to, where known. */
export function diffDocument(
  diff: RulesetDiff,
  before: ReadReplay | null,
  after: ReadReplay | null,
  beforeId: string | null,
): DiffDocument {
  const isCompared = after !== null && beforeId !== null && after.against === beforeId;
  const withReplay = <Rule extends RuleName>(rule: Rule): Rule & Beside => ({
    ...rule,
    replayed: { before: replayedOf(before, rule.id), after: replayedOf(after, rule.id) },
    change: isCompared ? (after.effects.get(rule.id)?.change ?? null) : null,
  });
  return {
    ...diff,
    added: diff.added.map(withReplay),
    removed: diff.removed.map(withReplay),
    changed: diff.changed.map(withReplay),
    replays: { before: periodOf(before), after: periodOf(after) },
  };
}

/** A rule set to be compared. */
export interface Compared {
  readonly source: RulesSource;
  /** The replay that was attached to it; null: none, or one that nobody can read any more. */
  readonly replay: ReadReplay | null;
  /** What it compiles to, where a manifest says it. */
  readonly rulesetId: string | null;
}

/** The same as it came from the broker; opening it stops whoever does it for a moment. */
export interface ComparedText {
  readonly text: BundledText;
  /** The report with the digest that the manifest names; null: none is attached, or it is not there any more. */
  readonly report: { readonly bytes: Uint8Array; readonly digest: string } | null;
  readonly rulesetId: string;
}

export async function publishedText(desk: Desk, version: number): Promise<Result<ComparedText, Refusal>> {
  const found = await desk.version(version);
  if (!found.ok) return found;
  const text = await desk.bundled(version);
  if (!text.ok) return text;
  const { replay, rulesetId } = found.value.manifest;
  const bytes = replay === null ? null : await desk.text(replay.digest);
  if (bytes?.ok === false && bytes.error.reason === 'unreachable') return bytes;
  const report = bytes?.ok === true && replay !== null ? { bytes: bytes.value, digest: replay.digest } : null;
  return ok({ text: text.value, report, rulesetId });
}

export function openCompared({ text, report, rulesetId }: ComparedText): Result<Compared, Refusal> {
  const source = openText(text);
  if (!source.ok) return source;
  const read = report === null ? null : readReplay(report.bytes);
  const replay = read?.ok === true && read.value.mark.digest === report?.digest ? read.value : null;
  return ok({ source: source.value, replay, rulesetId });
}

/** Of two versions. Fails where one of them cannot be read any more. */
export function compareTexts(before: ComparedText, after: ComparedText): Result<DiffDocument, Refusal> {
  const was = openCompared(before);
  if (!was.ok) return was;
  const is = openCompared(after);
  if (!is.ok) return is;
  const diff = diffRulesets(was.value.source, is.value.source);
  if (!diff.ok) return fail(refusal('does-not-compile', renderDiagnostics(diff.error)));
  return ok(diffDocument(diff.value, was.value.replay, is.value.replay, before.rulesetId));
}

function replayedOf(replay: ReadReplay | null, rule: string): Replayed | null {
  const effect = replay?.effects.get(rule);
  if (replay === null || effect === undefined) return null;
  const { hits, excessFen } = effect;
  const { claims } = replay.mark;
  const hitsPer10000 = claims === 0 ? 0 : Math.round((hits * 1_000_000) / claims) / 100;
  return { hits, hitsPer10000, excessFen };
}

function periodOf(replay: ReadReplay | null): ReplayPeriod | null {
  if (replay === null) return null;
  const { from, to, claims } = replay.mark;
  return { from, to, claims };
}
