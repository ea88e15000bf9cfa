/**
 * Main's end of the line to one thread. Piscina would do (it starts and replaces the threads), but its round trip
 * clones every task; here a batch is written into memory that both sides share, the thread is woken by a futex, and
 * only "done" comes back as a message. See `protocol/serve-line.ts` for the other end.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Loss } from './loss.js';
import { ByteReader } from './protocol/byte-reader.js';
import { ByteWriter } from './protocol/byte-writer.js';
import { copyBytes } from './protocol/copy-bytes.js';
import type { DecideReply, LogBatch } from './protocol/decide.js';
import { readDecideReply, writeDecideRequest } from './protocol/decide-codec.js';
import { HeldWrites } from './protocol/held-writes.js';
import { readReply } from './protocol/reply.js';
import { writeRequest } from './protocol/request.js';
import {
  type ComparedUnder,
  type CompareReply,
  readCompareReply,
  writeCompareRequest,
} from './protocol/shadow.js';
import {
  type BatchReply,
  type JudgedUnder,
  type LineAnswer,
  type LineEnds,
  type LineMessage,
  type LoadReply,
  type LoadRequest,
  lineCell,
  lineCells,
  lineQuestion,
  type UnreadClaim,
} from './protocol.js';

/** Bytes of shared memory on either way: a batch as the batcher cuts it, and its answers. More is moved. */
const sharedBytes = { request: 1_114_112, reply: 2_097_152 };

export class Line {
  /** For the thread; the port moves there. */
  readonly ends: LineEnds;
  readonly #port: MessagePort;
  readonly #cells: Int32Array;
  readonly #request: ByteWriter;
  readonly #reply: Buffer;
  readonly #held = new HeldWrites();
  #answered: ((answer: Result<LineAnswer, Loss>) => void) | null = null;
  #loss: Loss | null = null;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    const cells = new SharedArrayBuffer(lineCells * Int32Array.BYTES_PER_ELEMENT);
    const request = new SharedArrayBuffer(sharedBytes.request);
    const reply = new SharedArrayBuffer(sharedBytes.reply);
    this.ends = { cells, request, reply, port: port2 };
    this.#port = port1;
    this.#cells = new Int32Array(cells);
    this.#request = new ByteWriter(request);
    this.#reply = Buffer.from(reply);
    port1.on('message', (answer: LineAnswer) => this.#settle(ok(answer)));
    // A running task holds the process already; a thread that never came to its task must not.
    port1.unref();
  }

  /** One question at a time. Fails where the thread did not survive it. */
  async load(request: LoadRequest): Promise<Result<LoadReply, Loss>> {
    const answer = await this.#ask(0, request);
    return answer.ok ? ok(answer.value as LoadReply) : answer;
  }

  /** One question at a time; the bodies are copied before it returns. Fails where the thread did not survive it. */
  async screen(under: JudgedUnder, claims: readonly UnreadClaim[]): Promise<Result<BatchReply, Loss>> {
    this.#request.restart();
    this.#request.u8(lineQuestion.screen);
    writeRequest(this.#request, under, claims);
    const answer = await this.#askWritten();
    return answer.ok ? ok(readReply(this.#copyReply(answer.value))) : answer;
  }

  /** The same for messages of the log, in their order. */
  async decide(under: JudgedUnder, batch: LogBatch): Promise<Result<DecideReply, Loss>> {
    this.#request.restart();
    this.#request.u8(lineQuestion.decide);
    writeDecideRequest(this.#request, { ...under, batch }, this.#held);
    const answer = await this.#askWritten();
    if (!answer.ok) return answer;
    const reply = readDecideReply(this.#copyReply(answer.value));
    this.#held.add(reply.writes);
    return ok(reply);
  }

  /** Claims that have their answers, judged by two rule sets; the bodies are copied before it returns. */
  async compare(under: ComparedUnder, claims: readonly UnreadClaim[]): Promise<Result<CompareReply, Loss>> {
    this.#request.restart();
    this.#request.u8(lineQuestion.compare);
    writeCompareRequest(this.#request, under, claims);
    const answer = await this.#askWritten();
    return answer.ok ? ok(readCompareReply(this.#copyReply(answer.value))) : answer;
  }

  /** The thread is gone: what it was asked, or is asked from now on, fails at once. */
  cut(loss: Loss): void {
    this.#loss = loss;
    this.#settle(fail(loss));
    this.#port.close();
  }

  /** Asks what stands in the request. */
  #askWritten(): Promise<Result<LineAnswer, Loss>> {
    const { length, overflow } = this.#request;
    return overflow === null ? this.#ask(length) : this.#ask(-length, overflow, [overflow]);
  }

  /** `length`: see `lineCell`. */
  #ask(length: number, message?: LineMessage, moved: ArrayBuffer[] = []): Promise<Result<LineAnswer, Loss>> {
    assert(this.#answered === null, 'one question at a time');
    if (this.#loss !== null) return Promise.resolve(fail(this.#loss));
    return new Promise((resolve) => {
      this.#answered = resolve;
      if (message !== undefined) this.#port.postMessage(message, moved);
      Atomics.store(this.#cells, lineCell.request, length);
      Atomics.add(this.#cells, lineCell.asked, 1);
      Atomics.notify(this.#cells, lineCell.asked, 1);
    });
  }

  #settle(answer: Result<LineAnswer, Loss>): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }

  /** Copied out of the shared memory in one piece: the thread's next answers are written over it. */
  #copyReply(answer: LineAnswer): ByteReader {
    const moved = answer as ArrayBuffer | null;
    const length = Atomics.load(this.#cells, lineCell.reply);
    if (moved !== null) return new ByteReader(Buffer.from(moved, 0, length));
    const reply = Buffer.allocUnsafe(length);
    copyBytes(this.#reply.subarray(0, length), reply, 0);
    return new ByteReader(reply);
  }
}
