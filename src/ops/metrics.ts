/** Every metric, once: name, kind, labels and sentence. The only file that knows prom-client. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds. From half a millisecond, since a warm claim takes about that; to beyond every budget. */
const latencyBuckets = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10,
];
const batchBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export const metricTable = {
  claimgate_requests_total: {
    kind: 'counter',
    labels: ['transport', 'route'],
    help: 'Requests that were answered, with a decision of any status.',
  },
  claimgate_refused_total: {
    kind: 'counter',
    labels: ['transport', 'reason'],
    help: 'Requests turned away at the door, unscreened.',
  },
  claimgate_answers_lost_total: {
    kind: 'counter',
    labels: ['reason'],
    help: 'Answers that did not reach their sender.',
  },
  claimgate_decisions_total: {
    kind: 'counter',
    labels: ['status'],
    help: 'Decisions by status.',
  },
  claimgate_not_screened_total: {
    kind: 'counter',
    labels: ['cause'],
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
    help: 'Threads lost, by cause.',
  },
  claimgate_claim_failures_total: {
    kind: 'counter',
    labels: [],
    help: 'Claims that failed through a bug while their thread lived on.',
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

interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  readonly help: string;
}

export type MetricName = keyof typeof metricTable;
type NamesOf<Kind extends MetricSpec['kind']> = {
  [Name in MetricName]: (typeof metricTable)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof metricTable)[Name]['labels'][number], string | number>
>;

/** Counts and measures by the names of the table; labels are checked by the compiler. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #samples = new Map<MetricName, () => number>();

  constructor() {
    for (const [name, spec] of Object.entries(metricTable)) this.#create(name as MetricName, spec);
    collectDefaultMetrics({ register: this.#registry });
  }

  count<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  /** Sets a gauge. */
  set<Name extends NamesOf<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  /** Reads a gauge anew at every exposition, for what is a state and no happening. */
  sample(name: NamesOf<'gauge'>, read: () => number): void {
    this.#samples.set(name, read);
  }

  /** Forgets all label sets of a gauge, before others take their place. */
  clear(name: NamesOf<'gauge'>): void {
    this.#gauges.get(name)?.reset();
  }

  /** Adds a value to a histogram: seconds where the name says so. */
  observe<Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** The exposition text, and the content type that goes with it. */
  async expose(): Promise<{ readonly text: string; readonly contentType: string }> {
    for (const [name, read] of this.#samples) this.#gauges.get(name)?.set(read());
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #create(name: MetricName, spec: MetricSpec): void {
    const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [this.#registry] };
    if (spec.kind === 'counter') this.#counters.set(name, new Counter(options));
    if (spec.kind === 'gauge') this.#gauges.set(name, new Gauge(options));
    if (spec.kind === 'histogram') {
      this.#histograms.set(name, new Histogram({ ...options, buckets: [...(spec.buckets ?? [])] }));
    }
  }
}
