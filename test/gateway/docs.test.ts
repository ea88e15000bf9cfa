import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodes } from '../../src/base/errors.js';
import { claimFields } from '../../src/claim/fields.js';
import { notScreenedCauses, statuses } from '../../src/decision/decision.js';
import { gatewayOver, passes } from './gateway-fixture.js';

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly requestBody: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: ObjectSchema }>>;
interface ObjectSchema {
  readonly properties: Readonly<Record<string, ObjectSchema>>;
  readonly items?: ObjectSchema;
  readonly enum?: readonly (string | null)[];
}

let app: FastifyInstance;
let document: OpenApi;

beforeAll(async () => {
  app = await gatewayOver(passes);
  document = (await app.inject({ url: '/docs/json' })).json();
});
afterAll(async () => app.close());

describe('/docs', () => {
  test('describes every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/fsi/api/goodsService/goodsSell',
      '/fsi/api/riskConService/beforeAnalyze',
      '/fsi/api/riskConService/courseAnalyze',
      '/fsi/api/riskConService/feedback',
      '/livez',
      '/metrics',
      '/readyz',
      '/v1/feedback',
      '/v1/screenings',
      '/v1/settlements',
    ]);
  });

  test('describes every field of a claim', () => {
    const { content } = document.paths['/v1/screenings']!['post']!.requestBody;
    expect(Object.keys(content)).toEqual(['application/json', 'application/msgpack']);
    const claim = content['application/json']!.schema;
    for (const path of Object.keys(claimFields)) {
      const [group = '', name = ''] = path.split('.');
      const part = group === 'claim' ? claim : claim.properties[group];
      expect((part?.items ?? part)?.properties[name], path).toBeDefined();
    }
  });

  test('names every status, and every cause that a decision may have', () => {
    const { responses } = document.paths['/v1/screenings']!['post']!;
    const decision = responses['200']!.content['application/json']!.schema;
    expect(decision.properties['status']?.enum).toEqual(statuses);
    expect(decision.properties['cause']?.enum).toEqual([...notScreenedCauses, null]);
  });

  test('describes every problem of the error table', () => {
    const { responses } = document.paths['/v1/screenings']!['post']!;
    for (const { status } of Object.values(errorCodes)) {
      expect(Object.keys(responses[String(status)]!.content)).toEqual(['application/problem+json']);
    }
  });

  test('is a page, with a policy that lets the page work and nothing else', async () => {
    const page = await app.inject({ url: '/docs/' });
    expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect((await app.inject({ url: '/docs/static/swagger-ui-bundle.js' })).statusCode).toBe(200);
  });
});
