/** How the simulated hospital reaches the service: NATS request/reply, or HTTP. */
import { Agent, request } from 'node:http';
import type { RenderedClaim } from '../../bench/claims/render.js';
import { fail, ok, type Result } from '../base/result.js';
import { NatsLink } from '../nats/connection.js';
import { screenSubject } from '../nats/subjects.js';
import { header } from '../screening/terms.js';

export interface Reply {
  /** The decision's status; `unknown` where the answer does not say. */
  readonly status: string;
  readonly body: Uint8Array;
}

export interface Sender {
  /** Resolves to the answer; fails with a sentence where none came. */
  send(claim: RenderedClaim): Promise<Result<Reply, string>>;
  close(): Promise<void>;
}

/** A sender waits this long for an answer: what a hospital's client allows. */
const timeoutMs = 10_000;

/** Fails with a sentence where the broker cannot be reached within three seconds. */
export async function natsSender(url: string): Promise<Result<Sender, string>> {
  const link = new NatsLink({ url, name: 'claimgate simulate' });
  const patience = setTimeout(() => void link.close(), 3_000);
  const up = await link.up();
  clearTimeout(patience);
  if (!up.ok) return fail(`no broker at ${url}: ${up.error}`);
  const send = async (claim: RenderedClaim): Promise<Result<Reply, string>> => {
    const subject = screenSubject(claim.institution);
    if (!subject.ok) return subject;
    const headers = { [header.contentType]: claim.contentType };
    const answer = await link.request(subject.value, claim.body, { timeoutMs, headers });
    if (!answer.ok) return answer;
    return ok({ status: answer.value.header(header.status) ?? 'unknown', body: answer.value.data });
  };
  return ok({ send, close: () => link.close() });
}

/** `url` is the service's address, `http://127.0.0.1:8787`. */
export function httpSender(url: string, apiKey: string | null): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    send: (claim) => post(new URL(claim.route, url), claim, agent, apiKey),
    close: async () => agent.destroy(),
  };
}

function post(
  url: URL,
  claim: RenderedClaim,
  agent: Agent,
  apiKey: string | null,
): Promise<Result<Reply, string>> {
  const headers: Record<string, string | number> = {
    'content-type': claim.contentType,
    'content-length': claim.body.length,
    [header.institution]: claim.institution,
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve(fail(error.message));
    const sent = request(url, { method: 'POST', agent, headers, timeout: timeoutMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', failed);
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        const status = answer.headers[header.status.toLowerCase()];
        if (answer.statusCode !== 200)
          resolve(fail(`HTTP ${answer.statusCode}: ${body.toString().slice(0, 200)}`));
        else resolve(ok({ status: typeof status === 'string' ? status : 'unknown', body }));
      });
    });
    sent.on('error', failed);
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.end(claim.body);
  });
}
