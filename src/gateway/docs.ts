/** /docs: the OpenAPI description and a page to read it. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Before the routes: it collects them as they are registered. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'claimgate',
        version,
        description: 'Screens 医保 claims inside a latency budget and explains what it found.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'screening', description: 'Native interface' },
        { name: 'national interface', description: '3101 and 3102' },
        { name: 'rule sets', description: 'Versions of the rules, where release keys are trusted' },
        { name: 'operations', description: 'Health and metrics' },
      ],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
}
