/** The entry in DECISIONS of one message of CLAIMS: subject, headers and bytes. */
import { crc32 } from 'node:zlib';
import { assert } from '../base/assert.js';
import type { LogMessage } from '../nats/claims-log.js';
import { decisionsSubject } from '../nats/subjects.js';
import type { DurableEntry } from '../screening/protocol/decide.js';
import { header, interfaceVersion } from '../screening/terms.js';
import { unknownInstitution } from './advice.js';
import type { Answer } from './decision-publisher.js';
import { partMessages } from './sale-parts.js';

export const entryHeader = {
  messageId: 'Nats-Msg-Id',
  sequence: 'Claimgate-Sequence',
  duplicateOf: 'Claimgate-Duplicate-Of',
  kind: 'Claimgate-Kind',
  content: 'Claimgate-Content',
  /** How many messages it was taken apart into, where it was. */
  parts: 'Claimgate-Parts',
} as const;

/** Clocks of the servers that keep the two streams may differ by so much. */
const skewMs = 5_000;

/** By what an entry knows the body of its message again: length and CRC-32, which costs next to nothing. */
export function contentMark(body: Uint8Array): string {
  return `${body.byteLength}-${crc32(body).toString(16).padStart(8, '0')}`;
}

/**
 * `body`: of the message. `first`: what was published for `entry.firstSeq`; null where that is gone, or was never. Of
 * an event whose first message the stream does not have (0) this entry is the one that counts, as far as the stream
 * can tell.
 */
export function answerTo(
  seq: number,
  institution: string | null,
  body: Uint8Array,
  entry: DurableEntry,
  first: Answer | null,
): Answer {
  const { decisionId, firstSeq, kind, deadLetter, parts } = entry;
  const status = first?.headers[header.status] ?? entry.status;
  const subject = decisionsSubject(institution ?? unknownInstitution, status);
  assert(subject.ok, 'institution and status of an entry stand in a subject');
  const headers = {
    // The broker would take an event that came again for the same entry.
    [entryHeader.messageId]: firstSeq === null ? decisionId : `${decisionId}:${seq}`,
    [entryHeader.sequence]: String(seq),
    ...(firstSeq === null || firstSeq === 0 ? {} : { [entryHeader.duplicateOf]: String(firstSeq) }),
    [entryHeader.kind]: kind ?? 'unknown',
    ...(parts.length === 0 ? {} : { [entryHeader.parts]: String(parts.length) }),
    [entryHeader.content]: contentMark(body),
    [header.status]: status,
    [header.version]: interfaceVersion,
    [header.contentType]: 'application/json; charset=utf-8',
  };
  const answer = { seq, subject: subject.value, headers, bytes: first?.bytes ?? entry.bytes, deadLetter };
  if (parts.length === 0 || institution === null) return answer;
  return { ...answer, parts: partMessages(institution, seq, decisionId, parts) };
}

/** The sequence in CLAIMS that an entry speaks of; null where it is no entry of ours. */
export function sequenceOf(entry: LogMessage): number | null {
  const seq = Number(entry.header(entryHeader.sequence) ?? Number.NaN);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}

/**
 * Whether an entry that names a message's sequence speaks of that message. A broker that has lost the end of CLAIMS
 * gives its sequences out again: what was stored before the message speaks of another one, and so does what was made of
 * another body. Entries of earlier versions do not say of which.
 */
export function speaksOf(
  entry: LogMessage,
  { streamMs, data }: Pick<LogMessage, 'streamMs' | 'data'>,
): boolean {
  if (entry.streamMs < streamMs - skewMs) return false;
  const mark = entry.header(entryHeader.content);
  return mark === null || mark === contentMark(data);
}

/** Whether two entries that name one sequence, a mark of each, may speak of one message; null: it does not say. */
export function mayBeOne(mark: string | null, other: string | null): boolean {
  return mark === null || other === null || mark === other;
}

/** Whether an entry speaks of another message than ours of the same sequence. */
export function speaksOfAnother(entry: LogMessage, own: Pick<Answer, 'headers'>): boolean {
  return !mayBeOne(entry.header(entryHeader.content), own.headers[entryHeader.content] ?? null);
}

const all = [...Object.values(entryHeader), header.status, header.version, header.contentType];

/** An entry that another node has published, as we would publish it. */
export function answerSeen(seq: number, entry: LogMessage): Answer {
  const headers = all.flatMap((name): [string, string][] => {
    const value = entry.header(name);
    return value === null ? [] : [[name, value]];
  });
  const { subject, data } = entry;
  // Its dead letter, if any, is the decider's to publish.
  return {
    seq,
    subject,
    headers: Object.fromEntries(headers),
    bytes: Uint8Array.from(data),
    deadLetter: null,
  };
}
