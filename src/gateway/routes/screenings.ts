/** POST /v1/screenings: a native claim in, a decision out. */
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, ServiceError } from '../../base/errors.js';
import type { WireFormat } from '../../claim/formats/wire-format.js';
import { type Answer, formatOf } from '../../screening/terms.js';
import type { KeyCheck } from '../authentication.js';
import { type QuickRoute, type QuickTerms, quickRoute } from '../quick-route.js';
import { screeningsSchema } from '../schemas/native.js';
import { openRequest, quickAnswer, type ScreeningDoor } from '../screening.js';

/** Causes that are the caller's to mend: a problem, where every other decision is an answer. */
const problemCauses: Readonly<Record<string, ErrorCode>> = {
  unreadable: 'unreadable',
  'too-large': 'too-large',
  'wrong-institution': 'wrong-institution',
};

export function screeningsRoute(
  app: FastifyInstance,
  door: ScreeningDoor,
  mayAsk: KeyCheck,
  terms: QuickTerms,
): void {
  const route: QuickRoute = {
    url: '/v1/screenings',
    schema: screeningsSchema,
    admit: mayAsk,
    answer: async (headers, body) => {
      const startedMs = door.clock.tickMs();
      const format = nativeFormat(headers['content-type'] ?? null);
      const answer = await door.screen(body, openRequest(headers, door, 'native', format));
      const problem = answer.outcome.cause === null ? undefined : problemCauses[answer.outcome.cause];
      if (problem !== undefined) throw new ServiceError(problem, detailOf(answer));
      return quickAnswer(answer, door, 'screenings', startedMs);
    },
  };
  quickRoute(app, route, terms);
}

/** MessagePack where it says so, else JSON; GBK is for national bodies. */
function nativeFormat(contentType: string | null): WireFormat {
  const format = formatOf(contentType);
  if (!format.ok || format.value === 'nhsa-gbk') throw new ServiceError('unsupported-content-type');
  return format.value ?? 'native-json';
}

/** The worker's sentence about what is wrong. It stands in the decision, which is our own and small here. */
function detailOf({ bytes, outcome }: Answer): string | undefined {
  if (outcome.format !== 'native-json') return undefined;
  const { detail } = JSON.parse(Buffer.from(bytes).toString()) as { readonly detail?: string | null };
  return detail ?? undefined;
}
