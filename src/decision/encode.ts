/**
 * A decision as the bytes that its sender expects. Equal decisions give equal bytes: no clock is asked here.
 */
import { assert } from '../base/assert.js';
import { packWire } from '../base/wire.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import { noReply, type ReplyContext } from '../claim/unreadable.js';
import { notScreened } from './decide.js';
import type { Decision, NotScreenedCause } from './decision.js';
import { encodeGbkJson } from './encoders/gbk.js';
import { inContractOrder } from './encoders/native.js';
import { type NationalOptions, nationalAnswer } from './encoders/nhsa.js';

const utf8 = new TextEncoder();

export interface EncodedAnswer {
  readonly bytes: Uint8Array;
  /** Where the native decision stands in them, in their charset; null: they are nothing else. */
  readonly decisionAt: ByteRange | null;
}

export interface ByteRange {
  readonly from: number;
  /** The first byte after it. */
  readonly to: number;
}

/**
 * Encodes a decision in the format of its request. `reply`: what the national answer repeats (null: it names
 * no one). `receivedAtMs`: wall clock of receipt, the national answer's times; null leaves them empty.
 */
export function encodeAnswer(
  decision: Decision,
  reply: ReplyContext | null,
  format: WireFormat,
  receivedAtMs: number | null,
  options: NationalOptions = { partialAsFailure: false },
): EncodedAnswer {
  const ordered = inContractOrder(decision);
  if (format === 'native-msgpack') return { bytes: packWire(ordered), decisionAt: null };
  const text = JSON.stringify(ordered);
  if (format === 'native-json') return { bytes: utf8.encode(text), decisionAt: null };
  const around = JSON.stringify(nationalAnswer(ordered, reply ?? noReply, receivedAtMs, options));
  return wrapped(around, text, format);
}

/** The bytes alone. */
export function encodeDecision(...what: Parameters<typeof encodeAnswer>): Uint8Array {
  return encodeAnswer(...what).bytes;
}

/** What ends the national answer after our decision: `output`, then the answer. */
const end = '}}';

/** Written once, as the last of the answer's `output`, so that it can be told apart from what names the patient. */
function wrapped(around: string, decision: string, format: 'nhsa-json' | 'nhsa-gbk'): EncodedAnswer {
  assert(around.endsWith(end), 'the national answer ends with its output');
  const head = `${around.slice(0, -end.length)},"decision":`;
  if (format === 'nhsa-gbk') {
    const parts = [encodeGbkJson(head), encodeGbkJson(decision), utf8.encode(end)] as const;
    return within(new Uint8Array(Buffer.concat(parts)), parts[1].byteLength);
  }
  return within(utf8.encode(`${head}${decision}${end}`), Buffer.byteLength(decision));
}

function within(bytes: Uint8Array, length: number): EncodedAnswer {
  const to = bytes.byteLength - end.length;
  return { bytes, decisionAt: { from: to - length, to } };
}

/** The answer to a body that was not read: no ids, no echo. Cheap enough for the main thread. */
export function encodeNotScreened(
  format: WireFormat,
  cause: NotScreenedCause,
  receivedAtMs: number | null = null,
): Uint8Array {
  return encodeDecision(notScreened(cause, null, {}, null), null, format, receivedAtMs);
}
