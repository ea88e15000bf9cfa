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
import { type QuickRoute, type QuickTerms, quickRoute } from '../quick-route.js';
import { nationalSchema } from '../schemas/national.js';
import { openRequest, quickAnswer, rawBody, type ScreeningDoor } from '../screening.js';

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
  terms: QuickTerms,
): void {
  const route: QuickRoute = {
    url: `/fsi/api/riskConService/${call.name}`,
    schema: nationalSchema(call),
    admit: mayAsk,
    errorHandler: async (error, request, reply) => answerRefused(error, request, reply, door),
    answer: async (headers, body) => {
      const startedMs = door.clock.tickMs();
      const envelope = openRequest(headers, door, call.budget, announced(headers));
      return quickAnswer(await door.screen(body, envelope), door, call.name, startedMs);
    },
  };
  quickRoute(app, route, terms);
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

/** Clients in use announce all kinds of types: where it is none of ours, the bytes decide. */
export function announced(headers: IncomingHttpHeaders): 'nhsa-json' | 'nhsa-gbk' {
  const format = formatOf(headers['content-type'] ?? null);
  return format.ok && format.value === 'nhsa-gbk' ? 'nhsa-gbk' : 'nhsa-json';
}
