/** /v1/replays: claims of the stream judged again, beside the service; their reports as JSON and as a page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServiceError } from '../../base/errors.js';
import { pagePolicy } from '../../replay/html/page.js';
import type { KeyCheck } from '../authentication.js';
import { type ReplayDoor, replayTurn, startedReplay } from '../replays.js';
import { rawJson, sendJson } from '../rulesets.js';
import {
  listReplaysSchema,
  removeReplaySchema,
  replayPageSchema,
  replayReportSchema,
  showReplaySchema,
  startReplaySchema,
} from '../schemas/replays.js';

const path = '/v1/replays';

/** `mayAsk`: whoever has the key with all scopes. */
export function replayRoutes(app: FastifyInstance, replays: ReplayDoor, mayAsk: KeyCheck): void {
  const onRequest = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    mayAsk(request.headers);
    done();
  };
  app.get(path, { schema: listReplaysSchema, onRequest }, async (_, reply) =>
    sendJson(reply, 200, { replays: await replays.jobs() }),
  );
  app.post(path, { schema: startReplaySchema, onRequest }, async (request, reply) => {
    const order = rawJson(request);
    const job = await startedReplay(replayTurn(replays), order);
    return sendJson(reply.header('Location', `${path}/${job.id}`), 202, job);
  });
  app.get(`${path}/:id`, { schema: showReplaySchema, onRequest }, async (request, reply) =>
    sendJson(reply, 200, found(await replays.job(idOf(request)))),
  );
  app.delete(`${path}/:id`, { schema: removeReplaySchema, onRequest }, async (request, reply) =>
    sendJson(reply, 200, found(await replays.remove(idOf(request)))),
  );
  app.get(`${path}/:id/report`, { schema: replayReportSchema, onRequest }, async (request, reply) =>
    reply
      .header('Content-Type', 'application/json; charset=utf-8')
      .send(found(await replays.report(idOf(request), 'document'))),
  );
  app.get(`${path}/:id/page`, { schema: replayPageSchema, onRequest }, async (request, reply) =>
    reply
      .headers({
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': `${pagePolicy}; frame-ancestors 'none'`,
      })
      .send(found(await replays.report(idOf(request), 'page'))),
  );
}

function idOf(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id;
}

function found<T>(value: T | null): T {
  if (value === null) throw new ServiceError('not-found');
  return value;
}
