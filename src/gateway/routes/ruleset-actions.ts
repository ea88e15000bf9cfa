/** POST /v1/rulesets/…: the checks and changes, with the same answers that the command line gets. */
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { ServiceError } from '../../base/errors.js';
import { fail } from '../../base/result.js';
import { canonicalText } from '../../ruleset/compile/canonical.js';
import { activate, draftPointer, draftRollback } from '../../ruleset/release/activate.js';
import type { SignedPointer } from '../../ruleset/release/approval.js';
import type { ImpactTask } from '../../ruleset/release/impact.js';
import { footing, footingForAll, notCompared, publish } from '../../ruleset/release/publish.js';
import { refusal } from '../../ruleset/release/refusal.js';
import { pointerSettled } from '../../ruleset/release/settled.js';
import { type Caller, callerOf } from '../desk-queue.js';
import {
  jsonBody,
  type RulesetTerms,
  rawJson,
  sendBytes,
  sendJson,
  sendRefusal,
  workInTurn,
} from '../rulesets.js';
import {
  activateSchema,
  checkSchema,
  draftSchema,
  publishSchema,
  rollbackSchema,
} from '../schemas/rulesets.js';
import { signedIn, wantedIn } from '../signed-body.js';

type Action = (terms: RulesetTerms, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function rulesetActions(
  app: FastifyInstance,
  terms: RulesetTerms,
  onRequest: onRequestHookHandler,
): void {
  const actions: readonly (readonly [string, object, Action])[] = [
    ['check', checkSchema, check],
    ['publish', publishSchema, publishSigned],
    ['draft', draftSchema, draft],
    ['activate', activateSchema, (...given) => changeTo(false, ...given)],
    ['rollback', rollbackSchema, (...given) => changeTo(true, ...given)],
  ];
  for (const [name, schema, action] of actions) {
    app.post(`/v1/rulesets/${name}`, { schema, onRequest }, (request, reply) =>
      action(terms, request, reply),
    );
  }
}

/** 200 whatever is found: the question was whether there is anything. */
const check: Action = async (terms, request, reply) => {
  const body = rawJson(request);
  const ground = await footing(terms.desk);
  if (!ground.ok) return sendRefusal(reply, ground.error);
  const publishedAtMs = terms.clock.wallMs();
  const task = { do: 'check', body, ground: ground.value, publishedAtMs } as const;
  const told = await workInTurn(terms, task, reply);
  return told.ok ? sendBytes(reply, 200, told.value) : sendRefusal(reply, told.error);
};

const publishSigned: Action = async (terms, request, reply) => {
  const { desk, settle } = terms;
  const body = rawJson(request);
  const ground = await footingForAll(desk, settle);
  if (!ground.ok) return sendRefusal(reply, ground.error);
  const task = { do: 'offer', body, ground: ground.value } as const;
  const offer = await workInTurn(terms, task, reply);
  const published = offer.ok ? await publish(desk, offer.value) : offer;
  if (!published.ok) return sendRefusal(reply, published.error);
  const { value: manifest } = published;
  const answer = { version: manifest.version, manifest, notCompared: notCompared(ground.value) };
  return sendJson(reply, 201, answer);
};

/** What an activator would sign. */
const draft: Action = async ({ desk, clock }, request, reply) => {
  const { rollback, version, ...wanted } = wantedIn(jsonBody(request));
  const nowMs = clock.wallMs();
  if (!rollback && version === null) throw new ServiceError('malformed', 'Name the "version".');
  const drafted =
    rollback || version === null
      ? await draftRollback(desk, version, wanted.reason, nowMs)
      : await draftPointer(desk, { version, ...wanted }, nowMs);
  if (!drafted.ok) return sendRefusal(reply, drafted.error);
  return sendJson(reply, 200, { pointer: drafted.value, statement: canonicalText(drafted.value) });
};

async function changeTo(
  isRollback: boolean,
  terms: RulesetTerms,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = jsonBody(request);
  const first = signedIn(body['pointer'], 'pointer');
  const second = body['second'] === undefined ? null : signedIn(body['second'], 'second');
  const signed: SignedPointer =
    second === null ? first : { ...first, second: { key: second.key, signature: second.signature } };
  const { desk, ceiling, clock, settle } = terms;
  const weigh = (task: ImpactTask) => weighed(terms, task, callerOf(reply));
  const activated = await activate(desk, { signed, isRollback }, { ceiling, nowMs: clock.wallMs(), weigh });
  if (!activated.ok) return sendRefusal(reply, activated.error);
  const { pointer, activator } = activated.value;
  await settle();
  const settled = await pointerSettled(desk, pointer);
  if (!settled.ok) return sendRefusal(reply, settled.error);
  return sendJson(reply, 200, { pointer, activator: { key: activator.id, name: activator.name } });
}

async function weighed({ work, alone }: RulesetTerms, task: ImpactTask, caller: Caller) {
  const answer = await alone(caller, (gone) => work({ do: 'weigh', ...task }, gone));
  return answer.ok ? answer.value : fail(refusal('compiler-ended', answer.error));
}
