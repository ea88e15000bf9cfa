/** What the routes share that hand something in for a stream: it is stored before the caller is told so. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.js';
import { type ErrorCode, ServiceError } from '../base/errors.js';
import type { Result } from '../base/result.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import { contentTypeOf, formatOf, header, institutionNamed, interfaceVersion } from '../screening/terms.js';
import { problemType } from './problem.js';

export interface HandedIn {
  readonly stream: 'claims' | 'feedback';
  readonly institution: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Stored {
  /** In its stream. */
  readonly sequence: number;
  /** It was there already, under the same `Nats-Msg-Id`. */
  readonly duplicate: boolean;
}

export type DurableRoute = 'settlements' | 'goodsSell' | 'feedback' | 'nationalFeedback';

/** What a route that stores is given to call. */
export interface DurableDoor {
  /** Resolves when the stream has confirmed, or when the caller has waited long enough. */
  readonly store: (
    handedIn: HandedIn,
  ) => Promise<Result<Stored, 'unavailable' | 'too-large' | 'invalid-institution'>>;
  readonly clock: Clock;
  /** Both once per request; `durationMs` counts from receipt. */
  readonly stored: (route: DurableRoute, durationMs: number) => void;
  readonly unavailable: (route: DurableRoute) => void;
  /** Of a route that answers errors by itself: why it refused, and a bug as it was thrown. */
  readonly refused: (reason: ErrorCode) => void;
  readonly failed: (error: unknown) => void;
}

const named = {
  institution: header.institution.toLowerCase(),
  version: header.version.toLowerCase(),
  messageId: 'nats-msg-id',
} as const;
const longestMessageId = 300;

/** The institution that the request speaks for. Throws ServiceError. */
export function institutionOf({ headers }: FastifyRequest): string {
  const institution = institutionNamed(headers[named.institution]);
  if (!institution.ok) throw new ServiceError(institution.error);
  if (institution.value !== null) return institution.value;
  throw new ServiceError('invalid-institution', `Name the institution in ${header.institution}.`);
}

/** The headers that go into the stream with the body, as checked. Throws ServiceError. */
export function streamHeaders(
  { headers }: FastifyRequest,
  institution: string,
  body: Uint8Array,
): Readonly<Record<string, string>> {
  if ((headers[named.version] ?? interfaceVersion) !== interfaceVersion) {
    throw new ServiceError('unsupported-version');
  }
  const format = formatOf(headers['content-type'] ?? null);
  if (!format.ok) throw new ServiceError('unsupported-content-type');
  const type = typeFor(format.value);
  const messageId = headers[named.messageId];
  if (messageId === undefined) return { [header.contentType]: type, [header.version]: interfaceVersion };
  if (typeof messageId !== 'string' || !isMessageId(messageId, institution, body)) {
    const form = '<institution>:<eventId>:<first 16 hex digits of the SHA-256 of the body>';
    throw new ServiceError('malformed', `Nats-Msg-Id must be ${form}.`);
  }
  return {
    [header.contentType]: type,
    [header.version]: interfaceVersion,
    'Nats-Msg-Id': messageId,
  };
}

/** Where the type does not tell, JSON of either interface, which the worker tells apart. */
function typeFor(format: WireFormat | null): string {
  return format === null ? 'application/json' : contentTypeOf(format);
}

/**
 * The broker drops what has an id that it has seen, in the whole stream: an id in another form could swallow another
 * hospital's event, or the correction of one.
 */
function isMessageId(text: string, institution: string, body: Uint8Array): boolean {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const [start, end] = [`${institution}:`, `:${hash}`];
  const eventIdLength = text.length - start.length - end.length;
  const framed = text.startsWith(start) && text.endsWith(end) && eventIdLength > 0;
  return framed && text.length <= longestMessageId && /^[\x21-\x7e]+$/.test(text);
}

/** Stores what was handed in and answers: 202, 503, or a ServiceError. `startedMs`: tick of receipt. */
export async function storeAndAnswer(
  reply: FastifyReply,
  door: DurableDoor,
  route: DurableRoute,
  startedMs: number,
  handedIn: HandedIn,
): Promise<FastifyReply> {
  const stored = await door.store(handedIn);
  if (stored.ok) {
    door.stored(route, door.clock.tickMs() - startedMs);
    return sendStored(reply, stored.value);
  }
  if (stored.error !== 'unavailable') throw new ServiceError(stored.error);
  door.unavailable(route);
  return sendUnavailable(reply);
}

/** 202 with the sequence. */
function sendStored(reply: FastifyReply, stored: Stored): FastifyReply {
  return reply
    .code(202)
    .headers({ [header.contentType]: 'application/json; charset=utf-8', [header.version]: interfaceVersion })
    .send(Buffer.from(JSON.stringify(stored)));
}

/** 503: the stream has not confirmed, and sending the same again is right. */
function sendUnavailable(reply: FastifyReply): FastifyReply {
  const problem = {
    type: 'urn:claimgate:problem:unavailable',
    title: 'The broker has not confirmed it',
    status: 503,
    code: 'unavailable',
    retryable: true,
  };
  return reply
    .code(503)
    .headers({ [header.contentType]: problemType, 'Retry-After': '1' })
    .send(Buffer.from(JSON.stringify(problem)));
}
