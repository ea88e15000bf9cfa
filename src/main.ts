/**
 * The composition root: the only place where the parts are put together, in the order of the flow.
 *
 *   settings ─▶ rule set ─▶ broker ─▶ workers, warm ─▶ batcher ─▶ gateway ─▶ NATS ─▶ ready
 *
 * Leaving goes the other way round: doors first, then the workers, then the broker.
 */
import { join } from 'node:path';
import { systemClock } from './base/clock.js';
import { describeBug } from './base/errors.js';
import { fail, ok, type Result } from './base/result.js';
import { patientSecret } from './config/patient-secret.js';
import { programVersion } from './config/program-version.js';
import type { Settings } from './config/settings.js';
import { readTlsFiles } from './config/tls-files.js';
import { batcherSettings, budgetsOf, drainMs, poolSettings } from './config/wiring.js';
import { buildGateway } from './gateway/app.js';
import { type Listening, listen } from './gateway/server.js';
import { brokerHeadroomBytes, ScreenResponder } from './ingress/screen-responder.js';
import { NatsLink, parseAddress, type SubscriptionWatch } from './nats/connection.js';
import { startBroker } from './nats/embedded.js';
import { obtainServer } from './nats/server-binary.js';
import { createEvents, type Events } from './ops/events.js';
import { Readiness } from './ops/health.js';
import { createLogger, type LogSink } from './ops/logger.js';
import { Metrics } from './ops/metrics.js';
import {
  onStopSignal,
  type SignalSource,
  type StopReport,
  type StopStep,
  stopInOrder,
} from './ops/shutdown.js';
import { screenNow } from './pipeline.js';
import { type Artifact, buildRuleset, readRulesFolder, renderDiagnostics } from './ruleset/build-ruleset.js';
import { Batcher } from './screening/batcher.js';
import { ScreeningPool } from './screening/pool.js';
import { refuse } from './screening/refusal.js';
import type { Screen } from './screening/terms.js';

export interface StartOptions {
  /** Start a broker of our own where NATS_URL is not set; otherwise that is a problem. */
  readonly embedBroker: boolean;
  /** How many ports after CLAIMGATE_HTTP_PORT may be tried when it is taken. */
  readonly furtherPorts: number;
  readonly log: { readonly readable: boolean; readonly sink: LogSink };
  /** What is being done now, for a person who waits. */
  readonly onStep?: (step: string) => void;
}

export interface Service {
  /** `http://127.0.0.1:8787` */
  readonly httpUrl: string;
  /** As given by NATS_URL (it may hold a password), or the embedded broker's. */
  readonly natsUrl: string;
  /** Rule set name, version and id in force. */
  readonly ruleset: Pick<Artifact, 'id' | 'name' | 'version'>;
  /**
   * Resolves when the broker is connected and requests are taken; also when the service is stopped before.
   */
  readonly whenReady: Promise<void>;
  /** Leaves in order and in a bounded time. Calling it again gives the same report. */
  stop(): Promise<StopReport>;
}

interface Operations {
  readonly settings: Settings;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly step: (step: string) => void;
  /** What runs already, last started first. */
  readonly running: StopStep[];
}

/**
 * Starts the whole service. Fails with a text for a person; whatever was started by then has been stopped.
 */
export async function startService(
  settings: Settings,
  options: StartOptions,
): Promise<Result<Service, string>> {
  const operations = startOperations(settings, options);
  const started = await startParts(operations, options);
  if (!started.ok) await stopInOrder(operations.running, settings.CLAIMGATE_SHUTDOWN_MS);
  return started;
}

/**
 * Waits for SIGTERM or SIGINT, leaves, and returns the exit code: 0 after an orderly end. A second signal
 * calls `force`, which should end the process.
 */
export async function runUntilStopped(
  service: Service,
  source: SignalSource,
  force: () => void,
): Promise<number> {
  const asked = new Promise<void>((resolve) => {
    onStopSignal(source, resolve, force);
  });
  await asked;
  const report = await service.stop();
  return report.clean ? 0 : 1;
}

function startOperations(settings: Settings, { log, onStep }: StartOptions): Operations {
  const budgets = budgetsOf(settings);
  const metrics = new Metrics([budgets.preMs / 1000, budgets.midMs / 1000]);
  const logger = createLogger({ level: settings.CLAIMGATE_LOG_LEVEL, ...log });
  const events = createEvents(logger, metrics, { version: programVersion() });
  events.budgetsInForce(budgets);
  const readiness = new Readiness((reasons) => events.readinessChanged(reasons));
  return { settings, events, metrics, readiness, step: onStep ?? (() => {}), running: [] };
}

async function startParts(operations: Operations, options: StartOptions): Promise<Result<Service, string>> {
  const { events, readiness } = operations;
  const artifact = await loadRuleset(operations);
  if (!artifact.ok) return artifact;
  const natsUrl = await findBroker(operations, options.embedBroker);
  if (!natsUrl.ok) return natsUrl;
  const screen = await startScreening(operations, artifact.value);
  if (!screen.ok) return screen;
  const gateway = await startGateway(operations, screen.value, options.furtherPorts);
  if (!gateway.ok) return gateway;
  const whenReady = openToNats(operations, screen.value, natsUrl.value);
  readiness.clear('starting');
  const addresses = { http: gateway.value.url, broker: withoutPassword(natsUrl.value) };
  events.serviceListening(addresses);
  const { id, name, version } = artifact.value;
  let stopped: Promise<StopReport> | null = null;
  return ok({
    httpUrl: gateway.value.url,
    natsUrl: natsUrl.value,
    ruleset: { id, name, version },
    whenReady,
    stop: () => {
      stopped ??= leave(operations);
      return stopped;
    },
  });
}

async function leave({ settings, events, readiness, running }: Operations): Promise<StopReport> {
  events.serviceStopping();
  readiness.hold('stopping');
  const report = await stopInOrder([...running], settings.CLAIMGATE_SHUTDOWN_MS);
  events.serviceStopped(report.problems);
  return report;
}

/** The rule set from its folder, or its diagnostics as a rule author reads them. */
async function loadRuleset({ settings, step }: Operations): Promise<Result<Artifact, string>> {
  step('compiling rules');
  const source = await readRulesFolder(settings.CLAIMGATE_RULES);
  if (!source.ok) return fail(renderDiagnostics(source.error));
  const built = buildRuleset(source.value);
  return built.ok ? built : fail(renderDiagnostics(built.error));
}

/** The address of the broker; an embedded one is started where none is set. */
async function findBroker(operations: Operations, embed: boolean): Promise<Result<string, string>> {
  const { settings, events, step, running } = operations;
  if (settings.NATS_URL !== null) {
    const address = parseAddress(settings.NATS_URL);
    return address.ok ? ok(settings.NATS_URL) : address;
  }
  if (!embed) return fail('NATS_URL is not set; claimgate start brings a broker of its own');
  step('looking for nats-server');
  const program = await obtainServer(settings.CLAIMGATE_CACHE_DIR, () => step('fetching nats-server'));
  if (!program.ok) return program;
  step('starting nats-server');
  const broker = await startBroker({
    program: program.value.path,
    folder: join(settings.CLAIMGATE_DATA_DIR, 'nats'),
    maxPayloadBytes: settings.CLAIMGATE_MAX_BODY_BYTES + brokerHeadroomBytes,
    onLost: (exit, pauseMs) => events.embeddedBrokerLost(exit, pauseMs),
  });
  if (!broker.ok) return broker;
  running.unshift({ name: 'broker', stop: () => broker.value.stop() });
  return ok(broker.value.url);
}

async function startScreening(operations: Operations, artifact: Artifact): Promise<Result<Screen, string>> {
  const { settings, events, metrics, readiness, step, running } = operations;
  const secret = await patientSecret(settings.CLAIMGATE_PATIENT_SECRET, settings.CLAIMGATE_DATA_DIR);
  if (!secret.ok) return secret;
  step('warming workers');
  const workers = watchWorkers(events, readiness);
  const started = await ScreeningPool.start(artifact, poolSettings(settings, secret.value), workers.events);
  if (!started.ok) return fail(`the rule set does not run: ${started.error}`);
  const pool = started.value;
  running.unshift({ name: 'workers', stop: () => pool.stop() });
  workers.watch(pool);
  const batcher = new Batcher(pool, batcherSettings(settings), events, systemClock);
  running.unshift({ name: 'batcher', stop: () => batcher.stop(drainMs(settings)) });
  const { id, name, version, rules } = artifact;
  events.rulesetInForce({ id, name, version, overlay: 0, rules: rules.length });
  metrics.sample('claimgate_queue_length', () => batcher.queued.claims);
  metrics.sample('claimgate_workers_ready', () => pool.counts().ready);
  const stages = {
    batcher,
    maxBodyBytes: settings.CLAIMGATE_MAX_BODY_BYTES,
    screeningFailed: (error: unknown) => events.handlerFailed(describeBug(error)),
  };
  return ok((body, envelope) => screenNow(body, envelope, stages));
}

async function startGateway(
  operations: Operations,
  screen: Screen,
  furtherPorts: number,
): Promise<Result<Listening, string>> {
  const { settings, events, metrics, readiness, step, running } = operations;
  step('opening HTTP');
  const tls = await readTlsFiles(settings);
  if (!tls.ok) return tls;
  const app = await buildGateway({
    door: { screen, refuse, budgets: budgetsOf(settings), clock: systemClock, events },
    readiness,
    events,
    expose: () => metrics.expose(),
    limits: {
      maxBodyBytes: settings.CLAIMGATE_MAX_BODY_BYTES,
      maxInFlight: settings.CLAIMGATE_HTTP_INFLIGHT,
      requestTimeoutMs: settings.CLAIMGATE_HTTP_TIMEOUT_MS,
    },
    apiKey: settings.CLAIMGATE_API_KEY,
    version: programVersion(),
    tls: tls.value,
  });
  running.unshift({ name: 'gateway', stop: async () => app.close() });
  const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port } = settings;
  return listen(app, { host, port, furtherPorts });
}

/**
 * Connects in the background: HTTP answers meanwhile, and /readyz says what is missing. Requests arrive once
 * the broker has accepted the subscription; a connection alone is not enough.
 */
function openToNats(operations: Operations, screen: Screen, url: string): Promise<void> {
  const { settings, events, readiness, running } = operations;
  readiness.hold('broker');
  const link = new NatsLink({
    url,
    name: 'claimgate',
    onUp: (server) => events.brokerUp(server),
    onDown: () => {
      events.brokerDown();
      readiness.hold('broker');
    },
    onTrouble: (problem) => events.brokerUnreachable(problem),
  });
  running.unshift({ name: 'broker connection', stop: () => link.close() });
  const responder = new ScreenResponder({
    link,
    screen,
    refuse,
    maxBodyBytes: settings.CLAIMGATE_MAX_BODY_BYTES,
    budgets: budgetsOf(settings),
    clock: systemClock,
    events,
  });
  return new Promise((resolve) => {
    const watch = watchRequests(operations, resolve);
    // Told to stop before the broker was there, or before it let us take requests: nothing to open.
    running.unshift({ name: 'responder', stop: () => responder.stop().finally(resolve) });
    void link.up().then((up) => up.ok && responder.start(watch));
  });
}

/** Ready as far as the broker is concerned: it passes requests on to us. */
function watchRequests({ events, readiness }: Operations, whenTaken: () => void): SubscriptionWatch {
  return {
    onTaken: () => {
      events.requestsTaken();
      readiness.clear('broker');
      whenTaken();
    },
    onRefused: (problem) => {
      events.requestsNotPermitted(problem);
      readiness.hold('broker');
    },
  };
}

/** Readiness follows the threads: without a single one in service nothing can be screened. */
function watchWorkers(events: Events, readiness: Readiness) {
  let pool: ScreeningPool | null = null;
  const watching: Events = {
    ...events,
    workerReady: (thread) => {
      events.workerReady(thread);
      readiness.clear('workers');
    },
    workerLost: (loss) => {
      events.workerLost(loss);
      if (pool !== null && pool.counts().ready === 0) readiness.hold('workers');
    },
  };
  return {
    events: watching,
    watch: (started: ScreeningPool) => {
      pool = started;
    },
  };
}

function withoutPassword(url: string): string {
  return url.replaceAll(/\/\/[^/@,]*@/g, '//');
}
