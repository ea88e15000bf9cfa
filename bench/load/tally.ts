/** Counts answers and their latency, for a whole run and for the window since it was last looked at. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  readonly meanMs: number;
}

export interface Counts {
  readonly answered: number;
  readonly failed: number;
  /** Answers by status word (`pass`, `alert` …). */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: Latency;
}

class Window {
  answered = 0;
  failed = 0;
  readonly statuses: Record<string, number> = {};
  readonly histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 600_000_000, figures: 3 });

  counts(): Counts {
    return {
      answered: this.answered,
      failed: this.failed,
      statuses: { ...this.statuses },
      latency: latencyOf(this.histogram),
    };
  }
}

export class Tally {
  readonly #whole = new Window();
  #recent = new Window();

  /** An answer that came `latencyMs` after it should have been asked for. */
  answered(status: string, latencyMs: number): void {
    for (const window of [this.#whole, this.#recent]) {
      window.answered++;
      window.statuses[status] = (window.statuses[status] ?? 0) + 1;
      // HDR histogram of whole microseconds, so the least is one.
      window.histogram.record(Math.max(1, Math.round(latencyMs * 1000)));
    }
  }

  /** No answer, or one that is none. */
  failed(): void {
    this.#whole.failed++;
    this.#recent.failed++;
  }

  whole(): Counts {
    return this.#whole.counts();
  }

  /** What happened since the last call. */
  takeRecent(): Counts {
    const counts = this.#recent.counts();
    this.#recent = new Window();
    return counts;
  }
}

function latencyOf(histogram: RecordableHistogram): Latency {
  if (histogram.count === 0) return { p50Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0, meanMs: 0 };
  const ms = (micros: number): number => Math.round(micros) / 1000;
  return {
    p50Ms: ms(histogram.percentile(50)),
    p99Ms: ms(histogram.percentile(99)),
    p999Ms: ms(histogram.percentile(99.9)),
    maxMs: ms(histogram.max),
    meanMs: ms(histogram.mean),
  };
}
