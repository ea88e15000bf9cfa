import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayOver, passes } from './gateway-fixture.js';

let app: FastifyInstance;
beforeAll(async () => {
  app = await gatewayOver(passes);
});
afterAll(async () => app.close());

test.each([
  ['GET', '/v1/screenings', 'POST'],
  ['DELETE', '/fsi/api/riskConService/beforeAnalyze', 'POST'],
  ['OPTIONS', '/v1/settlements', 'POST'],
  ['POST', '/livez', 'GET, HEAD'],
  ['PUT', '/docs/json', 'GET, HEAD'],
] as const)('%s on %s is told what it knows', async (method, url, allow) => {
  const response = await app.inject({ method, url });
  expect([response.statusCode, response.headers['allow']]).toEqual([405, allow]);
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(response.json()).toMatchObject({ status: 405, code: 'method-not-allowed' });
});

test('HEAD is answered where GET is', async () => {
  expect((await app.inject({ method: 'HEAD', url: '/livez' })).statusCode).toBe(200);
  expect((await app.inject({ method: 'HEAD', url: '/v1/screenings' })).statusCode).toBe(405);
});

test('what is not there has no methods', async () => {
  const response = await app.inject({ method: 'DELETE', url: '/v1/nowhere' });
  expect([response.statusCode, response.headers['allow']]).toEqual([404, undefined]);
});
