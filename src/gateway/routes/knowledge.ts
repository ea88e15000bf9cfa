/**
 * /v1/knowledge: what a batch of official points would change, in the tables and in the claims of last month, and the
 * lists that people author. Nothing is written: tables are part of a rule set, which somebody publishes.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dayOf, formatDay } from '../../base/calendar.js';
import type { Clock } from '../../base/clock.js';
import { ServiceError } from '../../base/errors.js';
import { monthBefore } from '../../replay/period.js';
import { periodIn } from '../../replay-desk/read-order.js';
import type { KeyCheck } from '../authentication.js';
import { type KnowledgeTerms, rulesMeant } from '../knowledge.js';
import { type ReplayDoor, replayTurn, startedReplay } from '../replays.js';
import { rawJson, sendBytes, sendRefusal, withMember, workInTurn } from '../rulesets.js';
import { importSchema } from '../schemas/knowledge.js';
import { listRoutes } from './knowledge-lists.js';

type Query = Readonly<Record<string, unknown>>;

export interface KnowledgeRouteTerms extends KnowledgeTerms {
  readonly replays: ReplayDoor;
  readonly clock: Clock;
}

/** `mayAsk`: whoever has the key with all scopes. */
export function knowledgeRoutes(app: FastifyInstance, terms: KnowledgeRouteTerms, mayAsk: KeyCheck): void {
  const onRequest = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    mayAsk(request.headers);
    done();
  };
  app.post('/v1/knowledge/import', { schema: importSchema, onRequest }, (request, reply) =>
    importPoints(terms, request, reply),
  );
  listRoutes(app, terms, onRequest);
}

/** 200 whatever is found: the question was what there is. */
async function importPoints(
  terms: KnowledgeRouteTerms,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = request.query as Query;
  const period = effectPeriod(query, terms.clock);
  const against = againstIn(query);
  const rules = await rulesMeant(terms, against);
  if (!rules.ok) return sendRefusal(reply, rules.error);
  const body = rawJson(request);
  // Before it is worked out: nobody waits that long to hear that another replay runs.
  const turn = period === null ? null : replayTurn(terms.replays);
  try {
    const { folder } = terms;
    const effect = period === null ? null : { ...period, known: 'now', against, threads: 1 };
    const today = formatDay(dayOf(terms.clock.wallMs()));
    const rest = { folder, rules: rules.value, texts: query['texts'] === 'true', effect, today };
    const task = { do: 'import', body, ...rest } as const;
    const found = await workInTurn(terms, task, reply);
    if (!found.ok) return sendRefusal(reply, found.error);
    const { json, sound, order } = found.value;
    if (!sound) return sendBytes(reply, 200, json);
    const replay = turn === null || order === null ? null : await startedReplay(turn, order);
    return sendBytes(reply, 200, withMember(json, 'replay', replay));
  } finally {
    turn?.giveUp();
  }
}

/** Null: the effect on claims is not asked for. Throws ServiceError. */
function effectPeriod({ effect, from, to }: Query, clock: Clock) {
  if (effect !== 'true') return null;
  const usual = monthBefore(clock.wallMs());
  const period = periodIn({ from: from ?? formatDay(usual.from), to: to ?? formatDay(usual.to) });
  if (!period.ok) throw new ServiceError('malformed', period.error);
  return period.value;
}

function againstIn({ against = 'folder' }: Query): number | 'live' | 'folder' {
  if (against === 'live' || against === 'folder') return against;
  if (typeof against === 'string' && /^[1-9]\d{0,8}$/.test(against)) return Number(against);
  throw new ServiceError('malformed', '"against" is a version, "live", or "folder".');
}
