/** Requests and replies of the durable path as bytes. */
import { claimFields } from '../../claim/fields.js';
import { type DeadLetter, deadLetterReasons } from '../../decision/receipt.js';
import { type RecordName, stateTables, type Write } from '../../history/state.js';
import type { Crash, JudgedUnder, Slab } from '../protocol.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import {
  type DecideReply,
  type DecideRequest,
  type DurableEntry,
  entryStatuses,
  type LogBatch,
  type LoggedMessage,
  workModes,
} from './decide.js';
import type { HeldWrites } from './held-writes.js';
import { readOutcome, writeOutcome } from './reply.js';
import { readUnder, writeUnder } from './request.js';
import { formatWords, wordsOf } from './words.js';

const modeWords = wordsOf(workModes);
const kindWords = wordsOf(claimFields['claim.kind'].values);
const statusWords = wordsOf(entryStatuses);
const reasonWords = wordsOf(deadLetterReasons);
const tableWords = wordsOf(stateTables);

/** Of pending writes that is not a number of `held`: they follow. */
const notHeld = 0xffff_ffff;

/** `held`: what the other end of the line holds; afterwards what this names. */
export function writeDecideRequest(
  to: ByteWriter,
  { batch, ...under }: DecideRequest,
  held: HeldWrites,
): void {
  const { messages, pending } = batch;
  writeUnder(to, under);
  to.list(pending, (writes) => {
    const number = held.numberOf(writes);
    to.u32(number ?? notHeld);
    if (number === null) to.list(writes, (write) => writeWrite(to, write));
  });
  held.keepOnly(pending);
  to.u32(messages.length);
  for (const message of messages) {
    to.u8(formatWords.code(message.format));
    to.text(message.institution);
    to.f64(message.seq);
    to.f64(message.streamMs);
    to.u8(modeWords.code(message.mode));
    to.u32(message.body.byteLength);
    to.u32(message.decided?.byteLength ?? 0);
  }
  for (const { body, decided } of messages) {
    to.raw(body);
    if (decided !== null) to.raw(decided);
  }
}

/** The messages without their bodies, which stand in the slab: two parts a message, the decision after the body. */
export interface DecideRequestHead extends JudgedUnder {
  /** Bytes of what was not held are views on what was read. */
  readonly pending: LogBatch['pending'];
  readonly heads: readonly Omit<LoggedMessage, 'body' | 'decided'>[];
  readonly offsets: Slab['offsets'];
}

/** `from` then stands at the first body. `held`: by this end; afterwards what this names. */
export function readDecideRequestHead(from: ByteReader, held: HeldWrites): DecideRequestHead {
  const under = readUnder(from);
  const pending = from.list(() => {
    const number = from.u32();
    return number === notHeld ? from.list(() => readWrite(from)) : held.at(number);
  });
  held.keepOnly(pending);
  const count = from.u32();
  const offsets = new Uint32Array(2 * count + 1);
  const heads: DecideRequestHead['heads'][number][] = [];
  for (let i = 0; i < count; i++) {
    heads.push({
      format: formatWords.word(from.u8()),
      institution: from.someText(),
      seq: from.f64(),
      streamMs: from.f64(),
      mode: modeWords.some(from.u8()),
    });
    offsets[2 * i + 1] = (offsets[2 * i] as number) + from.u32();
    offsets[2 * i + 2] = (offsets[2 * i + 1] as number) + from.u32();
  }
  return { ...under, pending, heads, offsets };
}

export function writeDecideReply(to: ByteWriter, reply: DecideReply): void {
  const { entries, writes, crashes, failed, elapsedMs } = reply;
  to.f64(elapsedMs);
  to.list(entries, (entry) => writeEntry(to, entry));
  to.list(writes, (write) => writeWrite(to, write));
  to.list(crashes, (crash) => writeCrash(to, crash));
  to.u8(failed === null ? 0 : 1);
  if (failed !== null) writeCrash(to, failed);
}

/** Bytes in it are views on what `from` reads. */
export function readDecideReply(from: ByteReader): DecideReply {
  const elapsedMs = from.f64();
  const entries = from.list(() => readEntry(from));
  const writes = from.list(() => readWrite(from));
  const crashes = from.list(() => readCrash(from));
  const failed = from.u8() === 0 ? null : readCrash(from);
  from.end();
  return { entries, writes, crashes, failed, elapsedMs };
}

function writeCrash(to: ByteWriter, { rule, error, at }: Crash): void {
  to.text(rule);
  to.text(error);
  to.text(at);
}

function readCrash(from: ByteReader): Crash {
  return { rule: from.text(), error: from.someText(), at: from.someText() };
}

function writeEntry(to: ByteWriter, entry: DurableEntry): void {
  to.text(entry.decisionId);
  to.u8(kindWords.code(entry.kind));
  to.u8(statusWords.code(entry.status));
  to.bytes(entry.bytes);
  to.f64(entry.firstSeq ?? -1);
  to.u8(reasonWords.code(entry.deadLetter?.reason ?? null));
  to.text(entry.deadLetter?.detail ?? null);
  to.list(entry.parts, (part) => to.bytes(part));
  to.list(entry.touched, (name) => writeName(to, name));
  to.u8(entry.outcome === null ? 0 : 1);
  if (entry.outcome !== null) writeOutcome(to, entry.outcome);
}

function readEntry(from: ByteReader): DurableEntry {
  const [decisionId, kind] = [from.someText(), kindWords.word(from.u8())];
  const [status, bytes, first] = [statusWords.some(from.u8()), from.bytes(), from.f64()];
  return {
    decisionId,
    kind,
    status,
    bytes,
    firstSeq: first < 0 ? null : first,
    deadLetter: readDeadLetter(from),
    parts: from.list(() => from.bytes()),
    touched: from.list(() => readName(from)),
    outcome: from.u8() === 0 ? null : readOutcome(from),
  };
}

function readDeadLetter(from: ByteReader): DeadLetter | null {
  const reason = reasonWords.word(from.u8());
  const detail = from.text();
  return reason === null ? null : { reason, detail };
}

function writeWrite(to: ByteWriter, { table, key, value }: Write): void {
  writeName(to, [table, key]);
  to.u8(value === null ? 0 : 1);
  if (value !== null) to.bytes(value);
}

function readWrite(from: ByteReader): Write {
  const [table, key] = readName(from);
  return { table, key, value: from.u8() === 0 ? null : from.bytes() };
}

function writeName(to: ByteWriter, [table, key]: RecordName): void {
  to.u8(tableWords.code(table));
  to.bytes(key);
}

function readName(from: ByteReader): RecordName {
  return [tableWords.some(from.u8()), from.bytes()];
}
