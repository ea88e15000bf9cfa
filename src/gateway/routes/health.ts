/**
 * /livez: the process turns. /readyz: it takes requests, or why not. Open to everybody: orchestrators carry
 * no key.
 */
import type { FastifyInstance } from 'fastify';
import type { Readiness } from '../../ops/health.js';

export function healthRoutes(app: FastifyInstance, readiness: Readiness): void {
  const tags = ['operations'];
  app.get('/livez', { schema: { summary: 'Is the process alive', tags } }, async () => ({ alive: true }));
  app.get('/readyz', { schema: { summary: 'Does it take requests', tags } }, async (_request, reply) => {
    const { ready, reasons } = readiness;
    return reply.code(ready ? 200 : 503).send({ ready, reasons });
  });
}
