/** Errors as RFC 9457 problem details. */
import type { FastifyReply } from 'fastify';
import { type ErrorCode, errorCodes, ServiceError } from '../base/errors.js';

export const problemType = 'application/problem+json';

/** The error that a thrown value stands for; null where it is a bug of ours. */
export function serviceErrorOf(error: unknown): ServiceError | null {
  if (error instanceof ServiceError) return error;
  const { code, statusCode } = error as { readonly code?: string; readonly statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ServiceError('too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ServiceError('unsupported-content-type');
  const client = statusCode !== undefined && statusCode >= 400 && statusCode < 500;
  return client ? new ServiceError('malformed') : null;
}

export function sendProblem(reply: FastifyReply, error: ServiceError): FastifyReply {
  const { status, title, retryable } = errorCodes[error.code];
  if (error.code === 'unauthorised') reply.header('WWW-Authenticate', 'Bearer');
  if (retryable) reply.header('Retry-After', '1');
  const detail = error.message === title ? {} : { detail: error.message };
  const problem = { type: problemUri(error.code), title, status, ...detail, code: error.code, retryable };
  return reply
    .code(status)
    .header('Content-Type', problemType)
    .send(Buffer.from(JSON.stringify(problem)));
}

/** An identifier, not an address: nothing is served there. */
export function problemUri(code: ErrorCode): string {
  return `urn:claimgate:problem:${code}`;
}
