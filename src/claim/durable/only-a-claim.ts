/**
 * The short way for the commonest event: a native settlement that says nothing beyond its claim, which a faster
 * reader may then read. Told from the bytes, without parsing.
 */
import { assert } from '../../base/assert.js';
import type { Claim } from '../claim.js';
import type { WireFormat } from '../formats/wire-format.js';
import type { DurableEvent } from './durable-event.js';
import { ownRecords, withOwnNotes } from './finish-event.js';

/** The keys that events of other kinds than fees and stock add to the native form. */
const additions = ['chargeBatch', 'bills', 'traces'] as const;

/** In MessagePack a text follows its length: alone in a byte, or within the byte that says "short text". */
const packedKeys = additions.flatMap((name) =>
  [0xa0 + name.length, name.length].map((length) => Buffer.from([length, ...Buffer.from(name)])),
);

/** Parts of the keys suffice, and are found sooner where they begin with a rare letter. */
const textKeys = ['Batch', 'bills', 'traces'].map((part) => Buffer.from(part));

/** A letter of a key may be written so, which would hide the key. */
const escapedLetter = Buffer.from('\\u00');

/**
 * Whether `readEvent` would say of these bytes, be they an event or none, no more than `readClaim`: then `eventOfClaim`
 * makes the event. Holds for all kinds but fees and stock. `format`: as recognised. Never true by mistake; false also
 * where such a word merely stands in a value, and for every national message.
 */
export function isOnlyAClaim(bytes: Uint8Array, format: WireFormat): boolean {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'native-msgpack') return !hasOneOf(body, packedKeys);
  return format === 'native-json' && !hasOneOf(body, textKeys) && !body.includes(escapedLetter);
}

function hasOneOf(body: Buffer, words: readonly Buffer[]): boolean {
  for (const word of words) if (body.includes(word)) return true;
  return false;
}

/** The event of a claim that is all that its message says. The claim is no event of fees or stock. */
export function eventOfClaim(claim: Claim, format: WireFormat): DurableEvent {
  assert(claim.kind !== 'fees' && claim.kind !== 'stock', 'fees and stock say more than a claim');
  return {
    claim: withOwnNotes(claim, []),
    format,
    chargeBatches: claim.lines.map(() => null),
    recordIds: claim.kind === 'sale' ? ownRecords(claim) : [],
    deletes: null,
    bills: claim.kind === 'settlement' ? null : [],
    traces: [],
    stock: null,
  };
}
