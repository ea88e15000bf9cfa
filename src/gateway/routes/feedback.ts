/**
 * POST /v1/feedback: what became of findings, as JSON. It is no claim, and small: it is read here, and what is stored
 * is our reading of it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ServiceError } from '../../base/errors.js';
import { type Feedback, feedbackLimits, storedForm } from '../../claim/feedback/feedback.js';
import { readNativeFeedback } from '../../claim/feedback/read-native.js';
import { contentTypeOf, formatOf, header, interfaceVersion } from '../../screening/terms.js';
import type { KeyCheck } from '../authentication.js';
import { type DurableDoor, type HandedIn, institutionOf, storeAndAnswer, streamHeaders } from '../durable.js';
import { feedbackSchema } from '../schemas/durable.js';
import { rawBody } from '../screening.js';

export function feedbackRoute(app: FastifyInstance, door: DurableDoor, mayAsk: KeyCheck): void {
  app.route({
    method: 'POST',
    url: '/v1/feedback',
    schema: feedbackSchema,
    onRequest: (request, _reply, done) => {
      mayAsk(request.headers);
      refuseAnnounced(request);
      done();
    },
    handler: async (request, reply) => {
      const startedMs = door.clock.tickMs();
      const institution = institutionOf(request);
      const body = rawBody(request);
      // The id that the sender may have given is checked, and ours, which says the same, takes its place.
      streamHeaders(request, institution, body);
      const feedback = nativeFeedback(body, request.headers['content-type'] ?? null);
      if (feedback.institution !== null && feedback.institution !== institution) {
        throw new ServiceError('wrong-institution', 'The body names another institution.');
      }
      const handedIn = toBeStored(feedback, institution, body);
      return storeAndAnswer(reply, door, 'feedback', startedMs, handedIn);
    },
  });
}

/** Throws ServiceError where more is announced than feedback may have, before it has arrived. */
export function refuseAnnounced({ headers }: FastifyRequest): void {
  if (Number(headers['content-length']) > feedbackLimits.bytes) throw new ServiceError('too-large');
}

/** What goes into the stream. */
export function toBeStored(feedback: Feedback, institution: string, body: Uint8Array): HandedIn {
  const { feedbackId, bytes } = storedForm(feedback, institution, body);
  const headers = {
    [header.contentType]: contentTypeOf('native-json'),
    [header.version]: interfaceVersion,
    'Nats-Msg-Id': feedbackId,
  };
  return { stream: 'feedback', institution, body: bytes, headers };
}

function nativeFeedback(body: Uint8Array, contentType: string | null): Feedback {
  if (body.byteLength > feedbackLimits.bytes) throw new ServiceError('too-large');
  const format = formatOf(contentType);
  if (!format.ok || format.value !== null) throw new ServiceError('unsupported-content-type');
  const feedback = readNativeFeedback(body);
  if (!feedback.ok) throw new ServiceError('malformed', feedback.error.message);
  return feedback.value;
}
