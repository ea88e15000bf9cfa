/** What was or will be published for a message, as the table of answers keeps it. */
import type { EpochMs } from '../../base/calendar.js';
import { setTouched } from '../state.js';

export interface PublishedAnswer {
  /** Of the message in the stream of claims. */
  readonly seq: number;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly deadLetter: { readonly reason: string; readonly detail: string | null } | null;
}

const headAt = 12;

/** Stream time of the message, length of the head, the head as JSON, the bytes. */
export function packAnswer(answer: PublishedAnswer, streamMs: EpochMs): Uint8Array {
  const { subject, headers, deadLetter, bytes } = answer;
  const head = Buffer.from(JSON.stringify([subject, headers, deadLetter]));
  // Of the pool: one is packed for every message, and memory of its own costs more than what is written into it.
  const packed = Buffer.allocUnsafe(headAt + head.length + bytes.length);
  setTouched(packed, streamMs);
  packed.writeUInt32BE(head.length, 8);
  packed.set(head, headAt);
  packed.set(bytes, headAt + head.length);
  return packed;
}

/** The answer, whose bytes are views of `packed`. */
export function unpackAnswer(seq: number, packed: Uint8Array): PublishedAnswer {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const end = headAt + buffer.readUInt32BE(8);
  const [subject, headers, deadLetter] = JSON.parse(buffer.toString('utf8', headAt, end)) as [
    PublishedAnswer['subject'],
    PublishedAnswer['headers'],
    PublishedAnswer['deadLetter'],
  ];
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset + end, packed.byteLength - end);
  return { seq, subject, headers, deadLetter, bytes };
}

/** Keys of answers ascend by sequence. */
export function sequenceKey(seq: number): Uint8Array {
  const key = new Uint8Array(8);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.floor(seq / 0x1_0000_0000));
  view.setUint32(4, seq >>> 0);
  return key;
}

export function sequenceOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return view.getUint32(0) * 0x1_0000_0000 + view.getUint32(4);
}
