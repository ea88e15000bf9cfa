/** What a browser is told with every answer, so that one that shows an answer by mistake does no harm. */
import helmet from '@fastify/helmet';
import { type FastifyInstance, fastify } from 'fastify';

export type BrowserHeaders = Readonly<Record<string, string>>;

/** Puts the headers on every answer that the framework sends, where it has none of its own instead, as /docs does. */
export function protectBrowsers(app: FastifyInstance, headers: BrowserHeaders): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    for (const [name, value] of Object.entries(headers))
      if (!reply.hasHeader(name)) reply.header(name, value);
    done(null, payload);
  });
}

/**
 * They are the same for all answers, and helmet puts its policy together anew for each, which costs as much as the rest
 * of a route; so they are taken from one answer of a helmeted server, here.
 */
export async function browserHeaders(encrypted: boolean): Promise<BrowserHeaders> {
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
