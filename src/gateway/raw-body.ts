/**
 * Takes a body as the bytes that came. The framework's own way copies every body once more, and memory outside the
 * heap is what makes the main thread collect garbage most.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { ServiceError } from '../base/errors.js';

type Done = (error: Error | null, body?: Buffer) => void;

/** A body parser that refuses bodies of more than `limit` bytes, announced or not. */
export function bodyTaker(limit: number) {
  return (_request: FastifyRequest, payload: IncomingMessage, done: Done): void => {
    takeBody(payload, limit, done);
  };
}

/** Calls `done` once: with the body, or with the ServiceError that refuses it. */
export function takeBody(payload: IncomingMessage, limit: number, done: Done): void {
  const announced = Number(payload.headers['content-length']);
  if (announced > limit) {
    done(new ServiceError('too-large'));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const leave = (error: Error | null, body?: Buffer): void => {
    payload.off('data', take);
    payload.off('end', end);
    payload.off('error', fail);
    done(error, body);
  };
  const take = (chunk: Buffer): void => {
    length += chunk.byteLength;
    if (length > limit) leave(new ServiceError('too-large'));
    else chunks.push(chunk);
  };
  const end = (): void => {
    const [first] = chunks;
    leave(null, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length));
  };
  const fail = (): void => leave(new ServiceError('malformed'));
  payload.on('data', take);
  payload.on('end', end);
  payload.on('error', fail);
  payload.resume();
}
