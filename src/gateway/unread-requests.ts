/** What is given up before it is a request: it came too slowly, its head is too large, or it is no HTTP. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, ServiceError } from '../base/errors.js';
import type { EdgeEvents } from '../ops/events.js';
import type { BrowserHeaders } from './browser-policy.js';
import { problemOf } from './problem.js';

/** By what Node says; everything else is malformed. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'too-slow',
  HPE_HEADER_OVERFLOW: 'head-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'too-large',
};

/** Answers it like every other refusal and ends the connection. `policy`: headers of every answer. */
export function refuseUnread(events: EdgeEvents, policy: BrowserHeaders) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Nobody is there any more.
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const refusal = new ServiceError(codes[error.code ?? ''] ?? 'malformed');
    const answer = answerUnderWay(socket);
    // Where there is a request already, its own handler counts how it ended.
    if (answer === null) events.requestRefused({ transport: 'http', reason: refusal.code });
    if (socket.writable && answer?.headersSent !== true) socket.write(answerTo(refusal, policy));
    socket.destroy(error);
  };
}

/** As Node's own handler finds it, which must not write into an answer either. Null: there is no request yet. */
function answerUnderWay(socket: Socket): { readonly headersSent: boolean } | null {
  return (socket as { _httpMessage?: { readonly headersSent: boolean } | null })._httpMessage ?? null;
}

function answerTo(refusal: ServiceError, policy: BrowserHeaders): string {
  const { status, headers, text } = problemOf(refusal);
  const length = String(Buffer.byteLength(text));
  const all = { ...policy, ...headers, 'Content-Length': length, Connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`;
}
