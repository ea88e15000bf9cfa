/** What every part of the service is given: settings, a voice, what runs already. */
import { programVersion } from './config/program-version.js';
import type { Settings } from './config/settings.js';
import { budgetsOf } from './config/wiring.js';
import { type BrakeEvents, createBrakeEvents } from './ops/brake-events.js';
import { createDurableEvents, type DurableEvents } from './ops/durable-events.js';
import { createEvents, type Events } from './ops/events.js';
import { Readiness } from './ops/health.js';
import { createLogger, type LogSink } from './ops/logger.js';
import { Metrics } from './ops/metrics.js';
import { createOverlayEvents, type OverlayEvents, tellTogether } from './ops/overlay-events.js';
import { createReleaseEvents, type ReleaseEvents } from './ops/release-events.js';
import { createShadowEvents, type ShadowEvents } from './ops/shadow-events.js';
import type { StopStep } from './ops/shutdown.js';

export interface Operations {
  readonly settings: Settings;
  readonly events: Events;
  readonly durableEvents: DurableEvents;
  readonly releaseEvents: ReleaseEvents;
  readonly overlayEvents: OverlayEvents;
  readonly brakeEvents: BrakeEvents;
  readonly shadowEvents: ShadowEvents;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly step: (step: string) => void;
  readonly stopping: AbortSignal;
  /** What runs already, last started first. */
  readonly running: StopStep[];
}

export interface OperationsOptions {
  readonly log: { readonly readable: boolean; readonly sink: LogSink };
  /** What is being done now, for a person who waits. */
  readonly onStep?: (step: string) => void;
  /** Told to leave before it has started: the start fails at the next step, without waiting for the threads. */
  readonly stopping?: AbortSignal;
}

export function startOperations(
  settings: Settings,
  { log, onStep, stopping }: OperationsOptions,
): Operations {
  const budgets = budgetsOf(settings);
  const metrics = new Metrics([budgets.preMs / 1000, budgets.midMs / 1000]);
  const logger = createLogger({ level: settings.CLAIMGATE_LOG_LEVEL, ...log });
  const events = createEvents(logger, metrics, { version: programVersion() });
  const durableEvents = createDurableEvents(logger, metrics);
  events.budgetsInForce(budgets);
  const readiness = new Readiness((reasons) => events.readinessChanged(reasons));
  const inForce = tellTogether(events.rulesetInForce);
  return {
    settings,
    events,
    durableEvents,
    releaseEvents: createReleaseEvents(logger, metrics, inForce.rulesetInForce),
    overlayEvents: createOverlayEvents(logger, metrics, inForce.numbered),
    brakeEvents: createBrakeEvents(logger, metrics),
    shadowEvents: createShadowEvents(logger, metrics),
    metrics,
    readiness,
    step: onStep ?? (() => {}),
    stopping: stopping ?? new AbortController().signal,
    running: [],
  };
}
