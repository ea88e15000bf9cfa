/** Counting and exposing what the table of metrics names. The only file that knows prom-client. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { assert } from '../base/assert.js';
import {
  type LabelsOf,
  type MetricName,
  type MetricSpec,
  metricTable,
  type NamesOf,
} from './metric-table.js';

/** One series of a counter, for what happens with every claim. */
export interface Count {
  /** How much has been added since the last exposition. */
  fresh: number;
}

/** One series of a histogram, for what happens with every claim. */
export interface Spread {
  observe(value: number): void;
}

/** Counts and measures by the names of the table; labels are checked by the compiler. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<MetricName, Counter>();
  readonly #gauges = new Map<MetricName, Gauge>();
  readonly #histograms = new Map<MetricName, Histogram>();
  readonly #samples = new Map<MetricName, () => number>();
  readonly #counts: { readonly count: Count; readonly add: (by: number) => void }[] = [];

  /** `budgets`: the latency budgets in force, in seconds. */
  constructor(budgets: readonly number[] = []) {
    for (const [name, spec] of Object.entries<MetricSpec>(metricTable)) {
      this.#create(name as MetricName, spec, budgets);
    }
    collectDefaultMetrics({ register: this.#registry });
  }

  count<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  /**
   * One series to be counted in by adding to `fresh`: what a series costs to find is paid once, and not again with
   * every claim. Each call makes another one, so keep it.
   */
  series<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>): Count {
    const count: Count = { fresh: 0 };
    this.#counts.push({ count, add: (by) => this.count(name, labels, by) });
    return count;
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

  /** One series of a histogram; appears with its first value. */
  spread<Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>): Spread {
    const histogram = this.#histograms.get(name);
    assert(histogram !== undefined, `${name} is in the table`);
    return histogram.labels(labels);
  }

  /** The exposition text, and the content type that goes with it. */
  async expose(): Promise<{ readonly text: string; readonly contentType: string }> {
    for (const { count, add } of this.#counts) {
      if (count.fresh > 0) add(count.fresh);
      count.fresh = 0;
    }
    for (const [name, read] of this.#samples) this.#gauges.get(name)?.set(read());
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }

  #create(name: MetricName, spec: MetricSpec, budgets: readonly number[]): void {
    const options = { name, help: spec.help, labelNames: [...spec.labels], registers: [this.#registry] };
    if (spec.kind === 'counter') {
      const counter = new Counter(options);
      for (const labels of spec.closed ?? []) counter.inc(labels, 0);
      this.#counters.set(name, counter);
    }
    if (spec.kind === 'gauge') this.#gauges.set(name, new Gauge(options));
    if (spec.kind === 'histogram') {
      const bounds = new Set([...(spec.buckets ?? []), ...(spec.boundedByBudgets === true ? budgets : [])]);
      const buckets = [...bounds].sort((a, b) => a - b);
      this.#histograms.set(name, new Histogram({ ...options, buckets }));
    }
  }
}
