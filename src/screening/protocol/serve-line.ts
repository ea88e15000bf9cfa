/**
 * The thread's end of its line: sleeps until main asks, answers, sleeps again. Never returns; the thread may be killed
 * between any two lines. A question is in the shared memory, or on the port where it is rare or too large.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '../../base/assert.js';
import {
  type BatchReply,
  type BatchRequest,
  type LineEnds,
  type LineMessage,
  type LoadReply,
  type LoadRequest,
  lineCell,
  lineQuestion,
} from '../protocol.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { copyBytes } from './copy-bytes.js';
import type { DecideReply, DecideRequest } from './decide.js';
import { readDecideRequestHead, writeDecideReply } from './decide-codec.js';
import { HeldWrites } from './held-writes.js';
import { writeReply } from './reply.js';
import { readRequestHead } from './request.js';
import {
  type CompareReply,
  type CompareRequest,
  readCompareRequestHead,
  writeCompareReply,
} from './shadow.js';

/** What a thread does; one that screens compares nothing, and the other way round. */
export interface Duties {
  readonly load: (request: LoadRequest) => LoadReply;
  readonly screen?: (batch: Omit<BatchRequest, 'progress'>) => BatchReply;
  readonly decide?: (request: DecideRequest) => DecideReply;
  readonly compare?: (request: CompareRequest) => CompareReply;
}

type Question =
  | { readonly ask: 'load'; readonly request: LoadRequest }
  | { readonly ask: 'screen'; readonly batch: Omit<BatchRequest, 'progress'> }
  | { readonly ask: 'decide'; readonly request: DecideRequest }
  | { readonly ask: 'compare'; readonly request: CompareRequest };

export function serveLine(line: LineEnds, duties: Duties): never {
  const cells = new Int32Array(line.cells);
  const desk = new Desk(line);
  for (let seen = 0; ; ) {
    Atomics.wait(cells, lineCell.asked, seen);
    const asked = Atomics.load(cells, lineCell.asked);
    if (asked === seen) continue;
    seen = asked;
    const question = desk.receive(Atomics.load(cells, lineCell.request));
    if (question.ask === 'load') line.port.postMessage(duties.load(question.request));
    else {
      const { length, overflow } = answer(question, duties, desk);
      Atomics.store(cells, lineCell.reply, length);
      line.port.postMessage(overflow, overflow === null ? [] : [overflow]);
    }
  }
}

function answer(
  question: Exclude<Question, { readonly ask: 'load' }>,
  duties: Duties,
  desk: Desk,
): ByteWriter {
  const { screen, decide, compare } = duties;
  if (question.ask === 'screen' && screen) return desk.writeScreened(screen(question.batch));
  if (question.ask === 'decide' && decide) return desk.writeDecided(decide(question.request));
  assert(question.ask === 'compare' && compare !== undefined, `nobody is asked to ${question.ask} here`);
  return desk.writeCompared(compare(question.request));
}

/** What the thread keeps from batch to batch, so that none of it is allocated anew. */
class Desk {
  readonly #line: LineEnds;
  readonly #request: Buffer;
  readonly #reply: ByteWriter;
  readonly #held = new HeldWrites();
  /**
   * The bodies, copied out of the shared memory: readers may do with them what cannot be done with shared bytes,
   * and never see them change.
   */
  #bodies: Buffer;

  constructor(line: LineEnds) {
    this.#line = line;
    this.#request = Buffer.from(line.request);
    this.#reply = new ByteWriter(line.reply);
    this.#bodies = Buffer.from(new ArrayBuffer(line.request.byteLength));
  }

  /** `length`: see `lineCell`. */
  receive(length: number): Question {
    if (length > 0) return this.#read(this.#request.subarray(0, length));
    const message = receiveMessageOnPort(this.#line.port)?.message as LineMessage | undefined;
    assert(message !== undefined, 'main has asked, and there is no question');
    if (message instanceof ArrayBuffer) return this.#read(Buffer.from(message, 0, -length));
    return { ask: 'load', request: message };
  }

  writeScreened(reply: BatchReply): ByteWriter {
    this.#reply.restart();
    writeReply(this.#reply, reply);
    return this.#reply;
  }

  writeDecided(reply: DecideReply): ByteWriter {
    this.#reply.restart();
    writeDecideReply(this.#reply, reply);
    this.#held.add(reply.writes);
    return this.#reply;
  }

  writeCompared(reply: CompareReply): ByteWriter {
    this.#reply.restart();
    writeCompareReply(this.#reply, reply);
    return this.#reply;
  }

  #read(request: Buffer): Question {
    const reader = new ByteReader(request);
    const asked = reader.u8();
    if (asked === lineQuestion.decide) return { ask: 'decide', request: this.#messages(request) };
    if (asked === lineQuestion.compare) {
      const head = readCompareRequestHead(reader);
      return { ask: 'compare', request: { ...head, bytes: this.#takeOver(reader.rest()) } };
    }
    const head = readRequestHead(reader);
    return { ask: 'screen', batch: { ...head, bytes: this.#takeOver(reader.rest()) } };
  }

  #messages(request: Buffer): DecideRequest {
    // Copied whole: readers of bodies and records do with them what cannot be done with shared bytes.
    const own = Buffer.from(this.#takeOver(request), 0, request.byteLength);
    const reader = new ByteReader(own);
    reader.u8();
    const { pending, heads, offsets, ...under } = readDecideRequestHead(reader, this.#held);
    const bodies = reader.rest();
    const part = (i: number): Uint8Array => {
      const [from, to] = [offsets[i] as number, offsets[i + 1] as number];
      return new Uint8Array(bodies.buffer, bodies.byteOffset + from, to - from);
    };
    const messages = heads.map((head, i) => {
      const decidedElsewhere = head.mode === 'follow' || head.mode === 'skip';
      const decided = decidedElsewhere ? part(2 * i + 1) : null;
      return { ...head, body: part(2 * i), decided };
    });
    return { ...under, batch: { messages, pending } };
  }

  #takeOver(bodies: Uint8Array): ArrayBuffer {
    const fits = bodies.byteLength <= this.#bodies.byteLength;
    // One that does not fit is rare and large, so it is not kept.
    const own = fits ? this.#bodies : Buffer.from(new ArrayBuffer(bodies.byteLength));
    copyBytes(bodies, own, 0);
    return own.buffer as ArrayBuffer;
  }
}
