/**
 * Trying dead letters again: each as a new event of its institution, whole, that names the letter it comes
 * from.
 */
import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../base/hash.js';
import { fail, ok, type Result } from '../base/result.js';
import { bodyLeftOut } from '../egress/dead-letter.js';
import { ConfirmedPublisher } from '../nats/confirmed-publisher.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { settleSubject } from '../nats/subjects.js';
import { letterHeader, retryOf } from './deadletter-letters.js';

/** Same id, other content: as it is it would end here again. */
export const conflicting = 'conflicting-content';
const withinMs = 10_000;

export class LetterRetries {
  readonly #publisher: ConfirmedPublisher;
  /** The broker drops a message that we send it twice, and not one of a later run. */
  readonly #run = randomBytes(6).toString('hex');
  readonly #sent = new Set<string>();

  constructor(link: NatsLink) {
    this.#publisher = new ConfirmedPublisher({ link });
  }

  /**
   * Whether an equal letter of the same institution was sent in this run: a retry that failed is a letter
   * again.
   */
  isRepetition(letter: LogMessage): boolean {
    return this.#sent.has(contentOf(letter));
  }

  /** The sequence in CLAIMS; fails with a sentence. */
  async send(letter: LogMessage): Promise<Result<number, string>> {
    const institution = letter.header(letterHeader.institution);
    if (institution === null) return fail('names no institution, so nobody could have sent it');
    if (letter.header(bodyLeftOut) !== null) {
      const where = letter.header(letterHeader.sequence);
      return fail(`holds no body, since the broker did not take it: it is message ${where} of CLAIMS`);
    }
    const subject = settleSubject(institution);
    if (!subject.ok) return subject;
    const contentType = letter.header(letterHeader.contentType);
    const headers = {
      [letterHeader.messageId]: `retry:${letter.seq}:${this.#run}`,
      [retryOf]: String(letter.seq),
      ...(contentType === null ? {} : { [letterHeader.contentType]: contentType }),
    };
    const sent = await this.#publisher.publish(
      { subject: subject.value, data: letter.data, headers },
      withinMs,
    );
    if (!sent.ok) return fail(`was not taken by the broker: ${sent.error.message}`);
    this.#sent.add(contentOf(letter));
    return ok(sent.value.sequence);
  }

  close(): void {
    this.#publisher.close();
  }
}

function contentOf(letter: LogMessage): string {
  return `${letter.header(letterHeader.institution)} ${sha256Hex(letter.data)}`;
}
