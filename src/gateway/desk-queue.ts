/**
 * What takes seconds beside the service goes one after the other, since each takes a core and memory. Whoever has just
 * had a turn waits behind all others, and one that waits is enough for each: nobody holds up the desk alone.
 */
import type { FastifyReply } from 'fastify';
import { ServiceError } from '../base/errors.js';

/** Who asks. */
export interface Caller {
  /** Calls with the same name count as of one caller. */
  readonly name: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** Runs the work in its turn; `gone` ends it. Throws ServiceError `busy` where there is no room to wait. */
export type Alone = <T>(caller: Caller, work: (gone: AbortSignal) => Promise<T>) => Promise<T>;

interface Waiting {
  readonly name: string;
  readonly begin: () => void;
}

/** More would hold bodies in memory for minutes. */
const mostWaiting = 4;

/** For all doors through which such work comes. */
export function oneAtATime(): Alone {
  let running: string | null = null;
  let waiting: readonly Waiting[] = [];
  const next = (last: string): void => {
    const one = waiting.find(({ name }) => name !== last) ?? waiting[0];
    running = one?.name ?? null;
    waiting = waiting.filter((other) => other !== one);
    one?.begin();
  };
  const turn = ({ name, gone }: Caller): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting = waiting.filter((other) => other !== one);
        reject(new ServiceError('busy'));
      };
      const begin = (): void => {
        gone.removeEventListener('abort', leave);
        resolve();
      };
      const one = { name, begin };
      waiting = [...waiting, one];
      gone.addEventListener('abort', leave, { once: true });
    });
  return async (caller, work) => {
    const { name, gone } = caller;
    if (gone.aborted) throw new ServiceError('busy');
    if (running === null) running = name;
    else {
      refuseWhere(waiting.some((one) => one.name === name) || waiting.length >= mostWaiting);
      await turn(caller);
    }
    try {
      return await work(gone);
    } finally {
      next(name);
    }
  };
}

function refuseWhere(isFull: boolean): void {
  if (isFull) throw new ServiceError('busy', 'Rules are being compiled for others; ask again.');
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the gateway leaves. */
    readonly leaving: AbortSignal;
  }
}

/**
 * By the address that a request came from: all have the same key. When the gateway leaves nobody is waited for: what
 * takes minutes would keep it from leaving in order.
 */
export function callerOf(reply: FastifyReply): Caller {
  const gone = new AbortController();
  const { raw, request } = reply;
  if (raw.closed || raw.destroyed) gone.abort();
  raw.once('close', () => gone.abort());
  return { name: request.ip ?? '', gone: AbortSignal.any([gone.signal, request.server.leaving]) };
}
