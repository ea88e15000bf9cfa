/**
 * What happens here that an operator wants to see. One method per happening: its log line and its metrics
 * stand together. Labels are closed sets; nothing of a claim or a person goes into either.
 */

import type { GapCause, NotScreenedCause, Status } from '../decision/decision.js';
import type { Budgets } from '../screening/budget.js';
import type { ScreeningEvents } from '../screening/events.js';
import type { Outcome } from '../screening/protocol.js';
import { type UnreadyReason, unreadyReasons } from './health.js';
import type { Logger } from './logger.js';
import type { RefusalReason } from './metric-table.js';
import type { Count, Metrics } from './metrics.js';

export type { RefusalReason } from './metric-table.js';

export type Transport = 'nats' | 'http';
export type RouteName = 'screen' | 'beforeAnalyze' | 'courseAnalyze' | 'screenings';

export interface EdgeEvents {
  /** An answer has been handed to the transport. `durationMs` counts from receipt. */
  requestAnswered(request: {
    readonly transport: Transport;
    readonly route: RouteName;
    readonly outcome: Outcome;
    readonly durationMs: number;
  }): void;
  requestRefused(request: { readonly transport: Transport; readonly reason: RefusalReason }): void;
  /** An answer did not reach its sender: the broker does not let so much through, or is gone. */
  answerLost(answer: { readonly reason: 'too-large' | 'disconnected'; readonly bytes: number }): void;
  /** A request handler threw: a bug. Never the message of the error: it may quote the claim. */
  handlerFailed(failure: { readonly error: string; readonly at: string }): void;
  brokerUp(server: string): void;
  brokerDown(): void;
  /** The first connection has not succeeded yet. */
  brokerUnreachable(problem: string): void;
  embeddedBrokerLost(exit: string, pauseMs: number): void;
  /** The broker passes requests on to us: after the first connection, every reconnect, every refusal. */
  requestsTaken(): void;
  /** The broker's accounts do not let us take requests: it asks again until they do. */
  requestsNotPermitted(problem: string): void;
}

export interface ServiceEvents {
  rulesetInForce(ruleset: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    readonly overlay: number;
    readonly rules: number;
  }): void;
  /** Milliseconds from receipt that an answer may take, by stage. */
  budgetsInForce(budgets: Budgets): void;
  readinessChanged(reasons: readonly UnreadyReason[]): void;
  serviceListening(addresses: { readonly http: string; readonly broker: string }): void;
  serviceStopping(): void;
  serviceStopped(problems: readonly string[]): void;
}

export type Events = ScreeningEvents & EdgeEvents & ServiceEvents;

/** All happenings, written to one log and one set of metrics. */
export function createEvents(log: Logger, metrics: Metrics, program: { readonly version: string }): Events {
  metrics.set('claimgate_build_info', { version: program.version, node: process.version }, 1);
  return {
    ...screeningEvents(log, metrics),
    ...edgeEvents(log, metrics),
    ...serviceEvents(log, metrics),
  };
}

function screeningEvents(log: Logger, metrics: Metrics): ScreeningEvents {
  const batch = {
    claims: metrics.spread('claimgate_batch_claims', {}),
    bytes: metrics.series('claimgate_batch_bytes_total', {}),
    wait: metrics.spread('claimgate_queue_wait_seconds', {}),
    duration: metrics.spread('claimgate_batch_duration_seconds', {}),
  };
  return {
    batchScreened({ size, bytes, queuedMs, elapsedMs }) {
      batch.claims.observe(size);
      batch.bytes.fresh += bytes;
      batch.wait.observe(queuedMs / 1000);
      batch.duration.observe(elapsedMs / 1000);
    },
    workerReady({ rulesetId, elapsedMs, heapBytes }) {
      metrics.set('claimgate_worker_load_seconds', {}, elapsedMs / 1000);
      metrics.set('claimgate_worker_heap_bytes', {}, heapBytes);
      log.info({ rulesetId, elapsedMs: Math.round(elapsedMs), heapBytes }, 'worker ready');
    },
    workerLost({ cause, rule, claims }) {
      metrics.count('claimgate_worker_losses_total', { cause });
      log.error({ cause, rule, claims }, 'worker lost');
    },
    claimFailed({ rule, error, at }) {
      metrics.count('claimgate_claim_failures_total', {});
      log.error({ rule, error, at }, 'claim failed in a worker');
    },
    overloaded() {
      metrics.count('claimgate_overload_total', {});
    },
    budgetSpentInQueue() {
      metrics.count('claimgate_budget_spent_in_queue_total', {});
    },
    quarantined({ rule }) {
      metrics.count('claimgate_quarantined_total', {});
      log.error({ rule }, 'claim quarantined');
    },
    quarantineHit() {
      metrics.count('claimgate_quarantine_hits_total', {});
    },
  };
}

function edgeEvents(log: Logger, metrics: Metrics): EdgeEvents {
  const requests = {
    nats: seriesBy((route: RouteName) => {
      return metrics.series('claimgate_requests_total', { transport: 'nats', route });
    }),
    http: seriesBy((route: RouteName) => {
      return metrics.series('claimgate_requests_total', { transport: 'http', route });
    }),
  };
  const durations = {
    nats: metrics.spread('claimgate_request_duration_seconds', { transport: 'nats' }),
    http: metrics.spread('claimgate_request_duration_seconds', { transport: 'http' }),
  };
  const countDecision = decisionCounter(metrics);
  return {
    requestAnswered({ transport, route, outcome, durationMs }) {
      requests[transport](route).fresh += 1;
      durations[transport].observe(durationMs / 1000);
      countDecision(outcome);
    },
    requestRefused({ transport, reason }) {
      metrics.count('claimgate_refused_total', { transport, reason });
      log.debug({ transport, reason }, 'request refused');
    },
    answerLost({ reason, bytes }) {
      metrics.count('claimgate_answers_lost_total', { reason });
      log.warn({ reason, bytes }, 'answer lost');
    },
    handlerFailed({ error, at }) {
      metrics.count('claimgate_handler_failures_total', {});
      log.error({ error, at }, 'request handler failed');
    },
    brokerUp(server) {
      metrics.set('claimgate_broker_connected', {}, 1);
      metrics.count('claimgate_broker_connections_total', {});
      log.info({ server }, 'broker connected');
    },
    brokerDown() {
      metrics.set('claimgate_broker_connected', {}, 0);
      metrics.set('claimgate_broker_subscribed', {}, 0);
      log.warn({}, 'broker connection lost');
    },
    brokerUnreachable(problem) {
      metrics.set('claimgate_broker_connected', {}, 0);
      log.warn({ problem }, 'broker not reached yet');
    },
    embeddedBrokerLost(exit, pauseMs) {
      metrics.count('claimgate_broker_restarts_total', {});
      log.error({ exit, pauseMs }, 'embedded broker ended');
    },
    requestsTaken() {
      metrics.set('claimgate_broker_subscribed', {}, 1);
      log.info({}, 'taking requests from the broker');
    },
    requestsNotPermitted(problem) {
      metrics.set('claimgate_broker_subscribed', {}, 0);
      log.error({ problem }, 'the broker does not let us take requests');
    },
  };
}

function decisionCounter(metrics: Metrics): (outcome: Outcome) => void {
  const byStatus = seriesBy((status: Status) => metrics.series('claimgate_decisions_total', { status }));
  const byCause = seriesBy((cause: NotScreenedCause) => {
    return metrics.series('claimgate_not_screened_total', { cause });
  });
  const byRule = seriesBy((rule: string) => metrics.series('claimgate_findings_total', { rule }));
  const byGap = seriesBy((cause: GapCause) => metrics.series('claimgate_not_evaluated_total', { cause }));
  const byField = seriesBy((field: string) => {
    return metrics.series('claimgate_data_quality_notes_total', { field });
  });
  const duration = metrics.spread('claimgate_screen_duration_seconds', {});
  return ({ status, cause, rules, gaps, notes, screenMs }) => {
    byStatus(status).fresh += 1;
    if (cause !== null) byCause(cause).fresh += 1;
    for (const rule of rules) byRule(rule).fresh += 1;
    for (const gap of gaps) byGap(gap).fresh += 1;
    for (const field of notes) byField(field).fresh += 1;
    // Zero: no worker has seen it.
    if (screenMs > 0) duration.observe(screenMs / 1000);
  };
}

/** The series of one label, each made when its value first comes; the values are as few as the label's. */
function seriesBy<Value extends string>(make: (value: Value) => Count): (value: Value) => Count {
  const made = new Map<Value, Count>();
  return (value) => {
    let count = made.get(value);
    if (count === undefined) {
      count = make(value);
      made.set(value, count);
    }
    return count;
  };
}

function serviceEvents(log: Logger, metrics: Metrics): ServiceEvents {
  return {
    rulesetInForce({ rules, ...name }) {
      metrics.clear('claimgate_ruleset_info');
      metrics.set('claimgate_ruleset_info', name, 1);
      metrics.set('claimgate_ruleset_rules', {}, rules);
      log.info({ ...name, rules }, 'rule set in force');
    },
    budgetsInForce({ preMs, midMs }) {
      metrics.set('claimgate_budget_seconds', { stage: 'pre' }, preMs / 1000);
      metrics.set('claimgate_budget_seconds', { stage: 'mid' }, midMs / 1000);
      log.info({ preMs, midMs }, 'budgets in force');
    },
    readinessChanged(reasons) {
      for (const reason of unreadyReasons) {
        metrics.set('claimgate_not_ready', { reason }, reasons.includes(reason) ? 1 : 0);
      }
      metrics.set('claimgate_ready', {}, reasons.length === 0 ? 1 : 0);
      log.info({ reasons }, reasons.length === 0 ? 'ready' : 'not ready');
    },
    serviceListening(addresses) {
      log.info(addresses, 'listening');
    },
    serviceStopping() {
      log.info({}, 'stopping');
    },
    serviceStopped(problems) {
      if (problems.length === 0) log.info({}, 'stopped');
      else log.error({ problems }, 'stopped with problems');
    },
  };
}
