/**
 * /v1/rulesets: versions of the rules, looked at, compared, checked, published and activated. What changes anything is
 * signed by the client: no private key comes here.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Desk, type Live, type StoredVersion } from '../../ruleset/release/desk.js';
import { publishedText } from '../../ruleset/release/diff-document.js';
import type { KeyCheck } from '../authentication.js';
import {
  type RulesetDoor,
  type RulesetTerms,
  sendBytes,
  sendJson,
  sendRefusal,
  versionIn,
  workInTurn,
} from '../rulesets.js';
import { diffSchema, listSchema, ruleSchema, versionSchema } from '../schemas/rulesets.js';
import { overlayRoutes } from './overlay.js';
import { rulesetActions } from './ruleset-actions.js';
import { shadowRoutes } from './shadow.js';

/** `mayAsk`: whoever has the key with all scopes. */
export function rulesetRoutes(app: FastifyInstance, door: RulesetDoor, mayAsk: KeyCheck): void {
  const terms = { ...door, desk: new Desk(door.store, door.trusted) };
  const onRequest = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    mayAsk(request.headers);
    done();
  };
  app.get('/v1/rulesets', { schema: listSchema, onRequest }, (_, reply) => listVersions(terms, reply));
  app.get('/v1/rulesets/:version', { schema: versionSchema, onRequest }, (request, reply) =>
    showVersion(terms, request.params as { readonly version: string }, reply),
  );
  app.get('/v1/rulesets/:version/rules/:rule', { schema: ruleSchema, onRequest }, (request, reply) =>
    showRule(terms, request.params as RuleAsked, reply),
  );
  app.get('/v1/rulesets/:before/diff/:after', { schema: diffSchema, onRequest }, (request, reply) =>
    compare(terms, request.params as Sides, reply),
  );
  rulesetActions(app, terms, onRequest);
  overlayRoutes(app, terms, onRequest);
  shadowRoutes(app, terms, onRequest);
}

async function listVersions({ desk }: RulesetTerms, reply: FastifyReply): Promise<FastifyReply> {
  const versions = await desk.versions();
  if (!versions.ok) return sendRefusal(reply, versions.error);
  const live = await desk.live();
  if (!live.ok) return sendRefusal(reply, live.error);
  const told = [...versions.value].map(([version, read]) =>
    read.ok ? versionJson(read.value) : { version, refused: read.error },
  );
  return sendJson(reply, 200, { versions: told, ...liveJson(live.value) });
}

async function showVersion(
  { desk }: RulesetTerms,
  { version }: { readonly version: string },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const number = await versionIn(desk, version);
  const found = number.ok ? await desk.version(number.value) : number;
  return found.ok ? sendJson(reply, 200, versionJson(found.value)) : sendRefusal(reply, found.error);
}

interface RuleAsked {
  readonly version: string;
  readonly rule: string;
}

async function showRule(
  terms: RulesetTerms,
  { version, rule }: RuleAsked,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { desk } = terms;
  const number = await versionIn(desk, version);
  const text = number.ok ? await desk.bundled(number.value) : number;
  if (!text.ok) return sendRefusal(reply, text.error);
  const task = { do: 'rule', text: text.value, rule } as const;
  const told = await workInTurn(terms, task, reply);
  return told.ok ? sendBytes(reply, 200, told.value) : sendRefusal(reply, told.error);
}

interface Sides {
  readonly before: string;
  readonly after: string;
}

async function compare(
  terms: RulesetTerms,
  { before, after }: Sides,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const was = await sideOf(terms.desk, before);
  if (!was.ok) return sendRefusal(reply, was.error);
  const is = await sideOf(terms.desk, after);
  if (!is.ok) return sendRefusal(reply, is.error);
  const task = { do: 'diff', before: was.value, after: is.value } as const;
  const told = await workInTurn(terms, task, reply);
  return told.ok ? sendBytes(reply, 200, told.value) : sendRefusal(reply, told.error);
}

async function sideOf(desk: Desk, name: string) {
  const version = await versionIn(desk, name);
  return version.ok ? await publishedText(desk, version.value) : version;
}

function versionJson({ manifest, publisher, storedMs }: StoredVersion) {
  const storedAt = new Date(storedMs).toISOString();
  return { version: manifest.version, manifest, publisher: signerJson(publisher), storedAt };
}

function liveJson({ current, accepted, trail }: Live) {
  return {
    live: current === null ? null : { pointer: current.pointer, activator: signerJson(current.activator) },
    floor: accepted.floor,
    changes: trail.map(({ storedMs, said, approver }) => ({
      storedAt: new Date(storedMs).toISOString(),
      ...(said.ok
        ? {
            pointer: said.value.pointer,
            activator: signerJson(said.value.activator),
            approver: approver === null ? null : signerJson(approver),
          }
        : { refused: said.error }),
    })),
  };
}

function signerJson({ id, name }: { readonly id: string; readonly name: string }) {
  return { key: id, name };
}
