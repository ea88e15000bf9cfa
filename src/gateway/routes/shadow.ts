/**
 * /v1/rulesets/shadow: the version that is tried beside the one in force, what this node has seen of it, and figures of
 * nodes that somebody signs before it is activated.
 */
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { ServiceError } from '../../base/errors.js';
import { canonicalText } from '../../ruleset/compile/canonical.js';
import { oddReason } from '../../ruleset/release/reason.js';
import { refusal } from '../../ruleset/release/refusal.js';
import { unverified } from '../../ruleset/release/statement.js';
import { draftTrialFigures, putTrialFigures } from '../../ruleset/release/trial-figures.js';
import { draftOrder, giveOrder } from '../../shadow/order-desk.js';
import { trialBands } from '../../shadow/trial-bands.js';
import { jsonBody, type RulesetTerms, sendJson, sendRefusal } from '../rulesets.js';
import {
  draftFiguresSchema,
  draftShadowSchema,
  orderShadowSchema,
  putFiguresSchema,
  showShadowSchema,
} from '../schemas/shadow.js';
import { reportsIn } from '../shadow-body.js';
import { signedIn } from '../signed-body.js';

type Body = Readonly<Record<string, unknown>>;

export function shadowRoutes(
  app: FastifyInstance,
  terms: RulesetTerms,
  onRequest: onRequestHookHandler,
): void {
  const path = '/v1/rulesets/shadow';
  const { shadow } = terms;
  if (shadow) {
    app.get(path, { schema: showShadowSchema, onRequest }, (_, reply) => sendJson(reply, 200, shadow()));
  }
  app.post(path, { schema: orderShadowSchema, onRequest }, (request, reply) =>
    order(terms, jsonBody(request), reply),
  );
  app.post(`${path}/draft`, { schema: draftShadowSchema, onRequest }, (request, reply) =>
    draft(terms, jsonBody(request), reply),
  );
  app.post(`${path}/figures`, { schema: putFiguresSchema, onRequest }, (request, reply) =>
    putFigures(terms, jsonBody(request), reply),
  );
  app.post(`${path}/figures/draft`, { schema: draftFiguresSchema, onRequest }, (request, reply) =>
    draftFigures(terms, jsonBody(request), reply),
  );
}

async function order({ desk }: RulesetTerms, body: Body, reply: FastifyReply): Promise<FastifyReply> {
  const signed = signedIn(body['order'], 'order');
  const said = unverified(signed) as { readonly reason?: unknown } | null;
  const odd = typeof said?.reason === 'string' ? oddReason(said.reason) : null;
  if (odd !== null) return sendRefusal(reply, refusal('unfit', odd));
  const given = await giveOrder(desk, signed);
  if (!given.ok) return sendRefusal(reply, given.error);
  const { signer } = given.value;
  return sendJson(reply, 200, { order: given.value.order, signer: { key: signer.id, name: signer.name } });
}

async function draft(
  { desk, clock }: RulesetTerms,
  { version = null, reason }: Body,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new ServiceError('malformed', 'Say why in "reason".');
  }
  const odd = oddReason(reason);
  if (odd !== null) return sendRefusal(reply, refusal('unfit', odd));
  const wanted = { version: version === null ? null : numberIn(version), reason };
  const drafted = await draftOrder(desk, wanted, clock.wallMs());
  if (!drafted.ok) return sendRefusal(reply, drafted.error);
  return sendJson(reply, 200, { order: drafted.value, statement: canonicalText(drafted.value) });
}

/** What this node has seen, and what other nodes have told whoever asks. */
async function draftFigures(
  { desk, clock, shadow }: RulesetTerms,
  body: Body,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const version = numberIn(body['version']);
  const reports = [...(shadow ? [shadow()] : []), ...reportsIn(body)];
  const published = await desk.version(version);
  if (!published.ok) return sendRefusal(reply, published.error);
  const { rulesetId } = published.value.manifest;
  const { claims, bands, thin } = trialBands(reports, { version, rulesetId });
  if (claims === 0) {
    const sentence = `no node has compared a claim with version ${version}, as far as is told here`;
    return sendRefusal(reply, refusal('unfit', sentence));
  }
  const drafted = await draftTrialFigures(desk, { version, claims, bands }, clock.wallMs());
  if (!drafted.ok) return sendRefusal(reply, drafted.error);
  return sendJson(reply, 200, { figures: drafted.value, thin, statement: canonicalText(drafted.value) });
}

/** Over those that are there. Signed by somebody who may activate the version. */
async function putFigures({ desk }: RulesetTerms, body: Body, reply: FastifyReply): Promise<FastifyReply> {
  const put = await putTrialFigures(desk, numberIn(body['version']), signedIn(body['figures'], 'figures'));
  return put.ok ? sendJson(reply, 200, { figures: put.value }) : sendRefusal(reply, put.error);
}

function numberIn(version: unknown): number {
  if (Number.isSafeInteger(version) && Number(version) > 0) return Number(version);
  throw new ServiceError('malformed', '"version" is no number of a version.');
}
