/** Every metric, once: name, kind, labels and sentence. */
import { type ErrorCode, errorCodes } from '../base/errors.js';
import { gapCauses, notScreenedCauses, statuses } from '../decision/decision.js';
import { deadLetterReasons } from '../decision/receipt.js';
import { refusalReasons as releaseRefusals } from '../ruleset/release/refusal.js';
import { lossCauses } from '../screening/events.js';
import { entryStatuses } from '../screening/protocol/decide.js';
import { brakeMetrics } from './brake-metrics.js';

/** Seconds. From half a millisecond, since a warm claim takes about that; to beyond every budget. */
const latencyBuckets = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10,
];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const natsRefusals = [
  'invalid-institution',
  'too-large',
  'unsupported-content-type',
  'unsupported-version',
  'no-reply-subject',
] as const;
const httpRefusals = Object.keys(errorCodes) as ErrorCode[];

/** Why a copy of an advisory decision is not in its stream, as its publisher says. */
export const adviceLosses = ['away', 'busy', 'too-large', 'refused', 'unconfirmed'] as const;
export type AdviceLoss = (typeof adviceLosses)[number];

/** Where something may be handed in over HTTP for a stream. */
export const handInRoutes = ['settlements', 'goodsSell', 'feedback', 'nationalFeedback'] as const;
export type HandInRoute = (typeof handInRoutes)[number];

/** Why a request was turned away: the public code of its answer, or that nobody would have read one. */
export type RefusalReason = ErrorCode | (typeof natsRefusals)[number];

export const metricTable = {
  claimgate_requests_total: {
    kind: 'counter',
    labels: ['transport', 'route'],
    closed: [
      { transport: 'nats', route: 'screen' },
      ...each('route', ['beforeAnalyze', 'courseAnalyze', 'screenings'], { transport: 'http' }),
    ],
    help: 'Requests that were answered, with a decision of any status.',
  },
  claimgate_refused_total: {
    kind: 'counter',
    labels: ['transport', 'reason'],
    closed: [
      ...each('reason', natsRefusals, { transport: 'nats' }),
      ...each('reason', httpRefusals, { transport: 'http' }),
    ],
    help: 'Requests turned away at the door, unscreened.',
  },
  claimgate_answers_lost_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', ['too-large', 'disconnected']),
    help: 'Answers that did not reach their sender.',
  },
  claimgate_decisions_total: {
    kind: 'counter',
    labels: ['status'],
    closed: each('status', statuses),
    help: 'Decisions by status.',
  },
  claimgate_messages_decided_total: {
    kind: 'counter',
    labels: ['status', 'decided'],
    closed: [
      ...each('status', entryStatuses, { decided: 'here' }),
      ...each('status', entryStatuses, { decided: 'elsewhere' }),
    ],
    help: 'Messages of CLAIMS whose effects are in the state of this node, by what DECISIONS says of them.',
  },
  claimgate_dead_letters_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', deadLetterReasons),
    help: 'Messages of CLAIMS decided here that could not be taken into account.',
  },
  claimgate_lane_state: {
    kind: 'gauge',
    labels: ['state'],
    help: '1 for what the lane of durable messages does now: following, deciding, halted, stopped.',
  },
  claimgate_lane_failures_total: {
    kind: 'counter',
    labels: [],
    help: 'Times that the lane began again after a failure of disk, broker or program.',
  },
  claimgate_lane_committed_sequence: {
    kind: 'gauge',
    labels: [],
    help: 'Sequence in CLAIMS of the last message in the state.',
  },
  claimgate_lane_published_sequence: {
    kind: 'gauge',
    labels: [],
    help: 'Sequence in CLAIMS of the last message whose entry is in DECISIONS.',
  },
  claimgate_handed_in_total: {
    kind: 'counter',
    labels: ['route', 'result'],
    closed: ['stored', 'unavailable'].flatMap((result) => each('route', handInRoutes, { result })),
    help: 'What was handed in over HTTP for a stream.',
  },
  claimgate_handed_in_duration_seconds: {
    kind: 'histogram',
    labels: [],
    buckets: latencyBuckets,
    help: 'From receipt to the confirmation of the stream.',
  },
  claimgate_advice_lost_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', adviceLosses),
    help: 'Advisory decisions without a copy in ADVICE, or of whose copy nobody has heard.',
  },
  claimgate_not_screened_total: {
    kind: 'counter',
    labels: ['cause'],
    closed: each('cause', notScreenedCauses),
    help: 'Decisions of status not_screened by cause.',
  },
  claimgate_findings_total: {
    kind: 'counter',
    labels: ['rule'],
    help: 'Findings by rule.',
  },
  claimgate_not_evaluated_total: {
    kind: 'counter',
    labels: ['cause'],
    closed: each('cause', gapCauses),
    help: 'Decisions whose coverage has a gap, by cause.',
  },
  claimgate_data_quality_notes_total: {
    kind: 'counter',
    labels: ['field'],
    help: 'Decisions on claims with a repaired, malformed or missing field, by field.',
  },
  claimgate_request_duration_seconds: {
    kind: 'histogram',
    labels: ['transport'],
    buckets: latencyBuckets,
    boundedByBudgets: true,
    help: 'From receipt of a request to its answer.',
  },
  claimgate_screen_duration_seconds: {
    kind: 'histogram',
    labels: [],
    buckets: latencyBuckets,
    help: 'Inside the worker: reading, judging and encoding one claim.',
  },
  claimgate_queue_wait_seconds: {
    kind: 'histogram',
    labels: [],
    buckets: latencyBuckets,
    help: 'Wait of the oldest claim of a batch for a free thread.',
  },
  claimgate_batch_duration_seconds: {
    kind: 'histogram',
    labels: [],
    buckets: latencyBuckets,
    help: 'Round trip of a batch to its thread.',
  },
  claimgate_batch_claims: {
    kind: 'histogram',
    labels: [],
    buckets: batchBuckets,
    help: 'Claims per batch.',
  },
  claimgate_batch_bytes_total: {
    kind: 'counter',
    labels: [],
    help: 'Bytes of claims handed to threads.',
  },
  claimgate_queue_length: {
    kind: 'gauge',
    labels: [],
    help: 'Claims waiting for a free thread.',
  },
  claimgate_budget_seconds: {
    kind: 'gauge',
    labels: ['stage'],
    help: 'Latency budget from receipt: pre (before an order or a bill), mid (while settling).',
  },
  claimgate_overload_total: {
    kind: 'counter',
    labels: [],
    help: 'Claims answered unread because the queue was full or longer than the budget.',
  },
  claimgate_budget_spent_in_queue_total: {
    kind: 'counter',
    labels: [],
    help: 'Claims whose budget ended before a thread was free.',
  },
  claimgate_workers_ready: {
    kind: 'gauge',
    labels: [],
    help: 'Threads that are warm and in service.',
  },
  claimgate_worker_losses_total: {
    kind: 'counter',
    labels: ['cause'],
    closed: each('cause', lossCauses),
    help: 'Threads lost, by cause.',
  },
  claimgate_claim_failures_total: {
    kind: 'counter',
    labels: [],
    help: 'Claims that failed through a bug while their thread lived on.',
  },
  claimgate_handler_failures_total: {
    kind: 'counter',
    labels: [],
    help: 'Requests whose handling failed through a bug on the main thread.',
  },
  claimgate_quarantined_total: {
    kind: 'counter',
    labels: [],
    help: 'Bodies that killed a thread twice and are not run again for a while.',
  },
  claimgate_quarantine_hits_total: {
    kind: 'counter',
    labels: [],
    help: 'Quarantined bodies that came again and were answered without running.',
  },
  claimgate_worker_load_seconds: {
    kind: 'gauge',
    labels: [],
    help: 'Time the last thread took to load and warm the rule set.',
  },
  claimgate_worker_heap_bytes: {
    kind: 'gauge',
    labels: [],
    help: 'Heap of the last thread after it was warm.',
  },
  claimgate_ruleset_info: {
    kind: 'gauge',
    labels: ['id', 'name', 'version', 'overlay'],
    help: 'Always 1; the labels name the rule set in force.',
  },
  claimgate_ruleset_rules: {
    kind: 'gauge',
    labels: [],
    help: 'Rules of the rule set in force.',
  },
  claimgate_ruleset_institutions: {
    kind: 'gauge',
    labels: ['id', 'name', 'version'],
    help: 'Institutions that are screened by a rule set of their own.',
  },
  claimgate_release_serial: {
    kind: 'gauge',
    labels: [],
    help: 'Number of the change of what is in force that this node keeps to; 0: its own rules folder.',
  },
  claimgate_release_swap_seconds: {
    kind: 'gauge',
    labels: [],
    help: 'From seeing the last change of what is in force to keeping to it: compiled, tried, warm.',
  },
  claimgate_releases_refused_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', releaseRefusals),
    help: 'Releases, and changes of what is in force, that this node did not accept.',
  },
  claimgate_releases_unreadable_total: {
    kind: 'counter',
    labels: [],
    help: 'Times that the broker could not be asked for releases.',
  },
  claimgate_overlay_number: {
    kind: 'gauge',
    labels: [],
    help: 'Number of the overlay (switches, brakes, snoozes) that this node goes by; 0: none.',
  },
  claimgate_overlay_entries: {
    kind: 'gauge',
    labels: ['kind'],
    help: 'Rules that the overlay switches off, brakes or snoozes, with the places where it does.',
  },
  claimgate_overlays_refused_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', releaseRefusals),
    help: 'Changes of the overlay that this node did not accept.',
  },
  claimgate_findings_held_back_total: {
    kind: 'counter',
    labels: ['rule'],
    help: 'Claims with findings that are kept without being shown only because of the overlay, by rule.',
  },
  claimgate_shadow_info: {
    kind: 'gauge',
    labels: ['id', 'version'],
    help: '1 while this version is tried beside what is in force; the labels name it.',
  },
  claimgate_shadow_claims_total: {
    kind: 'counter',
    labels: ['result'],
    closed: each('result', ['compared', 'busy', 'large', 'stale']),
    help: 'Advisory claims while a version is tried: compared, or left out (no leisure, too large, another version).',
  },
  claimgate_shadow_changed_total: {
    kind: 'counter',
    labels: [],
    help: 'Compared claims to which the version that is tried gives another status.',
  },
  claimgate_shadow_failures_total: {
    kind: 'counter',
    labels: [],
    help: 'Compared claims on which the version that is tried has failed through a bug.',
  },
  claimgate_shadow_findings_total: {
    kind: 'counter',
    labels: ['change', 'rule'],
    help: 'Findings, by line, that only the version that is tried has (gained) or only the one in force (lost).',
  },
  claimgate_shadows_refused_total: {
    kind: 'counter',
    labels: ['reason'],
    closed: each('reason', releaseRefusals),
    help: 'Versions that were to be tried and that this node did not accept.',
  },
  claimgate_shadows_lost_total: {
    kind: 'counter',
    labels: [],
    help: 'Versions that have cost their thread while they were tried; they are not tried again.',
  },
  ...brakeMetrics,
  claimgate_build_info: {
    kind: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the labels name the program and its runtime.',
  },
  claimgate_ready: {
    kind: 'gauge',
    labels: [],
    help: '1 while the service takes requests.',
  },
  claimgate_not_ready: {
    kind: 'gauge',
    labels: ['reason'],
    help: '1 for each reason that keeps the service from being ready.',
  },
  claimgate_broker_connected: {
    kind: 'gauge',
    labels: [],
    help: '1 while the broker is connected.',
  },
  claimgate_broker_subscribed: {
    kind: 'gauge',
    labels: [],
    help: '1 while the broker lets us take requests.',
  },
  claimgate_broker_connections_total: {
    kind: 'counter',
    labels: [],
    help: 'Connections to the broker: the first and every reconnect.',
  },
  claimgate_broker_restarts_total: {
    kind: 'counter',
    labels: [],
    help: 'Restarts of the embedded broker after it ended unasked.',
  },
} as const satisfies Record<string, MetricSpec>;

type LabelSet = Readonly<Record<string, string>>;

export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /**
   * Of a counter, every label set that there can be: each begins at 0, since an increase from nothing is none
   * to Prometheus. Absent where the sets are not known beforehand (rules, fields).
   */
  readonly closed?: readonly LabelSet[];
  /** Upper bounds of a histogram, in seconds or claims. */
  readonly buckets?: readonly number[];
  /** The budgets in force become bounds too, so that "within its budget" is counted and not guessed. */
  readonly boundedByBudgets?: true;
  readonly help: string;
}

export type MetricName = keyof typeof metricTable;
export type NamesOf<Kind extends MetricSpec['kind']> = {
  [Name in MetricName]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof metricTable)[Name]['labels'][number], string | number>
>;

/** One label set for each value of a label, all of them with `others`. */
function each(label: string, values: readonly string[], others: LabelSet = {}): readonly LabelSet[] {
  return values.map((value) => ({ ...others, [label]: value }));
}
