/** A batch of the log: its messages one after another, each seeing what the ones before it did. */
import { AssertionFailure } from '../src/base/assert.js';
import type { Clock } from '../src/base/clock.js';
import { historyHorizonMs, Overlay, type StateReader } from '../src/history/state.js';
import type { DecideReply, DurableEntry, LogBatch, LoggedMessage } from '../src/screening/protocol/decide.js';
import { unworkable } from '../src/screening/protocol/unworkable.js';
import type { Crash } from '../src/screening/protocol.js';
import { ClaimMeter } from './claim-meter.js';
import { decideMessage, type Entry } from './decide-message.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { describeCrash } from './screen-batch.js';

/**
 * Works off the messages in their order. Nothing is written: the reply says what main has to write. What is stored
 * stays as it is meanwhile: it is read in one transaction. A bug that strikes one message costs it its screening, and
 * where reading it fails too, makes a dead letter of it. One that another node has decided may become neither: the
 * reply ends before it. A failed assertion ends the thread. `between` is called before each message.
 */
export function decideBatch(
  { messages, pending }: LogBatch,
  stored: StateReader,
  loaded: LoadedRuleset,
  progress: SharedArrayBuffer,
  clock: Clock,
  between: () => void = () => {},
): DecideReply {
  const startedMs = clock.tickMs();
  const meter = new ClaimMeter(progress, clock);
  const before = new Overlay(stored, historyHorizonMs, true);
  for (const writes of pending) before.putAll(writes);
  const batch = new Overlay(before);
  const own = new Overlay(batch);
  const crashes: Crash[] = [];
  const entries: DurableEntry[] = [];
  let failed: Crash | null = null;
  for (const [i, message] of messages.entries()) {
    meter.beginClaim(i, Number.POSITIVE_INFINITY);
    between();
    const worked = workOff(message, loaded, own, meter);
    if (worked.entry === null && message.decided !== null) {
      failed = worked.crashes[0] ?? null;
      break;
    }
    crashes.push(...worked.crashes);
    entries.push(worked.entry ?? unworkable(message));
  }
  meter.endBatch();
  return { entries, writes: batch.takeWrites(), crashes, failed, elapsedMs: clock.tickMs() - startedMs };
}

interface WorkedOff {
  /** Null: all attempts have failed. */
  readonly entry: DurableEntry | null;
  /** One for each attempt that has. */
  readonly crashes: readonly Crash[];
}

function workOff(message: LoggedMessage, loaded: LoadedRuleset, own: Overlay, meter: ClaimMeter): WorkedOff {
  const crashes: Crash[] = [];
  const attempts = message.mode === 'screen' ? [message, withoutRules(message)] : [message];
  for (const attempt of attempts) {
    own.at(message.streamMs);
    try {
      const entry = decideMessage(attempt, loaded, own, meter);
      // What is refused may have been begun.
      if (entry.deadLetter !== null) own.drop();
      return { entry: withTouched(entry, own.moveDown()), crashes };
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      own.drop();
      crashes.push(describeCrash(error, loaded.ruleset.ruleIds[meter.rule] ?? null));
    }
  }
  return { entry: null, crashes };
}

/** Written out: there is one for every message. */
function withTouched(
  { decisionId, kind, status, bytes, firstSeq, deadLetter, parts = notApart, outcome }: Entry,
  touched: DurableEntry['touched'],
): DurableEntry {
  return { decisionId, kind, status, bytes, firstSeq, deadLetter, parts, touched, outcome };
}

const notApart: DurableEntry['parts'] = [];

function withoutRules(message: LoggedMessage): LoggedMessage {
  return { ...message, mode: 'without-rules' };
}
