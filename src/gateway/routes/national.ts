/**
 * The national calls as a HIS sends them today. Whatever happens, the caller gets HTTP 200 and the national
 * answer: a HIS that meets anything else shows its user an error, and nobody's care may wait for that.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeBug, type ErrorCode } from '../../base/errors.js';
import type { NotScreenedCause } from '../../decision/decision.js';
import type { RouteName } from '../../ops/events.js';
import type { Route } from '../../screening/budget.js';
import { answerHeaders, formatOf } from '../../screening/terms.js';
import type { KeyCheck } from '../authentication.js';
import { serviceErrorOf } from '../problem.js';
import { nationalSchema } from '../schemas/national.js';
import { openRequest, rawBody, type ScreeningDoor, sendAnswer } from '../screening.js';

export interface NationalCall {
  readonly name: Extract<RouteName, 'beforeAnalyze' | 'courseAnalyze'>;
  /** Transaction number. */
  readonly infno: '3101' | '3102';
  readonly budget: Extract<Route, 'pre' | 'mid'>;
  readonly summary: string;
}

/** One national call as a route. */
export function nationalRoute(
  app: FastifyInstance,
  call: NationalCall,
  door: ScreeningDoor,
  mayAsk: KeyCheck,
): void {
  app.route({
    method: 'POST',
    url: `/fsi/api/riskConService/${call.name}`,
    schema: nationalSchema(call),
    onRequest: (request, _reply, done) => {
      mayAsk(request.headers);
      nameReadableType(request);
      done();
    },
    errorHandler: async (error, request, reply) => answerRefused(error, request, reply, door),
    handler: async (request, reply) => {
      const startedMs = door.clock.tickMs();
      const answer = await door.screen(
        rawBody(request),
        openRequest(request, door, call.budget, announced(request.headers)),
      );
      return sendAnswer(reply, answer, door, call.name, startedMs);
    },
  });
}

/** The cause that stands nearest to an error at the door, and what the HIS shows its user. */
const causes: Partial<Record<ErrorCode, { readonly cause: NotScreenedCause; readonly detail: string }>> = {
  'unsupported-version': { cause: 'unreadable', detail: '接口版本不支持' },
  'too-large': { cause: 'too-large', detail: '请求超过大小限制' },
  'wrong-institution': { cause: 'wrong-institution', detail: '机构代码与凭证不符' },
  'invalid-institution': { cause: 'wrong-institution', detail: '机构代码格式不正确' },
  unauthorised: { cause: 'unauthorised', detail: '缺少或错误的 API key' },
  busy: { cause: 'overload', detail: '请求过多，请稍后再试' },
  internal: { cause: 'worker', detail: '服务内部错误' },
};
/** The cause has a sentence of its own, which a detail would only repeat. */
const otherwise = { cause: 'unreadable', detail: null } as const;

function answerRefused(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  door: ScreeningDoor,
): FastifyReply {
  const known = serviceErrorOf(error);
  const code = known?.code ?? 'internal';
  const { cause, detail } = causes[code] ?? otherwise;
  const envelope = {
    format: announced(request.headers),
    institution: null,
    path: 'advisory' as const,
    receivedAtMs: door.clock.wallMs(),
    deadlineMs: door.clock.tickMs(),
    stageDeadlines: null,
  };
  const answer = door.refuse(rawBody(request), envelope, cause, detail);
  if (known === null) door.events.handlerFailed(describeBug(error));
  door.events.requestRefused({ transport: 'http', reason: code });
  return reply.code(200).headers(answerHeaders(answer.outcome, 0)).send(Buffer.from(answer.bytes));
}

/**
 * The framework refuses a type that is not even written like one, before anybody sees the body. Written in place: a
 * request with headers of its own merges them anew whenever somebody reads one.
 */
function nameReadableType({ raw }: FastifyRequest): void {
  raw.headers['content-type'] = readableTypes[announced(raw.headers)];
}

const readableTypes = {
  'nhsa-json': 'application/json; charset=utf-8',
  'nhsa-gbk': 'application/json; charset=GBK',
} as const;

/** Clients in use announce all kinds of types: where it is none of ours, the bytes decide. */
function announced(headers: IncomingHttpHeaders): keyof typeof readableTypes {
  const format = formatOf(headers['content-type'] ?? null);
  return format.ok && format.value === 'nhsa-gbk' ? 'nhsa-gbk' : 'nhsa-json';
}
