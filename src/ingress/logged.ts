/** Messages of CLAIMS as workers are given them. */
import { unknownInstitution } from '../egress/advice.js';
import { entryHeader } from '../egress/decision-entry.js';
import type { LogMessage } from '../nats/claims-log.js';
import { settlingInstitution } from '../nats/subjects.js';
import type { LoggedMessage, WorkMode } from '../screening/protocol/decide.js';
import { formatOf, header } from '../screening/terms.js';
import type { EntrySource } from './decided-entries.js';

/**
 * `decided`: the entries in DECISIONS that count; a message without one is to be decided here.
 * `clockMs`: the stream time that the message before had. A broker's clock may step back; ours does not.
 */
export function logged(
  messages: readonly LogMessage[],
  clockMs: number,
  decided: EntrySource,
): readonly LoggedMessage[] {
  let latestMs = clockMs;
  return messages.map((message): LoggedMessage => {
    latestMs = Math.max(latestMs, message.streamMs);
    const entry = decided.for(message);
    const format = formatOf(message.header(header.contentType));
    return {
      body: message.data,
      // A type that nobody knows says nothing; the bytes do.
      format: format.ok ? format.value : null,
      institution: settlingInstitution(message.subject) ?? unknownInstitution,
      seq: message.seq,
      streamMs: latestMs,
      mode: entry === null ? 'screen' : modeAfter(entry),
      decided: entry?.data ?? null,
    };
  });
}

/** An event that came again did nothing where it was decided; its entry may repeat the whole first decision. */
function modeAfter(entry: LogMessage): WorkMode {
  return entry.header(entryHeader.duplicateOf) === null ? 'follow' : 'skip';
}
