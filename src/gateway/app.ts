/** The HTTP gateway as an application without a port: routes, limits, errors. Tests call `inject` on it. */
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import { describeBug, ServiceError } from '../base/errors.js';
import type { EdgeEvents } from '../ops/events.js';
import type { Readiness } from '../ops/health.js';
import { keyCheck } from './authentication.js';
import { type BrowserHeaders, browserHeaders, protectBrowsers } from './browser-policy.js';
import { describeRoutes } from './docs.js';
import type { DurableDoor } from './durable.js';
import { refuseOtherMethods } from './other-methods.js';
import { sendProblem, serviceErrorOf } from './problem.js';
import { inTurn } from './quick-route.js';
import { bodyTaker } from './raw-body.js';
import type { ReplayDoor } from './replays.js';
import { beforeAnalyzeRoute } from './routes/before-analyze.js';
import { courseAnalyzeRoute } from './routes/course-analyze.js';
import { durableRoutes } from './routes/durable.js';
import { goodsSellRoute } from './routes/goods-sell.js';
import { healthRoutes } from './routes/health.js';
import { type KnowledgeRouteTerms, knowledgeRoutes } from './routes/knowledge.js';
import { type Expose, metricsRoute } from './routes/metrics.js';
import { replayRoutes } from './routes/replays.js';
import { rulesetRoutes } from './routes/rulesets.js';
import { screeningsRoute } from './routes/screenings.js';
import type { RulesetDoor } from './rulesets.js';
import type { ScreeningDoor } from './screening.js';
import { Slots } from './slots.js';
import { refuseUnread } from './unread-requests.js';

export interface GatewayLimits {
  readonly maxBodyBytes: number;
  /** Requests with a whole body that are answered at the same time. */
  readonly maxInFlight: number;
  /** A request that has not arrived whole after this long is dropped. */
  readonly requestTimeoutMs: number;
}

export interface GatewayOptions {
  readonly door: ScreeningDoor;
  readonly durable: DurableDoor;
  /** Null: no key is trusted here, so there are no releases. */
  readonly rulesets?: RulesetDoor | null;
  readonly replays?: ReplayDoor;
  readonly knowledge?: KnowledgeRouteTerms;
  readonly readiness: Readiness;
  readonly expose: Expose;
  readonly events: EdgeEvents;
  readonly limits: GatewayLimits;
  /** Null: open, which the settings allow on loopback only. */
  readonly apiKey: string | null;
  readonly version: string;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
}

export async function buildGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const policy = await browserHeaders(options.tls !== null);
  const app = createApp(options, policy);
  const { maxBodyBytes, maxInFlight } = options.limits;
  const slots = new Slots(maxInFlight);
  limitInFlight(app, slots);
  takeBodiesRaw(app, maxBodyBytes);
  const isClosing = endConnectionsWhenClosing(app);
  answerErrors(app, options.events);
  protectBrowsers(app, policy);
  const refuseTheRest = refuseOtherMethods(app);
  const quick = { maxBodyBytes, slots, isClosing, policy: inTurn(policy) };
  await describeRoutes(app, options.version);
  const bearer = keyCheck(options.apiKey, { plainHeader: false });
  const nationalKey = keyCheck(options.apiKey, { plainHeader: true });
  beforeAnalyzeRoute(app, options.door, nationalKey, quick);
  courseAnalyzeRoute(app, options.door, nationalKey, quick);
  screeningsRoute(app, options.door, bearer, quick);
  goodsSellRoute(app, { screening: options.door, durable: options.durable }, nationalKey, quick);
  durableRoutes(app, options.durable, { bearer, national: nationalKey });
  if (options.rulesets) rulesetRoutes(app, options.rulesets, bearer);
  if (options.replays) replayRoutes(app, options.replays, bearer);
  if (options.knowledge) knowledgeRoutes(app, options.knowledge, bearer);
  healthRoutes(app, options.readiness);
  metricsRoute(app, options.expose, bearer);
  refuseTheRest();
  return app;
}

function createApp({ limits, tls, events }: GatewayOptions, policy: BrowserHeaders): FastifyInstance {
  const timing = arrivalTiming(limits.requestTimeoutMs);
  const given = {
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // While we leave, requests on open connections are still served; idle connections are closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: addressRefused(events),
    clientErrorHandler: refuseUnread(events, policy),
    ...(tls === null ? { http: timing } : { https: { ...tls, ...timing } }),
  } as const;
  // The types of the two servers differ, and nothing here uses the difference.
  const app = fastify(given as FastifyServerOptions);
  // Bodies on their way hold no slot, so that slow ones keep nobody out; what bounds them is this.
  app.server.maxConnections = limits.maxInFlight * connectionsPerSlot + spareConnections;
  return app;
}

const connectionsPerSlot = 4;
/** Health, metrics and idle connections have room even where slots are few. */
const spareConnections = 64;

/**
 * Node looks for late requests at intervals, every 30 s unless told, and takes the longer of the two limits for
 * the whole request: left alone, either would outlast a short limit by far.
 */
function arrivalTiming(requestTimeoutMs: number) {
  return {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(requestTimeoutMs, 60_000),
    connectionsCheckingInterval: Math.min(Math.max(Math.ceil(requestTimeoutMs / 10), 50), 5_000),
  };
}

/** Bodies stay bytes, whatever their type; schemas describe and do not validate. */
function takeBodiesRaw(app: FastifyInstance, maxBodyBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', bodyTaker(maxBodyBytes));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

function limitInFlight(app: FastifyInstance, slots: Slots): void {
  // Not before the body is here: else a few hundred clients that send slowly would hold every slot.
  app.addHook('preHandler', (request, reply, done) => {
    // Health is asked most when there is most to do.
    if (request.url === '/livez' || request.url === '/readyz') return done();
    done(slots.take(reply.raw) ? undefined : new ServiceError('busy'));
  });
}

/**
 * A connection that was kept open after its last answer would keep us from leaving until the client lets go. Returns
 * whether we are leaving.
 */
function endConnectionsWhenClosing(app: FastifyInstance): () => boolean {
  const leaving = new AbortController();
  app.decorate('leaving', leaving.signal);
  app.addHook('preClose', async () => leaving.abort());
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (leaving.signal.aborted) reply.header('Connection', 'close');
    done(null, payload);
  });
  return () => leaving.signal.aborted;
}

/** Addresses that cannot be read are answered before there is a route, and past the handler of errors. */
function addressRefused(events: EdgeEvents) {
  return (_error: Error, _request: FastifyRequest, reply: FastifyReply): void => {
    events.requestRefused({ transport: 'http', reason: 'not-found' });
    sendProblem(reply, new ServiceError('not-found'));
  };
}

function answerErrors(app: FastifyInstance, events: EdgeEvents): void {
  app.setNotFoundHandler(async (_request, reply) => {
    events.requestRefused({ transport: 'http', reason: 'not-found' });
    return sendProblem(reply, new ServiceError('not-found'));
  });
  app.setErrorHandler(async (thrown, _request, reply) => {
    const known = serviceErrorOf(thrown);
    if (known === null) events.handlerFailed(describeBug(thrown));
    const problem = known ?? new ServiceError('internal');
    events.requestRefused({ transport: 'http', reason: problem.code });
    return sendProblem(reply, problem);
  });
}
