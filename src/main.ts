/**
 * The composition root: the only place where the parts are put together, in the order of the flow.
 *
 *   settings ─▶ rule set ─▶ broker ─▶ history ─▶ workers, warm ─▶ batcher ─▶ releases ─▶ gateway ─▶ NATS ─▶ ready
 *
 * The durable path (durable.ts) begins when the broker is there. Leaving goes the other way round: doors first, then
 * the workers, then the broker.
 */
import { join } from 'node:path';
import { payloadBytesFor } from './base/broker-limits.js';
import { systemClock } from './base/clock.js';
import { describeBug } from './base/errors.js';
import { fail, ok, type Result } from './base/result.js';
import { compileFolder } from './compile-folder.js';
import { patientSecret } from './config/patient-secret.js';
import { programVersion } from './config/program-version.js';
import type { Settings } from './config/settings.js';
import { readTlsFiles } from './config/tls-files.js';
import { batcherSettings, budgetsOf, drainMs, durableSettings, poolSettings } from './config/wiring.js';
import { type Desks, openDesks } from './desks.js';
import { DurablePath, openHandIn } from './durable.js';
import { type CopyAdvice, noCopies, openAdvice } from './egress/advice.js';
import { buildGateway } from './gateway/app.js';
import type { RulesetDoor } from './gateway/rulesets.js';
import { type Listening, listen } from './gateway/server.js';
import { HistoryStore } from './history/store.js';
import { ScreenResponder } from './ingress/screen-responder.js';
import { NatsLink, parseAddress, type SubscriptionWatch } from './nats/connection.js';
import { startBroker } from './nats/embedded.js';
import { obtainServer } from './nats/server-binary.js';
import { type Operations, type OperationsOptions, startOperations } from './operations.js';
import {
  isTold,
  onStopSignal,
  type SignalSource,
  type StopReport,
  stopInOrder,
  unlessTold,
} from './ops/shutdown.js';
import { watchWorkers } from './ops/worker-watch.js';
import { screenNow } from './pipeline.js';
import { startReleasing } from './releasing.js';
import type { Artifact } from './ruleset/compile/artifact.js';
import { Batcher } from './screening/batcher.js';
import { type PoolSettings, ScreeningPool } from './screening/pool.js';
import { refuse } from './screening/refusal.js';
import type { Screen } from './screening/terms.js';

export interface StartOptions extends OperationsOptions {
  /** Start a broker of our own where NATS_URL is not set; otherwise that is a problem. */
  readonly embedBroker: boolean;
  /** How many ports after CLAIMGATE_HTTP_PORT may be tried when it is taken. */
  readonly furtherPorts: number;
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

async function startParts(operations: Operations, options: StartOptions): Promise<Result<Service, string>> {
  const { events, readiness, stopping } = operations;
  if (await isTold(stopping)) return fail(toldToLeave);
  operations.step('compiling rules');
  const artifact = await compileFolder(operations.settings.CLAIMGATE_RULES);
  if (!artifact.ok) return artifact;
  if (await isTold(stopping)) return fail(toldToLeave);
  const natsUrl = await findBroker(operations, options.embedBroker);
  if (!natsUrl.ok) return natsUrl;
  const store = await openHistory(operations);
  if (!store.ok) return store;
  const screening = await startScreening(operations, artifact.value);
  if (!screening.ok) return screening;
  const { batcher } = screening.value;
  const screen = screenBy(batcher, operations);
  const link = dial(operations, natsUrl.value);
  const releasing = await keepToReleases(operations, link, screening.value, artifact.value);
  if (!releasing.ok) return releasing;
  const copy = copyAdvice(operations, link);
  const desks = openDesks(operations.settings, natsUrl.value, releasing.value);
  const edge = { screen, link, copy, rulesets: releasing.value, desks };
  const gateway = await startGateway(operations, edge, options.furtherPorts);
  if (!gateway.ok) return gateway;
  startDurable(operations, link, store.value, batcher);
  const whenReady = openToNats(operations, edge);
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

const toldToLeave = 'it was told to stop before it had started';

async function leave({ settings, events, readiness, running }: Operations): Promise<StopReport> {
  events.serviceStopping();
  readiness.hold('stopping');
  const report = await stopInOrder([...running], settings.CLAIMGATE_SHUTDOWN_MS);
  events.serviceStopped(report.problems);
  return report;
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
    maxPayloadBytes: payloadBytesFor(settings.CLAIMGATE_MAX_BODY_BYTES),
    onLost: (exit, pauseMs) => events.embeddedBrokerLost(exit, pauseMs),
  });
  if (!broker.ok) return broker;
  running.unshift({ name: 'broker', stop: () => broker.value.stop() });
  return ok(broker.value.url);
}

/** The state of the durable path; workers read it. */
async function openHistory(operations: Operations): Promise<Result<HistoryStore, string>> {
  const { settings, step, running } = operations;
  step('opening the history');
  const store = await HistoryStore.open(historyFolder(settings));
  if (store.ok) running.unshift({ name: 'history', stop: () => store.value.close() });
  return store;
}

function historyFolder(settings: Settings): string {
  return join(settings.CLAIMGATE_DATA_DIR, 'history');
}

interface Screening {
  readonly pool: ScreeningPool;
  readonly batcher: Batcher;
  /** What the threads of the pool were started with. */
  readonly threads: PoolSettings;
}

async function startScreening(
  operations: Operations,
  artifact: Artifact,
): Promise<Result<Screening, string>> {
  const { settings, events, overlayEvents, metrics, readiness, step, stopping, running } = operations;
  const secret = await patientSecret(settings.CLAIMGATE_PATIENT_SECRET, settings.CLAIMGATE_DATA_DIR);
  if (!secret.ok) return secret;
  step('warming workers');
  const workers = watchWorkers(events, readiness);
  const threads = poolSettings(settings, secret.value, historyFolder(settings));
  const starting = ScreeningPool.start(artifact, threads, workers.events);
  const started = await unlessTold(stopping, starting);
  if (started === 'told') {
    void starting.then(async (late) => late.ok && (await late.value.stop()));
    return fail(toldToLeave);
  }
  if (!started.ok) return fail(`the rule set does not run: ${started.error}`);
  const pool = started.value;
  running.unshift({ name: 'workers', stop: () => pool.stop() });
  workers.watch(pool);
  const batcher = new Batcher(pool, batcherSettings(settings), events, systemClock);
  running.unshift({ name: 'batcher', stop: () => batcher.stop(drainMs(settings)) });
  batcher.watchers.add(({ outcomes }) => {
    for (const { heldBack } of outcomes) if (heldBack.length > 0) overlayEvents.findingsHeldBack(heldBack);
  });
  metrics.sample('claimgate_queue_length', () => batcher.queued.claims);
  metrics.sample('claimgate_workers_ready', () => pool.counts().ready);
  return ok({ pool, batcher, threads });
}

/** Before any door is open: nobody is answered by a rule set that has been replaced. */
async function keepToReleases(
  operations: Operations,
  link: NatsLink,
  { pool, batcher, threads }: Screening,
  folder: Artifact,
): Promise<Result<RulesetDoor | null, string>> {
  const { settings, releaseEvents: events, shadowEvents, step, stopping, running } = operations;
  step('putting the release back in force');
  const { watchers } = batcher;
  const watchdogMs = settings.CLAIMGATE_WATCHDOG_MS;
  const shadowing = { screening: batcher, judges: pool, threads, watchdogMs, events: shadowEvents };
  const parts = { link, rulesets: pool, watchers, folder, shadowing };
  const started = await startReleasing({ ...operations, events, ...parts });
  if (!started.ok) return started;
  running.unshift({ name: 'releases', stop: () => started.value.stop() });
  return (await isTold(stopping)) ? fail(toldToLeave) : ok(started.value.door);
}

function screenBy(batcher: Batcher, { settings, events }: Operations): Screen {
  const stages = {
    batcher,
    maxBodyBytes: settings.CLAIMGATE_MAX_BODY_BYTES,
    screeningFailed: (error: unknown) => events.handlerFailed(describeBug(error)),
  };
  return (body, envelope) => screenNow(body, envelope, stages);
}

function startDurable(operations: Operations, link: NatsLink, store: HistoryStore, batcher: Batcher): void {
  const { settings, durableEvents: events, metrics, readiness, running } = operations;
  const mayDecide = readiness.without(undecided);
  const parts = { link, store, batcher, readiness, mayDecide, events };
  const path = new DurablePath({ ...parts, ...durableSettings(settings) });
  running.unshift({ name: 'durable path', stop: () => path.stop() });
  metrics.sample('claimgate_lane_committed_sequence', () => store.position()?.committed ?? 0);
  metrics.sample('claimgate_lane_published_sequence', () => store.position()?.published ?? 0);
}

/** What both doors are given. */
interface Edge {
  readonly screen: Screen;
  readonly link: NatsLink;
  readonly copy: CopyAdvice;
  readonly rulesets: RulesetDoor | null;
  readonly desks: Desks;
}

function copyAdvice({ settings, durableEvents, running }: Operations, link: NatsLink): CopyAdvice {
  if (!settings.CLAIMGATE_ADVICE) return noCopies;
  const { copy, stop } = openAdvice({ link, onLost: durableEvents.adviceLost });
  running.unshift({ name: 'advice', stop });
  return copy;
}

async function startGateway(
  operations: Operations,
  { screen, link, copy, rulesets, desks }: Edge,
  furtherPorts: number,
): Promise<Result<Listening, string>> {
  const { settings, events, durableEvents, metrics, readiness, step, running } = operations;
  step('opening HTTP');
  const tls = await readTlsFiles(settings);
  if (!tls.ok) return tls;
  const handIn = openHandIn({ link, events, durableEvents });
  running.unshift({ name: 'hand-in', stop: async () => handIn.close() });
  const app = await buildGateway({
    door: { screen, refuse, budgets: budgetsOf(settings), clock: systemClock, events, copy },
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
    durable: handIn.door,
    rulesets,
    replays: desks.replays,
    knowledge: desks.knowledge,
  });
  running.unshift({ name: 'replays', stop: () => desks.stop() });
  running.unshift({ name: 'gateway', stop: async () => app.close() });
  const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port } = settings;
  return listen(app, { host, port, furtherPorts });
}

/** Connects in the background: HTTP answers meanwhile, and /readyz says what is missing. */
function dial({ events, readiness, running }: Operations, url: string): NatsLink {
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
  return link;
}

/** While one of these holds, what claims should be judged by is not known here: other nodes judge them. */
const undecided = ['release', 'overlay'] as const;

/** Requests arrive once the broker has accepted the subscription; a connection alone is not enough. */
function openToNats(operations: Operations, { screen, link, copy }: Edge): Promise<void> {
  const { settings, events, readiness, running } = operations;
  const responder = new ScreenResponder({
    link,
    screen,
    refuse,
    maxBodyBytes: settings.CLAIMGATE_MAX_BODY_BYTES,
    budgets: budgetsOf(settings),
    clock: systemClock,
    events,
    copy,
  });
  return new Promise((resolve) => {
    const watch = watchRequests(operations, resolve);
    // Told to stop before the broker was there, or before it let us take requests: nothing to open.
    running.unshift({ name: 'responder', stop: () => responder.stop().finally(resolve) });
    const mayAnswer = readiness.without(undecided);
    void Promise.all([link.up(), mayAnswer]).then(([up]) => up.ok && responder.start(watch));
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

function withoutPassword(url: string): string {
  return url.replaceAll(/\/\/[^/@,]*@/g, '//');
}
