/**
 * What has been committed, on its way to DECISIONS: batch after batch in order. While one is on its way the next are
 * decided; how many may wait here is bounded.
 */
import type { LogMessage } from '../nats/claims-log.js';
import type { Answer, DecisionPublisher, Place } from './decision-publisher.js';

/** Batches, and their answers and parts: parts of messages of several sales can be many times as large as these. */
const mostWaiting = { batches: 16, bytes: 32 * 1024 * 1024 } as const;

export interface Consignment {
  readonly answers: readonly Answer[];
  /** Messages of CLAIMS that are at hand, by sequence: a dead letter holds one whole. */
  readonly messages: ReadonlyMap<number, LogMessage>;
}

export interface OutboxOptions {
  readonly publisher: Pick<DecisionPublisher, 'publish'>;
  readonly streamCreated: string;
  /** Everything up to the last of these is published; `places`: where each stands in DECISIONS. */
  readonly published: (answers: readonly Answer[], places: readonly Place[]) => void;
  /** Told once, so that nobody waits for more messages while nothing is published any more. */
  readonly onFailure: () => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #tail: Promise<void> = Promise.resolve();
  readonly #waiting = { batches: 0, bytes: 0 };
  #problem: Error | null = null;
  #roomAgain: () => void = () => {};

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(consignment: Consignment): void {
    const bytes = bytesOf(consignment);
    this.#waiting.batches += 1;
    this.#waiting.bytes += bytes;
    this.#tail = this.#tail.then(async () => {
      await this.#send(consignment);
      this.#waiting.batches -= 1;
      this.#waiting.bytes -= bytes;
      this.#roomAgain();
    });
  }

  /** Resolves when another batch may be added. Rejects when one could not be published: then none after it is. */
  async room(): Promise<void> {
    while (this.#problem === null && !this.#hasRoom) {
      await new Promise<void>((resolve) => (this.#roomAgain = resolve));
    }
    if (this.#problem !== null) throw this.#problem;
  }

  /** Resolves when everything added is published. Rejects likewise. */
  async empty(): Promise<void> {
    await this.#tail;
    if (this.#problem !== null) throw this.#problem;
  }

  get #hasRoom(): boolean {
    return this.#waiting.batches < mostWaiting.batches && this.#waiting.bytes < mostWaiting.bytes;
  }

  async #send({ answers, messages }: Consignment): Promise<void> {
    try {
      if (this.#problem !== null) return;
      const { publisher, streamCreated, published } = this.#options;
      const sent = await publisher.publish(answers, messages, streamCreated);
      if (!sent.ok) throw unpublished(`message ${sent.error.seq} of CLAIMS: ${sent.error.message}`);
      published(answers, sent.value);
    } catch (error) {
      this.#problem = error instanceof Error ? error : new Error(String(error));
      this.#options.onFailure();
    }
  }
}

function bytesOf({ answers }: Consignment): number {
  let bytes = 0;
  for (const answer of answers) {
    bytes += answer.bytes.byteLength;
    for (const { data } of answer.parts ?? []) bytes += data.byteLength;
  }
  return bytes;
}

/** `reason`: what an operator may read of it; nothing of a person is in it. */
function unpublished(reason: string): Error {
  return Object.assign(new Error(reason), { reason });
}
