/** The HTTP gateway as an application without a port: routes, limits, errors. Tests call `inject` on it. */
import { type FastifyInstance, type FastifyServerOptions, fastify } from 'fastify';
import { describeBug, ServiceError } from '../base/errors.js';
import type { EdgeEvents } from '../ops/events.js';
import type { Readiness } from '../ops/health.js';
import { keyCheck } from './authentication.js';
import { protectBrowsers } from './browser-policy.js';
import { describeRoutes } from './docs.js';
import { sendProblem, serviceErrorOf } from './problem.js';
import { beforeAnalyzeRoute } from './routes/before-analyze.js';
import { courseAnalyzeRoute } from './routes/course-analyze.js';
import { healthRoutes } from './routes/health.js';
import { type Expose, metricsRoute } from './routes/metrics.js';
import { screeningsRoute } from './routes/screenings.js';
import type { ScreeningDoor } from './screening.js';

export interface GatewayLimits {
  readonly maxBodyBytes: number;
  /** Requests with a whole body that are answered at the same time. */
  readonly maxInFlight: number;
  /** A request that has not arrived whole after this long is dropped. */
  readonly requestTimeoutMs: number;
}

export interface GatewayOptions {
  readonly door: ScreeningDoor;
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
  const app = createApp(options);
  limitInFlight(app, options.limits.maxInFlight);
  takeBodiesRaw(app);
  endConnectionsWhenClosing(app);
  answerErrors(app, options.events);
  await protectBrowsers(app, options.tls !== null);
  await describeRoutes(app, options.version);
  const bearer = keyCheck(options.apiKey, { plainHeader: false });
  const nationalKey = keyCheck(options.apiKey, { plainHeader: true });
  beforeAnalyzeRoute(app, options.door, nationalKey);
  courseAnalyzeRoute(app, options.door, nationalKey);
  screeningsRoute(app, options.door, bearer);
  healthRoutes(app, options.readiness);
  metricsRoute(app, options.expose, bearer);
  return app;
}

function createApp({ limits, tls }: GatewayOptions): FastifyInstance {
  const timing = arrivalTiming(limits.requestTimeoutMs);
  const given = {
    logger: false,
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // While we leave, requests on open connections are still served; idle connections are closed.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
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
function takeBodiesRaw(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
}

function limitInFlight(app: FastifyInstance, limit: number): void {
  let inFlight = 0;
  const giveBack = (): void => {
    inFlight -= 1;
  };
  // Not before the body is here: else a few hundred clients that send slowly would hold every slot.
  app.addHook('preHandler', (request, reply, done) => {
    // Health is asked most when there is most to do.
    if (request.url === '/livez' || request.url === '/readyz') return done();
    // Whoever asked is gone, and the event that gives the slot back with it.
    if (reply.raw.closed) return done();
    inFlight += 1;
    reply.raw.once('close', giveBack);
    done(inFlight > limit ? new ServiceError('busy') : undefined);
  });
}

/** A connection that was kept open after its last answer would keep us from leaving until the client lets go. */
function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('Connection', 'close');
    done(null, payload);
  });
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
