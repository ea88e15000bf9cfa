/** What the loss of threads means for the node. */
import type { ScreeningPool } from '../screening/pool.js';
import type { Events } from './events.js';
import type { Readiness } from './health.js';

type Counted = Pick<ScreeningPool, 'counts'>;

export interface WorkerWatch {
  /** To be given to the pool. */
  readonly events: Events;
  /** Looks at this pool from here on. */
  watch(pool: Counted): void;
}

/** Readiness follows the threads: without a single one in service nothing can be screened. */
export function watchWorkers(events: Events, readiness: Readiness): WorkerWatch {
  let pool: Counted | null = null;
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
    watch: (started) => {
      pool = started;
    },
  };
}
