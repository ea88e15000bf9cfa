/**
 * Publishes what has been committed: the entry in DECISIONS of every message of CLAIMS, and before some of them a dead
 * letter, or the parts that the message was taken apart into. What is given twice is published twice, byte for byte;
 * the ids in its headers make it one. A broker takes what we make, or is refused at start. Where one takes less all the
 * same, because it was changed later or an earlier version has made the entry, entry and letter go shortened, and a
 * part that is too large makes a dead letter of the message that it was taken from: nothing may hold up what comes
 * after it.
 */
import { fail, ok, type Result } from '../base/result.js';
import { withoutLists } from '../decision/without-lists.js';
import type { LogMessage } from '../nats/claims-log.js';
import type { Confirmed, ConfirmedPublisher, Outgoing, PublishProblem } from '../nats/confirmed-publisher.js';
import { type DeadLetterReason, deadLetterOf, withoutBody } from './dead-letter.js';
import { entryHeader, sequenceOf, speaksOf } from './decision-entry.js';

/** As the store holds it. */
export interface Answer {
  /** Of the message in CLAIMS. */
  readonly seq: number;
  readonly subject: string;
  /** `Nats-Msg-Id` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly deadLetter: DeadLetterReason | null;
  /** Messages that this one was taken apart into. The store does not keep them: see `ingress/parts-again.ts`. */
  readonly parts?: readonly Outgoing[];
  /** It was taken apart, and CLAIMS no longer holds what its parts could be made of, or this version makes others. */
  readonly partsLost?: true;
}

export interface DecisionPublisherOptions {
  readonly publisher: Pick<ConfirmedPublisher, 'publish'>;
  /** A message of CLAIMS; null: it is there no more. Fails with a sentence. */
  readonly messageAt: (seq: number) => Promise<Result<LogMessage | null, string>>;
  /** An entry of DECISIONS; likewise. */
  readonly entryAt: (place: number) => Promise<Result<LogMessage | null, string>>;
  /** A dead letter could not be published again, since CLAIMS no longer holds its message. */
  readonly onLetterGone?: (seq: number) => void;
  /** Entry or letter of a message was too large for the broker and is stored shortened; `why` is its sentence. */
  readonly onShortened?: (seq: number, why: string) => void;
  /**
   * A part of a message was too large for broker or stream, and the message is a dead letter for it. `isNew`: the
   * letter was not there yet.
   */
  readonly onPartTooLarge?: (seq: number, why: string, isNew: boolean) => void;
  /** Parts of a message cannot be published again; `entry`: the place in DECISIONS that names it. */
  readonly onPartsLost?: (seq: number, entry: number) => void;
}

export interface Place {
  /** In DECISIONS. */
  readonly entry: number;
  /** An entry of this id was there already: ours, or another's, who decided the message before we could say so. */
  readonly wasThere: boolean;
  /** Message id of the entry, where it is not the answer's own. */
  readonly id?: string;
}

export interface Unpublished {
  readonly seq: number;
  /** `unreadable-stream`: CLAIMS or DECISIONS cannot be asked for what is needed; try again. */
  readonly kind: PublishProblem['kind'] | 'unreadable-stream';
  readonly message: string;
}

const partTooLarge = 'too-large';

export class DecisionPublisher {
  readonly #options: DecisionPublisherOptions;

  constructor(options: DecisionPublisherOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the streams have stored everything, with the place in DECISIONS of each entry; or with the first
   * that could not be published: the rest is settled by then too. Dead letters and parts come first: once the entry is
   * there, nobody publishes them again. `messages`: those of CLAIMS that are at hand; others are fetched where needed.
   */
  async publish(
    answers: readonly Answer[],
    messages: ReadonlyMap<number, LogMessage>,
    streamCreated: string,
  ): Promise<Result<readonly Place[], Unpublished>> {
    const first = answers
      .filter(({ deadLetter, parts = [] }) => deadLetter !== null || parts.length > 0)
      .flatMap((answer) => this.#beforeEntry(answer, messages, streamCreated));
    const unsent = first.length === 0 ? undefined : (await Promise.all(first)).find(({ ok: is }) => !is);
    if (unsent?.ok === false) return unsent;
    const places: Place[] = [];
    const doubtful: number[] = [];
    for (const entry of await Promise.all(answers.map((answer) => this.#entry(answer)))) {
      if (!entry.ok) return entry;
      if (entry.value.wasThere) doubtful.push(places.length);
      places.push(entry.value);
    }
    const looked = doubtful.map(async (i) => {
      const own = await this.#ofItsOwn(answers[i] as Answer, places[i] as Place, messages);
      if (own.ok) places[i] = own.value;
      return own;
    });
    const problem = (await Promise.all(looked)).find(({ ok: is }) => !is);
    if (problem?.ok === false) return problem;
    for (const [i, { seq, partsLost }] of answers.entries()) {
      if (partsLost === true) this.#options.onPartsLost?.(seq, (places[i] as Place).entry);
    }
    return ok(places);
  }

  #entry({ seq, subject, headers, bytes }: Answer): Promise<Result<Place, Unpublished>> {
    return this.#sendOrShorten(seq, { subject, headers, data: bytes }, (whole) => {
      return { ...whole, data: withoutLists(bytes) };
    });
  }

  /**
   * The broker has an entry of this id already. Where that is of another message, of an end of CLAIMS that it has lost,
   * this message has none yet, and nobody could follow beyond it: it is published under another id.
   */
  async #ofItsOwn(
    answer: Answer,
    place: Place,
    messages: ReadonlyMap<number, LogMessage>,
  ): Promise<Result<Place, Unpublished>> {
    const { seq, headers } = answer;
    if (headers[entryHeader.sequence] === undefined) return ok(place);
    const atHand = messages.get(seq);
    const [there, message] = await Promise.all([
      this.#options.entryAt(place.entry),
      atHand === undefined ? this.#options.messageAt(seq) : ok(atHand),
    ]);
    if (!there.ok) return fail({ seq, kind: 'unreadable-stream', message: there.error });
    if (!message.ok) return fail({ seq, kind: 'unreadable-stream', message: message.error });
    if (there.value === null || message.value === null) return ok(place);
    if (sequenceOf(there.value) === seq && speaksOf(there.value, message.value)) return ok(place);
    const id = `${headers[entryHeader.messageId]}:${seq}:${message.value.streamMs}`;
    const sent = await this.#entry({ ...answer, headers: { ...headers, [entryHeader.messageId]: id } });
    return sent.ok ? ok({ ...sent.value, id }) : sent;
  }

  #beforeEntry(
    answer: Answer,
    messages: ReadonlyMap<number, LogMessage>,
    streamCreated: string,
  ): readonly Promise<Result<unknown, Unpublished>>[] {
    const letter = async (answer: Answer) => this.#letter(answer, messages, streamCreated);
    const parts = (answer.parts ?? []).map(async (part) => {
      const sent = await this.#send(answer.seq, part);
      if (sent.ok || sent.error.kind !== 'too-large') return sent;
      // Tried again when the broker takes more, the message gives the same parts; those that are in count once.
      const deadLetter = { reason: partTooLarge, detail: `A sale: ${sent.error.message}.` };
      const stored = await letter({ ...answer, deadLetter });
      const isNew = stored.ok && stored.value?.wasThere === false;
      this.#options.onPartTooLarge?.(answer.seq, sent.error.message, isNew);
      return stored;
    });
    return answer.deadLetter === null ? parts : [...parts, letter(answer)];
  }

  /** Null: there is nothing to make a letter of. */
  async #letter(
    { seq, deadLetter }: Answer,
    messages: ReadonlyMap<number, LogMessage>,
    streamCreated: string,
  ): Promise<Result<Place | null, Unpublished>> {
    const atHand = messages.get(seq);
    const found = atHand === undefined ? await this.#options.messageAt(seq) : ok(atHand);
    if (!found.ok) return fail({ seq, kind: 'unreadable-stream', message: found.error });
    if (found.value === null) this.#options.onLetterGone?.(seq);
    if (found.value === null || deadLetter === null) return ok(null);
    const letter = deadLetterOf(found.value, deadLetter, streamCreated);
    return await this.#sendOrShorten(seq, letter, withoutBody);
  }

  async #sendOrShorten(
    seq: number,
    whole: Outgoing,
    shorten: (whole: Outgoing) => Outgoing,
  ): Promise<Result<Place, Unpublished>> {
    const sent = await this.#send(seq, whole);
    if (sent.ok || sent.error.kind !== 'too-large') return sent;
    const short = await this.#send(seq, shorten(whole));
    if (short.ok) this.#options.onShortened?.(seq, sent.error.message);
    return short;
  }

  async #send(seq: number, outgoing: Outgoing): Promise<Result<Place, Unpublished>> {
    const sent: Result<Confirmed, PublishProblem> = await this.#options.publisher.publish(outgoing);
    if (!sent.ok) return fail({ seq, ...sent.error });
    const { sequence, duplicate } = sent.value;
    return ok({ entry: sequence, wasThere: duplicate });
  }
}
