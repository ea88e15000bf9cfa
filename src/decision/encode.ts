/**
 * A decision as the bytes that its sender expects. Equal decisions give equal bytes: no clock is asked here.
 */
import { packWire } from '../base/wire.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import { noReply, type ReplyContext } from '../claim/unreadable.js';
import { notScreened } from './decide.js';
import type { Decision, NotScreenedCause } from './decision.js';
import { encodeGbkJson } from './encoders/gbk.js';
import { inContractOrder } from './encoders/native.js';
import { type NationalOptions, nationalAnswer } from './encoders/nhsa.js';

const utf8 = new TextEncoder();

/**
 * Encodes a decision in the format of its request. `reply`: what the national answer repeats (null: it names
 * no one). `receivedAtMs`: wall clock of receipt, the national answer's times; null leaves them empty.
 */
export function encodeDecision(
  decision: Decision,
  reply: ReplyContext | null,
  format: WireFormat,
  receivedAtMs: number | null,
  options: NationalOptions = { partialAsFailure: false },
): Uint8Array {
  const ordered = inContractOrder(decision);
  if (format === 'native-msgpack') return packWire(ordered);
  if (format === 'native-json') return utf8.encode(JSON.stringify(ordered));
  const text = JSON.stringify(nationalAnswer(ordered, reply ?? noReply, receivedAtMs, options));
  return format === 'nhsa-gbk' ? encodeGbkJson(text) : utf8.encode(text);
}

/** The answer to a body that was not read: no ids, no echo. Cheap enough for the main thread. */
export function encodeNotScreened(
  format: WireFormat,
  cause: NotScreenedCause,
  receivedAtMs: number | null = null,
): Uint8Array {
  return encodeDecision(notScreened(cause, null, {}, null), null, format, receivedAtMs);
}
