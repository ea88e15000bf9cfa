/** The gateway on a port: listening, the next port when one is taken, leaving. */
import type { FastifyInstance } from 'fastify';
import { fail, ok, type Result } from '../base/result.js';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** How many ports after the first may be tried when it is taken; 0: only this one. */
  readonly furtherPorts: number;
}

export interface Listening {
  /** `http://127.0.0.1:8787` */
  readonly url: string;
  readonly port: number;
}

/** Listens. Fails with one line where no port was free or the host is not this machine's. */
export async function listen(
  app: FastifyInstance,
  options: ListenOptions,
): Promise<Result<Listening, string>> {
  const { host, port, furtherPorts } = options;
  for (let tried = 0; tried <= furtherPorts; tried += 1) {
    const result = await tryListen(app, host, port + tried);
    if (result.ok) return result;
    if (result.error !== 'EADDRINUSE') return fail(`cannot listen on ${host}:${port}: ${result.error}`);
  }
  const range = furtherPorts === 0 ? `port ${port} is` : `ports ${port} to ${port + furtherPorts} are`;
  return fail(`${range} in use on ${host}; stop what uses it or set CLAIMGATE_HTTP_PORT`);
}

async function tryListen(
  app: FastifyInstance,
  host: string,
  port: number,
): Promise<Result<Listening, string>> {
  try {
    const url = await app.listen({ host, port });
    return ok({ url, port: Number(new URL(url).port) });
  } catch (error) {
    return fail((error as NodeJS.ErrnoException).code ?? 'unknown error');
  }
}
