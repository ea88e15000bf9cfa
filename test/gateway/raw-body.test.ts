import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { bodyTaker } from '../../src/gateway/raw-body.js';

interface Taken {
  readonly error: Error | null;
  readonly body: Buffer | undefined;
}

/** Sends pieces through a taker with a limit of ten bytes; `announced` is the Content-Length. */
function take(announced?: number): { readonly stream: PassThrough; readonly taken: Promise<Taken> } {
  const stream = new PassThrough();
  const headers = announced === undefined ? {} : { 'content-length': String(announced) };
  const payload = Object.assign(stream, { headers }) as unknown as IncomingMessage;
  const taken = new Promise<Taken>((resolve) => {
    bodyTaker(10)({} as FastifyRequest, payload, (error, body) => resolve({ error, body }));
  });
  return { stream, taken };
}

test('a body that came in one piece is that piece, not a copy of it', async () => {
  const { stream, taken } = take();
  const piece = Buffer.from('one piece');
  stream.end(piece);
  expect((await taken).body).toBe(piece);
});

test('a body of several pieces is all of them in order', async () => {
  const { stream, taken } = take(10);
  for (const piece of ['a', 'bcd', 'efghij']) stream.write(piece);
  stream.end();
  expect((await taken).body?.toString()).toBe('abcdefghij');
});

test('no body is an empty one', async () => {
  const { stream, taken } = take();
  stream.end();
  expect((await taken).body).toHaveLength(0);
});

test('a body announced too large is refused before it comes', async () => {
  const { taken } = take(11);
  expect((await taken).error).toMatchObject({ code: 'too-large' });
});

test('a body that grows too large is refused then, and nobody listens to the rest', async () => {
  const { stream, taken } = take();
  stream.write('abcdef');
  stream.write('ghijk');
  expect(await taken).toMatchObject({ error: { code: 'too-large' }, body: undefined });
  expect(stream.listenerCount('data')).toBe(0);
});

test('a body that breaks off is malformed', async () => {
  const { stream, taken } = take();
  stream.write('abc');
  stream.destroy(new Error('aborted'));
  // The taker listens no more.
  stream.on('error', () => {});
  expect((await taken).error).toMatchObject({ code: 'malformed' });
  if (!stream.closed) await once(stream, 'close');
});
