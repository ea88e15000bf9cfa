/** From what workers made of a batch to one commit of the store. */
import { answerSeen, answerTo, entryHeader } from '../egress/decision-entry.js';
import type { Answer } from '../egress/decision-publisher.js';
import type { Commit, HistoryStore, Position } from '../history/store.js';
import type { LogMessage } from '../nats/claims-log.js';
import { settlingInstitution } from '../nats/subjects.js';
import type { DecideReply, DurableEntry, LoggedMessage } from '../screening/protocol/decide.js';
import type { EntrySource } from './decided-entries.js';

/** What is to be published for a batch; where an entry is in `decided` already, that one as it is. */
export function answersTo(
  batch: readonly LoggedMessage[],
  read: ReadonlyMap<number, LogMessage>,
  decided: EntrySource,
  { entries }: DecideReply,
  store: Pick<HistoryStore, 'answerOf' | 'answerApart'>,
): readonly Answer[] {
  const made = new Map<number, Answer>();
  batch.forEach(({ seq, streamMs, body }, i) => {
    const message = read.get(seq);
    const seen = message === undefined ? null : decided.for(message);
    const entry = entries[i] as DurableEntry;
    const first = firstAnswer(entry, made, streamMs, store);
    const institution = settlingInstitution(message?.subject ?? '');
    made.set(seq, seen === null ? answerTo(seq, institution, body, entry, first) : answerSeen(seq, seen));
  });
  return [...made.values()];
}

/** What was published for an event when it came first; null: it comes for the first time, or that is gone. */
function firstAnswer(
  { firstSeq, decisionId }: DurableEntry,
  made: ReadonlyMap<number, Answer>,
  streamMs: number,
  store: Pick<HistoryStore, 'answerOf' | 'answerApart'>,
): Answer | null {
  if (firstSeq === null) return null;
  if (firstSeq === 0) return store.answerApart(decisionId, streamMs);
  const known = made.get(firstSeq) ?? store.answerOf(firstSeq, streamMs);
  // A state that an earlier version has bound to another stream may name another message's.
  return known?.headers[entryHeader.messageId]?.startsWith(decisionId) === true ? known : null;
}

/** `after`: what else of the position the batch has moved. */
export function commitOf(
  batch: readonly LoggedMessage[],
  read: ReadonlyMap<number, LogMessage>,
  { writes, entries }: DecideReply,
  answers: readonly Answer[],
  after: Position,
): Commit {
  const last = batch.at(-1) as LoggedMessage;
  return {
    base: after.committed,
    writes,
    answers,
    expiry: batch.map(({ seq, streamMs }, i) => ({ seq, streamMs, records: entries[i]?.touched ?? [] })),
    position: {
      ...after,
      committed: last.seq,
      streamMs: last.streamMs,
      messageMs: read.get(last.seq)?.streamMs ?? null,
    },
  };
}
