/** The heart: one claim, from its bytes to the bytes of its decision. Synchronous and forgetful. */
import type { Clock } from '../src/base/clock.js';
import { sha256Hex } from '../src/base/hash.js';
import type { ClaimHead } from '../src/claim/columns/claim-columns.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import { type ReplyContext, recogniseFormat } from '../src/claim/read-claim.js';
import { decisionLimits } from '../src/decision/bounds.js';
import { decide, type KnownIds, notScreened } from '../src/decision/decide.js';
import type { Decision, NotScreenedCause } from '../src/decision/decision.js';
import { type EncodedAnswer, encodeAnswer } from '../src/decision/encode.js';
import type { HistorySource } from '../src/history/patient-history.js';
import type { ClaimPlace } from '../src/ruleset/overlay/treatments.js';
import { deadlineFor, type Envelope, type Outcome } from '../src/screening/protocol.js';
import type { ClaimMeter } from './claim-meter.js';
import type { LoadedRuleset } from './ruleset-cache.js';

export interface ScreenedClaim {
  readonly bytes: Uint8Array;
  readonly outcome: Outcome;
}

/** Reads, screens, decides, encodes. What is wrong with the claim is in the answer; a throw is a bug. */
export function screenClaim(
  body: Uint8Array,
  envelope: Envelope,
  loaded: LoadedRuleset,
  meter: ClaimMeter,
  clock: Clock,
  history: HistorySource | null = null,
): ScreenedClaim {
  const startedMs = clock.tickMs();
  if (startedMs >= envelope.deadlineMs) return notScreenedUnread(body, envelope, 'budget', null);
  const { ruleset, reader } = loaded;
  const answer = (
    decision: Decision,
    format: WireFormat,
    reply: ReplyContext | null,
    claim: ClaimHead | null,
    heldBack: readonly string[] = [],
  ) => {
    const partialAsFailure = loaded.partialAsFailure.has(claim?.institution.code ?? '');
    const encoded = encodeAnswer(decision, reply, format, envelope.receivedAtMs, { partialAsFailure });
    return told(encoded, decision, {
      format,
      envelope,
      claim,
      heldBack,
      screenMs: clock.tickMs() - startedMs,
    });
  };

  const contentHash = sha256Hex(body);
  const read = reader.read(body, envelope.format);
  if (!read.ok) {
    const { message, reply, ...ids } = read.error;
    const format = envelope.format ?? recogniseFormat(null, body);
    return answer(
      notScreened('unreadable', message, { ...ids, contentHash }, ruleset.name),
      format,
      reply,
      null,
    );
  }

  const { columns, format, reply } = read.value;
  const claim = columns.head;
  const known = { ...idsOf(claim), contentHash };
  const refusal = refusalOf(claim, envelope);
  if (refusal !== null) {
    return answer(notScreened(refusal.cause, refusal.detail, known, ruleset.name), format, reply, claim);
  }

  meter.shortenTo(deadlineFor(envelope, claim.scene));
  const treatments = loaded.treatments.of(placeOf(claim), envelope.receivedAtMs);
  const screened = ruleset.screen(columns, meter, history, treatments);
  meter.leaveRules();
  if (meter.nothingRan) return answer(notScreened('budget', null, known, ruleset.name), format, reply, claim);
  const { count: lineCount } = columns.lines;
  const input = { claim, lineCount, contentHash, ...screened, ruleset: ruleset.name, path: envelope.path };
  return fitting((listBytes) =>
    answer(decide({ ...input, listBytes }), format, reply, claim, screened.heldBack),
  );
}

/**
 * An answer as large as a message may be. What is our decision's and nothing else always is; the national answer says
 * it a second time in its own words, and encodings differ.
 */
function fitting(answerOf: (listBytes: number) => ScreenedClaim): ScreenedClaim {
  let { listBytes }: { listBytes: number } = decisionLimits;
  let answer = answerOf(listBytes);
  while (answer.bytes.byteLength > decisionLimits.bytes && listBytes > 0) {
    listBytes = Math.floor((listBytes * 0.9 * decisionLimits.bytes) / answer.bytes.byteLength);
    answer = answerOf(listBytes);
  }
  return answer;
}

/** The answer to a body that is not read, or that no reading survives. */
export function notScreenedUnread(
  body: Uint8Array,
  envelope: Envelope,
  cause: NotScreenedCause,
  detail: string | null,
): ScreenedClaim {
  const format = envelope.format ?? recogniseFormat(null, body);
  const decision = notScreened(cause, detail, {}, null);
  const encoded = encodeAnswer(decision, null, format, envelope.receivedAtMs);
  return told(encoded, decision, { format, envelope, claim: null, heldBack: [], screenMs: 0 });
}

function told(
  { bytes, decisionAt }: EncodedAnswer,
  decision: Decision,
  { envelope, ...screened }: ScreenedAs & { readonly envelope: Envelope },
): ScreenedClaim {
  const institution = envelope.institution ?? screened.claim?.institution.code ?? null;
  return { bytes, outcome: { ...outcomeOf(decision, screened), institution, decisionAt } };
}

function idsOf({ kind, institution, eventId, claimId }: ClaimHead): KnownIds {
  return { kind, institution: institution.code, eventId, claimId };
}

/** Why a claim that can be read is not screened; null: it is. */
function refusalOf(
  { institution, kind }: ClaimHead,
  envelope: Envelope,
): { readonly cause: NotScreenedCause; readonly detail: string } | null {
  if (envelope.institution !== null && institution.code !== envelope.institution) {
    return { cause: 'wrong-institution', detail: 'The body is not from the institution that sent it.' };
  }
  if (envelope.path === 'advisory' && kind !== 'screening') {
    return { cause: 'unreadable', detail: `An event of kind ${kind} is not screened here.` };
  }
  return null;
}

/** Whom it is about, as far as an overlay tells claims apart. */
export function placeOf({ institution, encounter }: ClaimHead): ClaimPlace {
  return { institution: institution.code, department: encounter.department };
}

interface ScreenedAs {
  readonly format: WireFormat;
  /** Null: nobody has read it. */
  readonly claim: ClaimHead | null;
  readonly heldBack: readonly string[];
  readonly screenMs: number;
}

export function outcomeOf(decision: Decision, { format, claim, heldBack, screenMs }: ScreenedAs): Outcome {
  const { findings } = decision;
  const shown = findings.every(({ effect }) => effect !== 'record')
    ? findings
    : findings.filter(({ effect }) => effect !== 'record');
  return {
    format,
    status: decision.status,
    cause: decision.cause,
    decisionId: decision.decisionId,
    institution: claim?.institution.code ?? null,
    scene: claim === null ? null : sceneOf(claim),
    decisionAt: null,
    rules: unique(findings.map(({ rule }) => rule)),
    shown: unique(shown.map(({ rule }) => rule)),
    heldBack,
    gaps: unique(decision.coverage.notEvaluated.map(({ cause }) => cause)),
    notes: unique(claim?.notes.map(({ field }) => field) ?? []),
    screenMs,
  };
}

export function sceneOf({ kind, scene }: ClaimHead): string {
  return kind === 'screening' ? String(scene ?? 'unknown') : kind;
}

function unique<T>(values: T[]): T[] {
  return values.length < 2 ? values : [...new Set(values)];
}
