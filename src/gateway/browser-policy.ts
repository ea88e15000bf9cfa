/** What a browser is told with every answer, so that one that shows an answer by mistake does no harm. */
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify } from 'fastify';

/**
 * Puts the headers on every answer. They are the same for all of them, and helmet puts its policy together anew for
 * each, which costs as much as the rest of a route; so they are taken from one answer of a helmeted server, here.
 * /docs has a policy of its own.
 */
export async function protectBrowsers(app: FastifyInstance, encrypted: boolean): Promise<void> {
  const headers = await policyHeaders(encrypted);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

async function policyHeaders(encrypted: boolean): Promise<Record<string, string>> {
  const bare = fastify();
  const helmeted = fastify();
  await helmeted.register(helmet, browserPolicy(encrypted));
  const [before, after] = await Promise.all([bare, helmeted].map((app) => headersOf(app)));
  return Object.fromEntries(Object.entries(after ?? {}).filter(([name]) => !(name in (before ?? {}))));
}

async function headersOf(app: FastifyInstance): Promise<Record<string, string>> {
  app.get('/', async () => '');
  const { headers } = await app.inject('/');
  await app.close();
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** Answers are data: a browser that shows one may load nothing. */
function browserPolicy(encrypted: boolean) {
  const directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };
  return {
    contentSecurityPolicy: { useDefaults: false, directives },
    // Over plain HTTP the header means nothing.
    strictTransportSecurity: encrypted,
  };
}
