/** POST /v1/settlements: an event for CLAIMS in, its place in the stream out. */
import type { FastifyInstance } from 'fastify';
import { ServiceError } from '../../base/errors.js';
import type { KeyCheck } from '../authentication.js';
import { type DurableDoor, institutionOf, storeAndAnswer, streamHeaders } from '../durable.js';
import { settlementsSchema } from '../schemas/durable.js';
import { rawBody } from '../screening.js';

export function settlementsRoute(app: FastifyInstance, door: DurableDoor, mayAsk: KeyCheck): void {
  app.route({
    method: 'POST',
    url: '/v1/settlements',
    schema: settlementsSchema,
    onRequest: (request, _reply, done) => {
      mayAsk(request.headers);
      done();
    },
    handler: async (request, reply) => {
      const startedMs = door.clock.tickMs();
      const institution = institutionOf(request);
      const body = rawBody(request);
      // Nobody reads it here; but of nothing there is nothing to read.
      if (body.byteLength === 0) throw new ServiceError('malformed', 'The body is empty.');
      const headers = streamHeaders(request, institution, body);
      const handedIn = { stream: 'claims', institution, body, headers } as const;
      return storeAndAnswer(reply, door, 'settlements', startedMs, handedIn);
    },
  });
}
