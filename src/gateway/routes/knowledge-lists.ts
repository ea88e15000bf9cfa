/** /v1/knowledge/lists: how far the lists have come that people author; drafts of them, and rows entered. */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { dayOf, formatDay } from '../../base/calendar.js';
import type { Clock } from '../../base/clock.js';
import { ServiceError } from '../../base/errors.js';
import type { ListBodyTask } from '../../ruleset/knowledge/knowledge-bodies.js';
import { countStates, type ListState, listStates } from '../../ruleset/knowledge/list-rows.js';
import type { ShownLists } from '../../ruleset/knowledge/list-work.js';
import { type KnowledgeTerms, rulesMeant } from '../knowledge.js';
import { rawJson, sendJson, sendRefusal, workInTurn } from '../rulesets.js';
import { draftListsSchema, enterListsSchema, showListSchema, showListsSchema } from '../schemas/knowledge.js';

interface ListTerms extends KnowledgeTerms {
  readonly clock: Clock;
}

type Query = Readonly<Record<string, unknown>>;

const path = '/v1/knowledge/lists';

export function listRoutes(app: FastifyInstance, terms: ListTerms, onRequest: onRequestHookHandler): void {
  app.get(path, { schema: showListsSchema, onRequest }, (request, reply) =>
    showAll(terms, request.query as Query, reply),
  );
  app.get(`${path}/:table`, { schema: showListSchema, onRequest }, (request, reply) =>
    showOne(terms, tableOf(request), request.query as Query, reply),
  );
  app.post(`${path}/:table/draft`, { schema: draftListsSchema, onRequest }, (request, reply) =>
    sendFile(terms, 'draft', request, reply),
  );
  app.post(`${path}/:table/rows`, { schema: enterListsSchema, onRequest }, (request, reply) =>
    sendFile(terms, 'enter', request, reply),
  );
}

function tableOf(request: FastifyRequest): string {
  return (request.params as { readonly table: string }).table;
}

function todayOf({ clock }: ListTerms): string {
  return formatDay(dayOf(clock.wallMs()));
}

function worked(terms: KnowledgeTerms, task: ListBodyTask, reply: FastifyReply) {
  return workInTurn(terms, { do: 'lists', ...task }, reply);
}

/** Null: the rule set cannot be had, which has been said. */
async function shownIn(
  terms: ListTerms,
  { ruleset }: Query,
  reply: FastifyReply,
): Promise<readonly ShownLists[] | null> {
  const rules = await rulesMeant(terms, ruleset);
  const today = todayOf(terms);
  const shown = rules.ok ? await worked(terms, { what: 'show', rules: rules.value, today }, reply) : rules;
  if (!shown.ok) {
    sendRefusal(reply, shown.error);
    return null;
  }
  const answer = shown.value;
  if (!answer.ok || !('shown' in answer.value)) {
    throw new ServiceError('internal', 'The tables cannot be read.');
  }
  return answer.value.shown;
}

async function showAll(terms: ListTerms, query: Query, reply: FastifyReply): Promise<FastifyReply> {
  const shown = await shownIn(terms, query, reply);
  if (shown === null) return reply;
  const tables = shown.map(({ table, rule, rows }) => ({ table, rule, ...countStates(rows) }));
  return sendJson(reply, 200, { tables });
}

async function showOne(
  terms: ListTerms,
  table: string,
  query: Query,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const state = stateIn(query);
  const shown = await shownIn(terms, query, reply);
  if (shown === null) return reply;
  const found = shown.find((one) => one.table === table);
  if (found === undefined) throw new ServiceError('not-found', `There are no lists in "${table}".`);
  const rows = state === null ? found.rows : found.rows.filter((row) => row.state === state);
  return sendJson(reply, 200, { table, rule: found.rule, ...countStates(found.rows), rows });
}

function stateIn({ state }: Query): ListState | null {
  if (state === undefined) return null;
  if (listStates.includes(state as ListState)) return state as ListState;
  throw new ServiceError('malformed', `"state" is ${listStates.join(', ')}.`);
}

async function sendFile(
  terms: ListTerms,
  what: 'draft' | 'enter',
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const today = todayOf(terms);
  const given = { table: tableOf(request), body: rawJson(request), folder: terms.folder, today };
  const answer = await worked(terms, { what, ...given }, reply);
  if (!answer.ok) return sendRefusal(reply, answer.error);
  const made = answer.value;
  if (!made.ok) return sendJson(reply, 200, { sound: false, problems: made.error });
  if (!('file' in made.value)) throw new ServiceError('internal');
  return sendJson(reply, 200, { sound: true, problems: [], ...made.value.file });
}
