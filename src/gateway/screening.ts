/** What the screening routes share: from a request with a raw body to an answer of `screen`. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.js';
import { ServiceError } from '../base/errors.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import type { EdgeEvents, RouteName } from '../ops/events.js';
import { type Budgets, deadlinesOf, type Route } from '../screening/budget.js';
import type { Envelope } from '../screening/protocol.js';
import {
  type Answer,
  answerHeaders,
  header,
  institutionNamed,
  type Refuse,
  readTerms,
  type Screen,
} from '../screening/terms.js';
import { inTurn, type QuickAnswer } from './quick-route.js';

/** What a screening route is given to call. */
export interface ScreeningDoor {
  readonly screen: Screen;
  readonly refuse: Refuse;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly events: EdgeEvents;
  /** Called with every answer that is a decision, once it has been handed over. */
  readonly copy: (answer: Answer, durationMs: number) => void;
}

const empty = new Uint8Array(0);

/** The body as received; a request without one has an empty body, which the worker finds unreadable. */
export function rawBody(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : empty;
}

/** Reads what the headers say. `format`: what the route takes the body for. Throws ServiceError. */
export function openRequest(
  headers: IncomingHttpHeaders,
  door: ScreeningDoor,
  route: Route,
  format: WireFormat | null,
): Envelope {
  const terms = readTerms({
    contentType: null,
    budget: one(headers[named.budget]),
    version: one(headers[named.version]),
  });
  if (!terms.ok) throw new ServiceError(terms.error);
  const institution = institutionNamed(headers[named.institution]);
  if (!institution.ok) throw new ServiceError(institution.error);
  const { clock, budgets } = door;
  return {
    format,
    institution: institution.value,
    path: 'advisory',
    // The body is complete here: how long it travelled is not ours to count.
    receivedAtMs: clock.wallMs(),
    ...deadlinesOf(clock.tickMs(), route, budgets, terms.value.callerBudgetMs),
  };
}

/** An answer with its headers, to be counted once it is sent. `startedMs`: tick of receipt. */
export function quickAnswer(
  answer: Answer,
  door: ScreeningDoor,
  route: RouteName,
  startedMs: number,
): QuickAnswer {
  const { outcome, bytes } = answer;
  const durationMs = door.clock.tickMs() - startedMs;
  return {
    headers: inTurn(answerHeaders(outcome, durationMs)),
    bytes,
    sent: () => {
      door.events.requestAnswered({ transport: 'http', route, outcome, durationMs });
      door.copy(answer, durationMs);
    },
  };
}

/** As Node names them. */
const named = {
  budget: header.budget.toLowerCase(),
  version: header.version.toLowerCase(),
  institution: header.institution.toLowerCase(),
} as const;

function one(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
