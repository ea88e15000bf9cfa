/** Gathers the messages of one thread until there are enough for a batch, in memory that threads give back. */
import type { SourceMessage } from './source.js';
import type { Batch } from './thread-protocol.js';
import type { Timed } from './timeline.js';

const most = { messages: 256, bytes: 512 * 1024 } as const;
/** A body seldom needs more than what is left when a batch is not yet full. */
const usualBytes = 640 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;

/** Memory of batches that are over: fresh memory is cleared first, which costs more than writing into it. */
export class SpareMemory {
  readonly #spare: Bytes[] = [];

  /** At least this many bytes, whatever is in them. */
  take(bytes: number): Bytes {
    const spare = bytes <= usualBytes ? this.#spare.pop() : undefined;
    return spare ?? new Uint8Array(Math.max(bytes, usualBytes));
  }

  /** What was made for a large body is not kept. */
  give(bytes: Bytes): void {
    if (bytes.length === usualBytes) this.#spare.push(bytes);
  }
}

export class BatchMaker {
  static readonly most = most;
  readonly #spare: SpareMemory;
  #nextId = 0;
  #bytes: Bytes = new Uint8Array(0);
  #used = 0;
  #columns = emptyColumns();

  constructor(spare: SpareMemory) {
    this.#spare = spare;
  }

  get isFull(): boolean {
    return this.#columns.ends.length >= most.messages || this.#used >= most.bytes;
  }

  get isEmpty(): boolean {
    return this.#columns.ends.length === 0;
  }

  /** Copies the body. `ties`: see `tie`. */
  add(
    { seq, place, format, institution, body }: SourceMessage,
    { fate, day, streamMs }: Timed,
    ties: number,
  ): void {
    const start = this.#used;
    const end = start + body.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(body, start);
    this.#used = end;
    const columns = this.#columns;
    columns.ends.push(end);
    columns.seqs.push(seq);
    columns.places.push(place);
    columns.days.push(day);
    columns.streamMs.push(streamMs);
    columns.formats.push(format);
    columns.institutions.push(institution);
    columns.judged.push(fate === 'judged' ? 1 : 0);
    columns.ties.push(ties);
  }

  take(): Batch {
    const batch = { id: this.#nextId++, bytes: this.#bytes, ...this.#columns };
    this.#columns = emptyColumns();
    this.#bytes = new Uint8Array(0);
    this.#used = 0;
    return batch;
  }

  #grow(bytes: number): void {
    const larger = this.#spare.take(bytes);
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#spare.give(this.#bytes);
    this.#bytes = larger;
  }
}

type Columns = { [Name in Exclude<keyof Batch, 'id' | 'bytes'>]: Batch[Name][number][] };

function emptyColumns(): Columns {
  return {
    ends: [],
    seqs: [],
    places: [],
    days: [],
    streamMs: [],
    formats: [],
    institutions: [],
    judged: [],
    ties: [],
  };
}
