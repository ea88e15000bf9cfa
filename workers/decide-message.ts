/**
 * One message of the log, from its bytes to the bytes of its decision and what it does to the state. Deterministic:
 * the same message on the same state and rule set gives the same bytes on every node.
 */
import { sha256Hex } from '../src/base/hash.js';
import type { Claim } from '../src/claim/claim.js';
import type { ClaimColumns } from '../src/claim/columns/claim-columns.js';
import { columnsOf } from '../src/claim/columns/fill-columns.js';
import type { DurableEvent } from '../src/claim/durable/durable-event.js';
import { splitSales } from '../src/claim/durable/split-sales.js';
import { deadLetterId, encodeDeadLetterReceipt } from '../src/decision/dead-letter-entry.js';
import { decide, decisionIdOf, notScreened, retracting } from '../src/decision/decide.js';
import type { Decision } from '../src/decision/decision.js';
import { encodeDecision } from '../src/decision/encode.js';
import { type DeadLetter, encodeReceipt } from '../src/decision/receipt.js';
import { splitEntry } from '../src/decision/split-entry.js';
import {
  type Applied,
  applyEvent,
  type StandingFinding,
  type When,
} from '../src/history/events/apply-event.js';
import { assemble } from '../src/history/events/assemble.js';
import { ledgerOf, recordLedger } from '../src/history/events/ledger-record.js';
import { stateSource } from '../src/history/source.js';
import type { State } from '../src/history/state.js';
import { nothingScreened, type Ruleset } from '../src/ruleset/runtime/screened.js';
import type { DurableEntry, LoggedMessage } from '../src/screening/protocol/decide.js';
import type { ClaimMeter } from './claim-meter.js';
import { type Decided, isWithoutEffect, readDecided, standingIn } from './decided-elsewhere.js';
import { dead, objectionTo, objectionToSender } from './objections.js';
import { type ReadMessage, readMessage } from './read-message.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { outcomeOf, placeOf } from './screen-claim.js';

export type Entry = Omit<DurableEntry, 'touched' | 'parts'> & Partial<Pick<DurableEntry, 'parts'>>;

/** What is known of a message; facts of its body are null as long as nobody has read it. */
interface Known {
  readonly message: LoggedMessage;
  /** By another node; null: it is decided here. */
  readonly elsewhere: Decided | null;
  readonly contentHash: string;
  readonly kind: Claim['kind'] | null;
  readonly eventId: string | null;
  readonly claimId: string | null;
}

/**
 * Works off one message. `state` takes what it does; a throw is a bug, and what it has written by then must be
 * dropped.
 */
export function decideMessage(
  message: LoggedMessage,
  loaded: LoadedRuleset,
  state: State,
  meter: ClaimMeter,
): Entry {
  const elsewhere = message.decided === null ? null : readDecided(message.decided);
  // Its body is not looked at: reading it may be what the decider could not do.
  if (elsewhere !== null && (message.mode === 'skip' || isWithoutEffect(elsewhere)))
    return passedOver(elsewhere, message.decided as Uint8Array);
  const contentHash = sha256Hex(message.body);
  const unread: Known = { message, elsewhere, contentHash, kind: null, eventId: null, claimId: null };
  const read = readMessage(message, loaded);
  if (!read.ok) {
    const { code, eventId, claimId, message: detail } = read.error;
    const known: Known = { ...unread, eventId, claimId };
    return code === 'several-sales' ? apart(known) : deadLetter(known, dead('unreadable', detail));
  }
  const { event } = read.value;
  const { kind, eventId, claimId } = event.claim;
  const known: Known = { ...unread, kind, eventId, claimId };
  const objection = objectionTo(event, message.institution);
  if (objection !== null) return deadLetter(known, objection);
  return decideReadable(read.value, known, loaded, state, meter);
}

/** Each of its sales becomes a message of its own; it does nothing itself, and the same when it comes again. */
function apart(known: Known): Entry {
  const { message, contentHash } = known;
  const split = splitSales(message.body, message.format);
  if (!split.ok) return deadLetter(known, dead('unreadable', split.error));
  const { kind, institution, eventId } = split.value;
  const objection = objectionToSender(institution, eventId, message.institution);
  if (objection !== null) return deadLetter({ ...known, kind }, objection);
  const parts = split.value.parts.map(({ bytes }) => bytes);
  const whole = { institution: message.institution, seq: message.seq, contentHash, kind, eventId };
  return { ...splitEntry(whole, parts.length), kind, firstSeq: null, deadLetter: null, parts, outcome: null };
}

function decideReadable(
  { event, columns }: ReadMessage,
  known: Known,
  loaded: LoadedRuleset,
  state: State,
  meter: ClaimMeter,
): Entry {
  const { message, elsewhere, contentHash, eventId } = known;
  const earlier = ledgerOf(message.institution, eventId as string, state);
  if (earlier !== null) {
    if (earlier.contentHash === contentHash) {
      if (earlier.seq === 0) renewLedger(known, earlier.decisionId, state);
      return again(known, earlier.decisionId, earlier.seq);
    }
    const detail = 'An event with this id and other content came before.';
    return deadLetter(known, { reason: 'conflicting-content', detail });
  }
  const when: When = {
    seq: message.seq,
    streamMs: message.streamMs,
    institution: message.institution,
    contentHash,
    isDecided: elsewhere !== null,
  };
  const claim = assemble(event, state);
  // Held fees make another claim of it than the one that was read.
  const asRead = claim === event.claim ? columns : null;
  const judged = claim === null ? null : judge(claim, asRead, known, loaded, state, meter);
  const findings = elsewhere === null ? standing(judged?.decision ?? null) : standingIn(elsewhere);
  const applied = applyEvent(event, claim, findings, when, state);
  if (applied.note === 'too-many-fees' || applied.note === 'too-many-refunds')
    return deadLetter(known, { reason: applied.note, detail: applied.detail });
  const entry = judged === null ? receipt(known, applied) : decided(known, judged, applied.retracts, event);
  const { seq, streamMs } = message;
  const { decisionId } = entry;
  recordLedger(message.institution, eventId as string, { contentHash, decisionId, seq, streamMs }, state);
  return entry;
}

interface Judged {
  readonly decision: Decision;
  /** See the outcome's. */
  readonly heldBack: readonly string[];
}

/** The durable path has no budget; main's watchdog ends what does not end. */
function judge(
  claim: Claim,
  columns: ClaimColumns | null,
  { message, contentHash }: Known,
  { ruleset, treatments }: LoadedRuleset,
  state: State,
  meter: ClaimMeter,
): Judged {
  if (message.mode === 'without-rules') {
    const { kind, eventId, claimId } = claim;
    const ids = { kind, eventId, claimId, institution: message.institution, contentHash };
    const decision = notScreened('worker', 'Screening this claim ended its worker.', ids, ruleset.name);
    return { decision, heldBack: [] };
  }
  // A follower takes the findings from the decision that counts.
  const screened =
    message.mode === 'follow'
      ? nothingScreened
      : ruleset.screen(
          columns ?? ownColumns(claim, ruleset),
          meter,
          stateSource(state),
          treatments.of(placeOf(claim), message.streamMs),
        );
  meter.leaveRules();
  const decision = decide({
    claim,
    lineCount: claim.lines.length,
    contentHash,
    ...screened,
    ruleset: ruleset.name,
    path: 'durable',
  });
  return { decision, heldBack: screened.heldBack };
}

/** Of a claim that the reader has not read. */
function ownColumns(claim: Claim, { items }: Ruleset): ClaimColumns {
  items.beginClaim();
  return columnsOf(claim, items);
}

function standing(decision: Decision | null): readonly StandingFinding[] {
  return (decision?.findings ?? []).map(({ findingId, lines }) => ({
    findingId,
    violating: lines.filter(({ role }) => role === 'violating').map(({ id }) => id),
  }));
}

function decided(
  { message, elsewhere }: Known,
  judged: Judged,
  retracts: Applied['retracts'],
  { format, claim }: DurableEvent,
): Entry {
  const decision = retracting(judged.decision, retracts);
  const { findings } = decision;
  // Where something still stands, that is what readers of a status look for.
  const isRetracted = findings.length > 0 && findings.every(({ findingId }) => retracts.includes(findingId));
  const { status } = elsewhere ?? decision;
  return {
    decisionId: decision.decisionId as string,
    kind: decision.kind,
    status: isRetracted ? 'retracted' : status,
    bytes: encodeDecision(decision, null, 'native-json', null),
    firstSeq: null,
    deadLetter: null,
    outcome:
      message.mode === 'follow'
        ? null
        : outcomeOf(decision, { format, claim, heldBack: judged.heldBack, screenMs: 0 }),
  };
}

function receipt({ message, contentHash, kind, eventId, claimId }: Known, applied: Applied): Entry {
  const decisionId = decisionIdOf(message.institution, eventId, contentHash, kind as Claim['kind']);
  const status = applied.retracts.length > 0 ? 'retracted' : 'receipt';
  const { note, detail, retracts } = applied;
  const bytes = encodeReceipt({
    decisionId,
    kind,
    // What undoes a claim is found under that claim.
    claimId: applied.claimId ?? claimId,
    eventId,
    status,
    note,
    detail,
    reason: null,
    retracts,
  });
  return { decisionId, kind, status, bytes, firstSeq: null, deadLetter: null, outcome: null };
}

/** The stream it was decided in is gone, or that part of it: from here on this message stands for it. */
function renewLedger({ message, contentHash, eventId }: Known, decisionId: string, state: State): void {
  const { institution, seq, streamMs } = message;
  recordLedger(institution, eventId as string, { contentHash, decisionId, seq, streamMs }, state);
}

/** The same event again: answered with what it was answered with, and where that is gone, with this. */
function again({ kind, eventId, claimId }: Known, decisionId: string, firstSeq: number): Entry {
  const detail = 'This event has been decided before.';
  const bytes = encodeReceipt({
    decisionId,
    kind,
    claimId,
    eventId,
    status: 'receipt',
    // Whoever follows and has never seen the event still has to take in what it does.
    note: firstSeq === 0 ? 'decided-before' : 'duplicate',
    detail,
    reason: null,
    retracts: [],
  });
  return { decisionId, kind, status: 'receipt', bytes, firstSeq, deadLetter: null, outcome: null };
}

/** What another node has decided, and what did nothing there. */
function passedOver({ decisionId, kind }: Decided, bytes: Uint8Array): Entry {
  return {
    decisionId: decisionId as string,
    kind,
    status: 'receipt',
    bytes,
    firstSeq: null,
    deadLetter: null,
    outcome: null,
  };
}

function deadLetter({ message, contentHash, kind, eventId, claimId }: Known, letter: DeadLetter): Entry {
  const { institution, seq } = message;
  const lost = { institution, seq, contentHash, kind, eventId, claimId };
  return {
    decisionId: deadLetterId(lost),
    kind,
    status: 'receipt',
    bytes: encodeDeadLetterReceipt(lost, letter),
    firstSeq: null,
    deadLetter: letter,
    outcome: null,
  };
}
