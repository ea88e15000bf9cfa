/**
 * A batch as bytes: its rule set and overlay, what main knows of each claim, and then the bodies, one after another,
 * so that the worker takes them over as one piece.
 */
import type { Envelope, JudgedUnder, Slab, UnreadClaim } from '../protocol.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { formatWords, pathWords } from './words.js';

export interface RequestHead extends JudgedUnder {
  readonly envelopes: readonly Envelope[];
  /** n + 1 offsets of the bodies into what follows the head. */
  readonly offsets: Slab['offsets'];
}

export function writeRequest(to: ByteWriter, under: JudgedUnder, claims: readonly UnreadClaim[]): void {
  writeUnder(to, under);
  to.u32(claims.length);
  for (const { envelope, body } of claims) {
    to.u32(body.byteLength);
    writeEnvelope(to, envelope);
  }
  for (const { body } of claims) to.raw(body);
}

/** The head; `from` then stands at the first body. */
export function readRequestHead(from: ByteReader): RequestHead {
  const under = readUnder(from);
  const count = from.u32();
  const offsets = new Uint32Array(count + 1);
  const envelopes: Envelope[] = [];
  for (let i = 0; i < count; i++) {
    offsets[i + 1] = (offsets[i] as number) + from.u32();
    envelopes.push(readEnvelope(from));
  }
  return { ...under, envelopes, offsets };
}

export function writeUnder(to: ByteWriter, { rulesetId, overlay }: JudgedUnder): void {
  to.text(rulesetId);
  to.text(overlay);
}

export function readUnder(from: ByteReader): JudgedUnder {
  return { rulesetId: from.someText(), overlay: from.someText() };
}

function writeEnvelope(to: ByteWriter, envelope: Envelope): void {
  const { format, institution, path, receivedAtMs, deadlineMs, stageDeadlines } = envelope;
  to.u8(formatWords.code(format));
  to.u8(pathWords.code(path));
  to.text(institution);
  to.f64(receivedAtMs);
  to.f64(deadlineMs);
  to.u8(stageDeadlines === null ? 0 : 1);
  if (stageDeadlines === null) return;
  to.f64(stageDeadlines.preMs);
  to.f64(stageDeadlines.midMs);
}

function readEnvelope(from: ByteReader): Envelope {
  return {
    format: formatWords.word(from.u8()),
    path: pathWords.some(from.u8()),
    institution: from.text(),
    receivedAtMs: from.f64(),
    deadlineMs: from.f64(),
    stageDeadlines: from.u8() === 0 ? null : { preMs: from.f64(), midMs: from.f64() },
  };
}
