/**
 * POST …/goodsSell: 3505 and 3505A, goods sold, of one sale or of many. A worker looks at the rows, the whole goes into
 * CLAIMS as it is, and the caller gets HTTP 200 and the national answer at its two levels: `infcode` 0 once it is
 * stored, and for every row whether it will be taken into account. What it comes to stands in DECISIONS, sale by sale.
 * Where no row can be taken nothing is stored.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, ServiceError } from '../../base/errors.js';
import type { WireFormat } from '../../claim/formats/wire-format.js';
import type { NotScreenedCause } from '../../decision/decision.js';
import { encodeSalesAnswer } from '../../decision/encoders/nhsa-sales.js';
import { type Answer, contentTypeOf, header, interfaceVersion } from '../../screening/terms.js';
import type { KeyCheck } from '../authentication.js';
import type { DurableDoor } from '../durable.js';
import { nationalSentence } from '../national-sentences.js';
import { serviceErrorOf } from '../problem.js';
import { inTurn, type QuickAnswer, type QuickTerms, quickRoute } from '../quick-route.js';
import { goodsSellSchema } from '../schemas/goods-sell.js';
import { openRequest, type ScreeningDoor } from '../screening.js';
import { announced } from './national.js';

/** Nobody stands and waits for it, and it may have thousands of rows. */
const lookWithinMs = 2_000;
const noEvent = () => {};
/** What a look that came to nothing is counted as. */
const codes: Partial<Record<NotScreenedCause, ErrorCode>> = {
  unreadable: 'unreadable',
  'wrong-institution': 'wrong-institution',
  'too-large': 'too-large',
  overload: 'busy',
};

export interface GoodsSellDoors {
  readonly screening: ScreeningDoor;
  readonly durable: DurableDoor;
}

export function goodsSellRoute(
  app: FastifyInstance,
  doors: GoodsSellDoors,
  mayAsk: KeyCheck,
  terms: QuickTerms,
): void {
  const route = {
    url: '/fsi/api/goodsService/goodsSell',
    schema: goodsSellSchema,
    admit: mayAsk,
    errorHandler: async (error: unknown, { headers }: FastifyRequest, reply: FastifyReply) => {
      const { code } = serviceErrorOf(error) ?? new ServiceError('internal');
      if (code === 'internal') doors.durable.failed(error);
      doors.durable.refused(code);
      const format = announced(headers);
      return reply
        .code(200)
        .headers(headersOf(format))
        .send(Buffer.from(refusal(code, format, doors)));
    },
    answer: async (headers: IncomingHttpHeaders, body: Uint8Array) => await take(headers, body, doors),
  };
  quickRoute(app, route, terms);
}

async function take(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  doors: GoodsSellDoors,
): Promise<QuickAnswer> {
  const { screening, durable } = doors;
  const startedMs = durable.clock.tickMs();
  const looked = await lookAt(headers, body, screening, startedMs + lookWithinMs);
  const { format, cause, institution } = looked.outcome;
  const answered = (bytes: Uint8Array, sent: () => void = noEvent): QuickAnswer => {
    return { headers: inTurn(headersOf(format)), bytes, sent };
  };
  if (cause !== null) return answered(looked.bytes, () => durable.refused(codes[cause] ?? 'internal'));
  const stored = await durable.store({
    stream: 'claims',
    institution: institution ?? '',
    body,
    headers: headersOf(format),
  });
  if (stored.ok) {
    const durationMs = durable.clock.tickMs() - startedMs;
    return answered(looked.bytes, () => durable.stored('goodsSell', durationMs));
  }
  const refused = refusal(stored.error, format, doors);
  return answered(refused, stored.error === 'unavailable' ? () => durable.unavailable('goodsSell') : noEvent);
}

/** The answer of whoever looks, as if the rest succeeded; see `takeSales`. */
async function lookAt(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  door: ScreeningDoor,
  deadlineMs: number,
): Promise<Answer> {
  const envelope = openRequest(headers, door, 'pre', announced(headers));
  return await door.screen(body, { ...envelope, path: 'durable', deadlineMs });
}

function headersOf(format: WireFormat): Readonly<Record<string, string>> {
  return { [header.contentType]: contentTypeOf(format), [header.version]: interfaceVersion };
}

/** Nothing is stored. Nobody has read whose message it is: the answer does not name it. */
function refusal(
  code: ErrorCode | 'unavailable',
  format: WireFormat,
  { screening }: GoodsSellDoors,
): Uint8Array {
  return encodeSalesAnswer({
    messageId: null,
    isGbk: format === 'nhsa-gbk',
    receivedAtMs: screening.clock.wallMs(),
    problem: nationalSentence(code),
    rows: [],
  });
}
