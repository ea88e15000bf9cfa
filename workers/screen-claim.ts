/** The heart: one claim, from its bytes to the bytes of its decision. Synchronous and forgetful. */
import type { Clock } from '../src/base/clock.js';
import { sha256Hex } from '../src/base/hash.js';
import type { ClaimHead } from '../src/claim/columns/claim-columns.js';
import type { WireFormat } from '../src/claim/formats/wire-format.js';
import { type ReplyContext, recogniseFormat } from '../src/claim/read-claim.js';
import { decide, type KnownIds, notScreened } from '../src/decision/decide.js';
import type { Decision, NotScreenedCause } from '../src/decision/decision.js';
import { encodeDecision } from '../src/decision/encode.js';
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
): ScreenedClaim {
  const startedMs = clock.tickMs();
  if (startedMs >= envelope.deadlineMs) return notScreenedUnread(body, envelope, 'budget', null);
  const { ruleset, reader } = loaded;
  const answer = (
    decision: Decision,
    format: WireFormat,
    reply: ReplyContext | null,
    claim: ClaimHead | null,
  ) => {
    const partialAsFailure = loaded.partialAsFailure.has(claim?.institution.code ?? '');
    const bytes = encodeDecision(decision, reply, format, envelope.receivedAtMs, { partialAsFailure });
    return { bytes, outcome: outcomeOf(decision, format, claim, clock.tickMs() - startedMs) };
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
  const screened = ruleset.screen(columns, meter);
  meter.leaveRules();
  if (meter.nothingRan) return answer(notScreened('budget', null, known, ruleset.name), format, reply, claim);
  const decision = decide({
    claim,
    lineCount: columns.lines.count,
    contentHash,
    ...screened,
    ruleset: ruleset.name,
    path: envelope.path,
  });
  return answer(decision, format, reply, claim);
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
  const bytes = encodeDecision(decision, null, format, envelope.receivedAtMs);
  return { bytes, outcome: outcomeOf(decision, format, null, 0) };
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

function outcomeOf(
  decision: Decision,
  format: WireFormat,
  claim: ClaimHead | null,
  screenMs: number,
): Outcome {
  return {
    format,
    status: decision.status,
    cause: decision.cause,
    decisionId: decision.decisionId,
    rules: unique(decision.findings.map(({ rule }) => rule)),
    gaps: unique(decision.coverage.notEvaluated.map(({ cause }) => cause)),
    notes: unique(claim?.notes.map(({ field }) => field) ?? []),
    screenMs,
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
