/**
 * Advisory screening over NATS: takes requests from the queue group, has them screened, answers. Subscribed
 * only once the workers are warm. Leaving: no new requests, answers for those already here, then done.
 */
import type { Clock } from '../base/clock.js';
import { errorCodes } from '../base/errors.js';
import { fail, ok, type Result } from '../base/result.js';
import type { NotScreenedCause } from '../decision/decision.js';
import type { CopyAdvice } from '../egress/advice.js';
import type { Incoming, NatsLink, Subscribed, SubscriptionWatch } from '../nats/connection.js';
import { institutionOf, screenQueueGroup, screenWildcard } from '../nats/subjects.js';
import type { EdgeEvents, RefusalReason } from '../ops/events.js';
import { type Budgets, deadlinesOf } from '../screening/budget.js';
import type { Envelope } from '../screening/protocol.js';
import {
  type Answer,
  answerHeaders,
  header,
  type Refuse,
  readTerms,
  type Screen,
  type Terms,
  type TermsProblem,
} from '../screening/terms.js';

export interface ResponderOptions {
  readonly link: NatsLink;
  readonly screen: Screen;
  readonly refuse: Refuse;
  readonly maxBodyBytes: number;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly events: EdgeEvents;
  /** Of what was screened, and of what had no time or room to be. */
  readonly copy: CopyAdvice;
}

interface Refusal {
  readonly reason: RefusalReason;
  readonly cause: NotScreenedCause;
  readonly detail: string;
}

export class ScreenResponder {
  readonly #options: ResponderOptions;
  #subscribed: Subscribed | null = null;
  #stopped = false;
  #inFlight = 0;
  #idle: (() => void) | null = null;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /**
   * Begins to take requests, unless stopped before; `watch` is told whether the broker lets it. Only on a
   * link that is up.
   */
  start(watch: SubscriptionWatch = {}): void {
    if (this.#stopped) return;
    const handle = (message: Incoming) => void this.#handle(message);
    this.#subscribed = this.#options.link.subscribe(screenWildcard, screenQueueGroup, handle, watch);
  }

  /** Takes no more requests and resolves when the last one here is answered and the broker has the answer. */
  async stop(): Promise<void> {
    const { link } = this.#options;
    this.#stopped = true;
    await this.#subscribed?.drain();
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (link.connected) await link.flush();
  }

  async #handle(message: Incoming): Promise<void> {
    const { clock, events, screen } = this.#options;
    const receivedMs = clock.tickMs();
    if (message.reply === null) {
      // Nobody would read the answer, so nothing is computed; a durable event has a subject of its own.
      events.requestRefused({ transport: 'nats', reason: 'no-reply-subject' });
      return;
    }
    const opened = this.#open(message, receivedMs);
    if (!opened.ok) return this.#refuse(message, opened.error, receivedMs);
    this.#inFlight += 1;
    try {
      this.#answer(message, opened.value, await screen(message.data, opened.value), receivedMs);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#idle?.();
    }
  }

  #open(message: Incoming, receivedMs: number): Result<Envelope, Refusal> {
    const { maxBodyBytes } = this.#options;
    const institution = institutionOf(message.subject);
    if (institution === null) {
      const detail = 'The subject names no institution code.';
      return fail({ reason: 'invalid-institution', cause: 'wrong-institution', detail });
    }
    if (message.data.byteLength > maxBodyBytes) {
      const detail = `A request may be ${maxBodyBytes} bytes long.`;
      return fail({ reason: 'too-large', cause: 'too-large', detail });
    }
    const terms = termsOf(message);
    if (!terms.ok) {
      return fail({ reason: terms.error, cause: 'unreadable', detail: `${errorCodes[terms.error].title}.` });
    }
    return ok(this.#envelope(receivedMs, institution, terms.value));
  }

  #envelope(receivedMs: number, institution: string | null, terms: Terms): Envelope {
    const { clock, budgets } = this.#options;
    return {
      format: terms.format,
      institution,
      path: 'advisory',
      receivedAtMs: clock.wallMs(),
      ...deadlinesOf(receivedMs, 'native', budgets, terms.callerBudgetMs),
    };
  }

  #answer(message: Incoming, envelope: Envelope, answer: Answer, receivedMs: number): void {
    const { clock, events, refuse, copy } = this.#options;
    const durationMs = clock.tickMs() - receivedMs;
    const sent = message.respond(answer.bytes, answerHeaders(answer.outcome, durationMs));
    if (!sent.ok) events.answerLost({ reason: sent.error, bytes: answer.bytes.byteLength });
    if (!sent.ok && sent.error === 'too-large') {
      const detail = 'The answer is larger than the broker lets through.';
      const refused = refuse(message.data, envelope, 'too-large', detail);
      message.respond(refused.bytes, answerHeaders(refused.outcome, durationMs));
    }
    events.requestAnswered({ transport: 'nats', route: 'screen', outcome: answer.outcome, durationMs });
    copy(answer, durationMs);
  }

  #refuse(message: Incoming, { reason, cause, detail }: Refusal, receivedMs: number): void {
    const { clock, events, refuse } = this.#options;
    const terms = termsOf(message);
    const envelope = this.#envelope(receivedMs, null, terms.ok ? terms.value : noTerms);
    const answer = refuse(message.data, envelope, cause, detail);
    message.respond(answer.bytes, answerHeaders(answer.outcome, clock.tickMs() - receivedMs));
    events.requestRefused({ transport: 'nats', reason });
  }
}

const noTerms: Terms = { format: null, callerBudgetMs: null };

function termsOf(message: Incoming): Result<Terms, TermsProblem> {
  return readTerms({
    contentType: message.header(header.contentType),
    budget: message.header(header.budget),
    version: message.header(header.version),
  });
}
