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
  const { status, headers, text } = problemOf(error);
  return reply.code(status).headers(headers).send(Buffer.from(text));
}

/** The answer that says it: status, headers, body. */
export function problemOf(error: ServiceError) {
  const { status, title, retryable } = errorCodes[error.code];
  const detail = error.message === title ? {} : { detail: error.message };
  const problem = { type: problemUri(error.code), title, status, ...detail, code: error.code, retryable };
  const headers: Readonly<Record<string, string>> = {
    'Content-Type': problemType,
    ...(error.code === 'unauthorised' ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(retryable ? { 'Retry-After': '1' } : {}),
  };
  return { status, headers, text: JSON.stringify(problem) } as const;
}

/** An identifier, not an address: nothing is served there. */
export function problemUri(code: ErrorCode): string {
  return `urn:claimgate:problem:${code}`;
}
