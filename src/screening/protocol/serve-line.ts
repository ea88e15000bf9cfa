/**
 * The thread's end of its line: sleeps until main asks, answers, sleeps again. Never returns; the thread may be killed
 * between any two lines. A question is in the shared memory, or on the port where it is rare or too large.
 */
import { receiveMessageOnPort } from 'node:worker_threads';
import { assert } from '../../base/assert.js';
import type { BatchReply, BatchRequest, LineEnds, LineMessage, LoadReply, LoadRequest } from '../protocol.js';
import { lineCell } from '../protocol.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { writeReply } from './reply.js';
import { readRequestHead } from './request.js';

export interface Duties {
  readonly load: (request: LoadRequest) => LoadReply;
  readonly screen: (batch: Omit<BatchRequest, 'progress'>) => BatchReply;
}

export function serveLine(line: LineEnds, duties: Duties): never {
  const cells = new Int32Array(line.cells);
  const desk = new Desk(line);
  for (let seen = 0; ; ) {
    Atomics.wait(cells, lineCell.asked, seen);
    const asked = Atomics.load(cells, lineCell.asked);
    if (asked === seen) continue;
    seen = asked;
    const question = desk.receive(Atomics.load(cells, lineCell.request));
    if ('artifact' in question) line.port.postMessage(duties.load(question));
    else {
      const { length, overflow } = desk.write(duties.screen(question));
      Atomics.store(cells, lineCell.reply, length);
      line.port.postMessage(overflow, overflow === null ? [] : [overflow]);
    }
  }
}

/** What the thread keeps from batch to batch, so that none of it is allocated anew. */
class Desk {
  readonly #line: LineEnds;
  readonly #request: Buffer;
  readonly #reply: ByteWriter;
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
  receive(length: number): LoadRequest | Omit<BatchRequest, 'progress'> {
    if (length > 0) return this.#batch(this.#request.subarray(0, length));
    const message = receiveMessageOnPort(this.#line.port)?.message as LineMessage | undefined;
    assert(message !== undefined, 'main has asked, and there is no question');
    return message instanceof ArrayBuffer ? this.#batch(Buffer.from(message, 0, -length)) : message;
  }

  write(reply: BatchReply): ByteWriter {
    this.#reply.restart();
    writeReply(this.#reply, reply);
    return this.#reply;
  }

  #batch(request: Buffer): Omit<BatchRequest, 'progress'> {
    const reader = new ByteReader(request);
    const head = readRequestHead(reader);
    return { ...head, bytes: this.#takeOver(reader.rest()) };
  }

  #takeOver(bodies: Uint8Array): ArrayBuffer {
    const fits = bodies.byteLength <= this.#bodies.byteLength;
    // One that does not fit is rare and large, so it is not kept.
    const own = fits ? this.#bodies : Buffer.from(new ArrayBuffer(bodies.byteLength));
    own.set(bodies);
    return own.buffer as ArrayBuffer;
  }
}
