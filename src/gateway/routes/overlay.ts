/** /v1/overlay: rules switched off, snoozed, or taken off the brake. What changes anything is signed by the client. */
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { canonicalText } from '../../ruleset/compile/canonical.js';
import { commitOverlay, draftOverlay, overlaySettled } from '../../ruleset/overlay/overlay-desk.js';
import { overlayDocument } from '../../ruleset/overlay/overlay-document.js';
import { rulesInForce } from '../../ruleset/overlay/rules-in-force.js';
import { refusal } from '../../ruleset/release/refusal.js';
import { overlayChangeIn, textIn } from '../overlay-body.js';
import { jsonBody, type RulesetTerms, sendJson, sendRefusal } from '../rulesets.js';
import { changeOverlaySchema, draftOverlaySchema, showOverlaySchema } from '../schemas/overlay.js';
import { signedIn } from '../signed-body.js';

type Body = Readonly<Record<string, unknown>>;

export function overlayRoutes(
  app: FastifyInstance,
  terms: RulesetTerms,
  onRequest: onRequestHookHandler,
): void {
  const path = '/v1/overlay';
  app.get(path, { schema: showOverlaySchema, onRequest }, (_, reply) => show(terms, reply));
  app.post(`${path}/draft`, { schema: draftOverlaySchema, onRequest }, (request, reply) =>
    draft(terms, jsonBody(request), reply),
  );
  app.post(path, { schema: changeOverlaySchema, onRequest }, (request, reply) =>
    change(terms, jsonBody(request), reply),
  );
}

async function show({ desk, clock, folderRules }: RulesetTerms, reply: FastifyReply): Promise<FastifyReply> {
  const read = await overlayDocument(desk, clock.wallMs(), async () => folderRules);
  return read.ok ? sendJson(reply, 200, read.value) : sendRefusal(reply, read.error);
}

/** What an operator would sign. */
async function draft({ desk, clock }: RulesetTerms, body: Body, reply: FastifyReply): Promise<FastifyReply> {
  const wanted = overlayChangeIn(body);
  const reason = textIn(body, 'reason');
  const key = textIn(body, 'key');
  const signer = desk.trusted.get(key);
  if (signer === undefined) {
    return sendRefusal(reply, refusal('unknown-key', `${key} is not trusted here`));
  }
  const terms = { by: signer.name, reason, nowMs: clock.wallMs() };
  const drafted = await draftOverlay(desk, wanted, terms);
  if (!drafted.ok) return sendRefusal(reply, drafted.error);
  return sendJson(reply, 200, { overlay: drafted.value, statement: canonicalText(drafted.value) });
}

async function change(
  { desk, clock, settle, folderRules }: RulesetTerms,
  body: Body,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signed = signedIn(body['overlay'], 'overlay');
  const known = body['unknownRules'] === true ? null : () => rulesInForce(desk, async () => folderRules);
  const committed = await commitOverlay(desk, signed, { nowMs: clock.wallMs(), rulesInForce: known });
  if (!committed.ok) return sendRefusal(reply, committed.error);
  await settle();
  const settled = await overlaySettled(desk, signed);
  if (!settled.ok) return sendRefusal(reply, settled.error);
  const { number, overlay, by } = committed.value;
  return sendJson(reply, 200, { number, overlay, operator: { key: by.id, name: by.name } });
}
