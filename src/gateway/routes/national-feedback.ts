/**
 * POST …/feedback: 3103, what the doctor did about the findings of 3101 and 3102. Whatever happens, the caller gets
 * HTTP 200 and the national answer; `infcode` 0 means that our reading of it is stored. What cannot be read is not: the
 * sender is told where it is wrong, and the screening that it answers stands without it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, errorCodes, ServiceError } from '../../base/errors.js';
import { isInstitutionCode } from '../../base/institution-code.js';
import { nationalStamp } from '../../claim/dates.js';
import { feedbackLimits } from '../../claim/feedback/feedback.js';
import { type NationalFeedback, readNationalFeedback } from '../../claim/feedback/read-national.js';
import { encodeGbkJson } from '../../decision/encoders/gbk.js';
import {
  contentTypeOf,
  formatOf,
  header,
  institutionNamed,
  interfaceVersion,
} from '../../screening/terms.js';
import type { KeyCheck } from '../authentication.js';
import type { DurableDoor } from '../durable.js';
import { nationalSentence } from '../national-sentences.js';
import { serviceErrorOf } from '../problem.js';
import { nationalFeedbackSchema } from '../schemas/durable.js';
import { rawBody } from '../screening.js';
import { refuseAnnounced, toBeStored } from './feedback.js';

export function nationalFeedbackRoute(app: FastifyInstance, door: DurableDoor, mayAsk: KeyCheck): void {
  app.route({
    method: 'POST',
    url: '/fsi/api/riskConService/feedback',
    schema: nationalFeedbackSchema,
    onRequest: (request, _reply, done) => {
      mayAsk(request.headers);
      refuseAnnounced(request);
      // Clients in use announce all kinds of types, which the framework would refuse before anybody sees the body.
      request.raw.headers['content-type'] = contentTypeOf(isGbk(request) ? 'nhsa-gbk' : 'nhsa-json');
      done();
    },
    errorHandler: async (error, request, reply) => {
      const known = serviceErrorOf(error) ?? new ServiceError('internal');
      if (known.code === 'internal') door.failed(error);
      door.refused(known.code);
      return sendAnswer(reply, door, echoOf(request), known);
    },
    handler: async (request, reply) => {
      const startedMs = door.clock.tickMs();
      const body = rawBody(request);
      if (body.byteLength > feedbackLimits.bytes) throw new ServiceError('too-large');
      const read = readNationalFeedback(body, isGbk(request) ? 'gbk' : null);
      if (!read.feedback.ok) throw new ServiceError('malformed', read.feedback.error.message);
      const feedback = read.feedback.value;
      const institution = institutionOf(request, feedback.institution);
      const stored = await door.store(toBeStored(feedback, institution, body));
      if (stored.ok) door.stored('nationalFeedback', door.clock.tickMs() - startedMs);
      else if (stored.error === 'unavailable') door.unavailable('nationalFeedback');
      return sendAnswer(reply, door, read, stored.ok ? null : { code: stored.error });
    },
  });
}

/** What an answer repeats of its request. */
type Echo = Pick<NationalFeedback, 'messageId' | 'charset'>;

/** Of a request that is refused: read once more, since nothing of the first reading is left. */
function echoOf(request: FastifyRequest): Echo {
  const body = rawBody(request);
  const declared = isGbk(request) ? 'gbk' : null;
  if (body.byteLength <= feedbackLimits.bytes) return readNationalFeedback(body, declared);
  return { messageId: null, charset: declared ?? 'utf-8' };
}

/** The header's, which must then be the body's; else the body's. */
function institutionOf({ headers }: FastifyRequest, inBody: string | null): string {
  const credential = institutionNamed(headers[header.institution.toLowerCase()]);
  if (!credential.ok) throw new ServiceError(credential.error);
  if (credential.value !== null && inBody !== null && inBody !== credential.value) {
    throw new ServiceError('wrong-institution');
  }
  const institution = credential.value ?? inBody ?? '';
  if (!isInstitutionCode(institution)) throw new ServiceError('invalid-institution');
  return institution;
}

interface Problem {
  readonly code: ErrorCode | 'unavailable';
  readonly message?: string;
}

/** `problem` null: stored. */
function sendAnswer(
  reply: FastifyReply,
  door: DurableDoor,
  { messageId, charset }: Echo,
  problem: Problem | null,
): FastifyReply {
  const stamp = nationalStamp(door.clock.wallMs());
  const answer = JSON.stringify({
    infcode: problem === null ? '0' : '-1',
    inf_refmsgid: messageId ?? '',
    refmsg_time: stamp,
    respond_time: stamp,
    enctype: '',
    signtype: '',
    cainfo: '',
    warn_msg: '',
    err_msg: problem === null ? '' : sentenceOf(problem),
    output: {},
  });
  const bytes = charset === 'gbk' ? Buffer.from(encodeGbkJson(answer)) : Buffer.from(answer);
  return reply
    .code(200)
    .headers({
      [header.contentType]: contentTypeOf(charset === 'gbk' ? 'nhsa-gbk' : 'nhsa-json'),
      [header.version]: interfaceVersion,
    })
    .send(bytes);
}

/** What is wrong, and where, if that is more than its kind. */
function sentenceOf({ code, message }: Problem): string {
  const sentence = nationalSentence(code);
  return code === 'malformed' && message !== errorCodes.malformed.title
    ? `${sentence}。${message}`
    : sentence;
}

function isGbk({ raw }: FastifyRequest): boolean {
  const format = formatOf(raw.headers['content-type'] ?? null);
  return format.ok && format.value === 'nhsa-gbk';
}
