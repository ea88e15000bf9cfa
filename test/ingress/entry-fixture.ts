import { contentMark } from '../../src/egress/decision-entry.js';
import type { LogMessage } from '../../src/nats/claims-log.js';

interface EntryShape {
  /** In DECISIONS. */
  readonly at: number;
  readonly streamMs?: number;
  readonly bytes?: number;
  /** Of the message; left out: the entry does not say, as those of earlier versions. */
  readonly body?: Uint8Array;
}

/** An entry of DECISIONS for a message of CLAIMS. */
export function entryOf(seq: number, { at, streamMs = 0, bytes = 0, body }: EntryShape): LogMessage {
  const headers = new Map([
    ['Claimgate-Sequence', String(seq)],
    ['Nats-Msg-Id', `D${seq}`],
  ]);
  if (body !== undefined) headers.set('Claimgate-Content', contentMark(body));
  return {
    seq: at,
    streamMs,
    subject: 'claimgate.decisions.H35010200417.pass',
    data: new Uint8Array(bytes),
    header: (name) => headers.get(name) ?? null,
  };
}

/** A message of CLAIMS as far as entries are compared with it. */
export function messageOf(seq: number, streamMs = 0, text = '{}') {
  return { seq, streamMs, data: Buffer.from(text) };
}
