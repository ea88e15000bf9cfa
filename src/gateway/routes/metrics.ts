/**
 * /metrics: the Prometheus exposition. Behind the key where there is one: volumes and rules are nobody's
 * business.
 */
import type { FastifyInstance } from 'fastify';
import type { KeyCheck } from '../authentication.js';

export type Expose = () => Promise<{ readonly text: string; readonly contentType: string }>;

export function metricsRoute(app: FastifyInstance, expose: Expose, mayAsk: KeyCheck): void {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: { summary: 'Metrics for Prometheus', tags: ['operations'] },
    onRequest: async (request) => mayAsk(request.headers),
    handler: async (_request, reply) => {
      const { text, contentType } = await expose();
      return reply.header('Content-Type', contentType).send(text);
    },
  });
}
