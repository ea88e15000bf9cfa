/** What is there, and asked by a method that it does not know: 405, and which it does. */
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { assert } from '../base/assert.js';
import { ServiceError } from '../base/errors.js';

/** Begins before the routes are added; returns what is to be called after them. */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const urls = new Set<string>();
  app.addHook('onRoute', ({ url }) => void urls.add(url));
  return () => {
    for (const url of [...urls]) addRefusal(app, url);
  };
}

function addRefusal(app: FastifyInstance, url: string): void {
  const methods = app.supportedMethods as HTTPMethods[];
  const known = methods.filter((method) => app.hasRoute({ url, method }));
  app.route({
    method: methods.filter((method) => !known.includes(method)),
    url,
    schema: { hide: true },
    exposeHeadRoute: false,
    // Whatever is sent along is not waited for.
    onRequest: (_request, reply, done) => {
      reply.header('Allow', known.join(', '));
      done(new ServiceError('method-not-allowed'));
    },
    handler: () => assert(false, 'a wrong method has been refused before'),
  });
}
