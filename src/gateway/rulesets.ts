/** What the routes of rule sets share: their door, bodies as JSON, refusals as problem details. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.js';
import { ServiceError } from '../base/errors.js';
import { fail, type Result } from '../base/result.js';
import type { ImpactCeiling } from '../ruleset/guard/impact-gate.js';
import type { Desk } from '../ruleset/release/desk.js';
import { type Members, membersIn, type Objection } from '../ruleset/release/desk-body.js';
import type { SwitchedRule } from '../ruleset/release/kill-switches.js';
import type { Declined } from '../ruleset/release/publish.js';
import type { Refusal, RefusalReason } from '../ruleset/release/refusal.js';
import type { Shelf } from '../ruleset/release/shelf.js';
import type { TrustedKeys } from '../ruleset/release/trust.js';
import { versionMeant } from '../ruleset/release/version-meant.js';
import type { DeskWork } from '../screening/desk-process.js';
import type { DeskAnswers, DeskTask } from '../screening/desk-task.js';
import type { ShadowReport } from '../shadow/report.js';
import { type Alone, callerOf } from './desk-queue.js';
import { problemType } from './problem.js';
import { rawBody } from './screening.js';

/** What the routes of rule sets are given to call. */
export interface RulesetDoor {
  readonly store: Shelf;
  readonly trusted: TrustedKeys;
  /** What takes seconds, beside the service. */
  readonly work: DeskWork;
  readonly alone: Alone;
  readonly ceiling: ImpactCeiling;
  readonly clock: Clock;
  /** Resolves when nodes that know better than a change have had the time to put theirs back. */
  readonly settle: () => Promise<void>;
  /** What this node has seen of the version that is tried; null: none is tried here. */
  readonly shadow?: (() => ShadowReport) | null;
  /** Of the node's own folder. */
  readonly folderRules: readonly SwitchedRule[];
}

/** The door with what was made of it once. */
export interface RulesetTerms extends RulesetDoor {
  readonly desk: Desk;
}

/** HTTP status and title of each; a title says the same whatever was asked for. */
const refusals: Readonly<Record<RefusalReason, readonly [number, string]>> = {
  unsigned: [400, 'It is not signed, or not in the form that is signed'],
  tampered: [400, 'A signature does not fit, or a text is not the one that was signed'],
  'unknown-key': [403, 'The key is not trusted here'],
  'wrong-role': [403, 'The key may not do this'],
  'same-signer': [403, 'It takes two persons'],
  'older-than-floor': [409, 'The version is below the lowest that may be in force'],
  overtaken: [409, 'Another change has come before'],
  'unknown-version': [404, 'There is no such version'],
  unreachable: [503, 'The broker cannot be asked'],
  'does-not-compile': [422, 'The rule set does not compile, or breaks the policy guard'],
  'compiler-ended': [503, 'The compiler has come to no end'],
  'other-content': [422, 'What is signed is not what is there'],
  'failing-examples': [422, 'Examples of the rules do not hold'],
  'failing-warm-up': [422, 'The rule set cannot be loaded'],
  impact: [409, 'The effect on claims is not known, or a second person has to approve it'],
  'unknown-rule': [404, 'There is no such rule'],
  unfit: [422, 'The change makes no sense'],
};

/** RFC 9457, with the mistakes of the rules where these are the reason. */
export function sendRefusal(reply: FastifyReply, refused: Refusal | Declined): FastifyReply {
  const { reason, message } = refused;
  const [status, title] = refusals[reason];
  const retryable = reason === 'unreachable' || reason === 'compiler-ended';
  if (retryable) reply.header('Retry-After', '1');
  const mistakes =
    'diagnostics' in refused ? { diagnostics: refused.diagnostics, examples: refused.examples } : {};
  const problem = {
    type: `urn:claimgate:problem:${reason}`,
    title,
    status,
    detail: message,
    code: reason,
    retryable,
    ...mistakes,
  };
  return reply
    .code(status)
    .header('Content-Type', problemType)
    .send(Buffer.from(JSON.stringify(problem)));
}

export function sendJson(reply: FastifyReply, status: number, value: unknown): FastifyReply {
  return sendBytes(reply, status, Buffer.from(JSON.stringify(value)));
}

/** JSON that was written elsewhere. */
export function sendBytes(reply: FastifyReply, status: number, json: Uint8Array): FastifyReply {
  return reply
    .code(status)
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(Buffer.from(json.buffer, json.byteOffset, json.byteLength));
}

/** A JSON object with one member more, however large it is. */
export function withMember(json: Uint8Array, name: string, value: unknown): Uint8Array {
  const end = Buffer.from(`,${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  return Buffer.concat([json.subarray(0, -1), end]);
}

/** The body of a request that says, or lets us take, that it is JSON; nobody has read it. Throws ServiceError. */
export function rawJson(request: FastifyRequest): Uint8Array {
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/json\b/i.test(type)) throw new ServiceError('unsupported-content-type');
  return rawBody(request);
}

/** Reading JSON stops everything else: what holds no rules is short, and what holds them is read beside the service. */
const shortBodyBytes = 256 * 1024;

/** The members of a JSON object; no rules are among them. Throws ServiceError. */
export function jsonBody(request: FastifyRequest): Members {
  const bytes = rawJson(request);
  if (bytes.byteLength > shortBodyBytes) throw new ServiceError('too-large');
  const members = membersIn(bytes);
  if (members.ok) return members.value;
  throw new ServiceError('malformed', members.error);
}

/** How a process ended tells of this machine: that is not for clients. */
const notWorkedOut = 'The process that works it out has ended, or would take too long:';

type Answer<Task extends DeskTask> = DeskAnswers[Task['do']] extends Result<infer T, Objection> ? T : never;

/** What a task comes to, in the caller's turn; ended with the request. Throws ServiceError as `workedOut` does. */
export async function workInTurn<Task extends DeskTask>(
  { work, alone }: Pick<RulesetDoor, 'work' | 'alone'>,
  task: Task,
  reply: FastifyReply,
): Promise<Result<Answer<Task>, Refusal | Declined>> {
  const worked = await alone(callerOf(reply), (gone) => work(task, gone));
  return workedOut(worked as Result<Result<Answer<Task>, Objection>, string>);
}

/** What was worked out beside the service, or why not. Throws ServiceError where it is not about rules. */
function workedOut<T>(worked: Result<Result<T, Objection>, string>): Result<T, Refusal | Declined> {
  if (!worked.ok) throw new ServiceError('unfinished', `${notWorkedOut} ask again.`);
  const answer = worked.value;
  if (answer.ok) return answer;
  if (answer.error.is === 'refused') return fail(answer.error.refusal);
  throw new ServiceError(answer.error.is === 'malformed' ? 'malformed' : 'internal', answer.error.message);
}

/** A version as a path names it: a number, or `live`. Throws ServiceError. */
export async function versionIn(desk: Desk, text: string): Promise<Result<number, Refusal>> {
  if (text === 'live' || /^[1-9]\d{0,8}$/.test(text)) {
    return await versionMeant(desk, text === 'live' ? text : Number(text));
  }
  throw new ServiceError('malformed', 'A version is a number, or "live".');
}
