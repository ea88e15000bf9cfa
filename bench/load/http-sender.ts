/**
 * Claims over HTTP for our own loops: one request at a time on each kept connection, the answer read whole.
 */
import { type Agent, type IncomingMessage, request } from 'node:http';
import type { RenderedClaim } from '../claims/render.js';
import type { Send } from './loops.js';

/** `route` null: each claim's own. A claim answered with another status than 2xx counts as failed. */
export function httpSender(
  origin: string,
  route: string | null,
  claims: readonly RenderedClaim[],
  agent: Agent,
): Send {
  const { hostname, port } = new URL(origin);
  return (index) => {
    const claim = claims[index % claims.length] as RenderedClaim;
    const headers = {
      'content-type': claim.contentType,
      'content-length': claim.body.length,
      'claimgate-institution': claim.institution,
    };
    const path = route ?? claim.route;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method: 'POST', headers, agent }, (answer) => {
        finish(answer, resolve, reject);
      });
      sent.once('error', reject);
      sent.end(claim.body);
    });
  };
}

function finish(
  answer: IncomingMessage,
  resolve: (word: string) => void,
  reject: (error: Error) => void,
): void {
  const status = answer.statusCode ?? 0;
  answer.once('error', reject);
  answer.once('end', () => {
    if (status >= 200 && status < 300) resolve(String(status));
    else reject(new Error(`status ${status}`));
  });
  answer.resume();
}
