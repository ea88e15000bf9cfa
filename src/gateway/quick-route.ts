/**
 * A route for what is asked thousands of times a second. The framework finds it and refuses what is to be refused; the
 * body is taken and the answer written past it, as its way of doing both costs main as much as everything else that is
 * done here for a claim.
 */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify';
import { assert } from '../base/assert.js';
import { ServiceError } from '../base/errors.js';
import { takeBody } from './raw-body.js';
import type { Slots } from './slots.js';

export interface QuickAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly bytes: Uint8Array;
  /** Called once the answer has been handed over. */
  readonly sent: () => void;
}

/** Names and values in turn. A loop, as `flat` takes 2 µs for four of them. */
export function inTurn(headers: Readonly<Record<string, string>>): string[] {
  const all: string[] = [];
  for (const [name, value] of Object.entries(headers)) all.push(name, value);
  return all;
}

/** What every quick route needs to know of the gateway. */
export interface QuickTerms {
  readonly maxBodyBytes: number;
  readonly slots: Slots;
  /** Names and values in turn, for every answer. */
  readonly policy: readonly string[];
  /** Whether the gateway is leaving, so that no connection is kept. */
  readonly isClosing: () => boolean;
}

export interface QuickRoute {
  readonly url: string;
  readonly schema: FastifySchema;
  /** Where absent, errors are answered as everywhere. */
  readonly errorHandler?: NonNullable<RouteOptions['errorHandler']>;
  /** Before the body is here. Throws ServiceError. */
  readonly admit: (headers: IncomingHttpHeaders) => void;
  /** Rejects with ServiceError where the request is refused. */
  readonly answer: (headers: IncomingHttpHeaders, body: Uint8Array) => Promise<QuickAnswer>;
}

export function quickRoute(app: FastifyInstance, route: QuickRoute, terms: QuickTerms): void {
  const { url, schema, errorHandler } = route;
  app.route({
    method: 'POST',
    url,
    schema,
    ...(errorHandler === undefined ? {} : { errorHandler }),
    // `done` leads on to the framework's way of answering errors, and is called for them only.
    onRequest: (request, reply, done) => {
      route.admit(request.headers);
      takeBody(request.raw, terms.maxBodyBytes, (error, body) => {
        if (error === null && body !== undefined) {
          request.body = body;
          answerQuickly(route, terms, request, reply, body).catch(done);
          return;
        }
        // More of the body may come, and nobody would read it.
        reply.header('Connection', 'close');
        done(error as Error);
      });
    },
    handler: () => assert(false, 'a quick route has answered before'),
  });
}

async function answerQuickly(
  route: QuickRoute,
  terms: QuickTerms,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Uint8Array,
): Promise<void> {
  // Not before the body is here: else a few hundred clients that send slowly would hold every slot.
  if (!terms.slots.take(reply.raw)) throw new ServiceError('busy');
  const answer = await route.answer(request.headers, body);
  reply.hijack();
  writeAnswer(reply.raw, answer, terms);
  answer.sent();
}

function writeAnswer(response: ServerResponse, { headers, bytes }: QuickAnswer, terms: QuickTerms): void {
  const closing = terms.isClosing() ? ['Connection', 'close'] : [];
  const length = ['Content-Length', String(bytes.byteLength)];
  response.writeHead(200, [...terms.policy, ...headers, ...length, ...closing]);
  response.end(bytes);
}
