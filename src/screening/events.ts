/**
 * What happens in screening that an operator wants to see, each happening by its name. Implemented in src/ops (log
 * line and metric together); called at most once per batch or per refused claim, never with claim content.
 */
export interface ScreeningEvents {
  /** A batch came back. `queuedMs` is the wait of its oldest claim, `elapsedMs` the round trip to the thread. */
  batchScreened(batch: {
    readonly size: number;
    readonly bytes: number;
    readonly queuedMs: number;
    readonly elapsedMs: number;
  }): void;
  /** A thread has loaded and warmed a rule set: at start, after a loss, at a swap. */
  workerReady(thread: {
    readonly rulesetId: string;
    readonly elapsedMs: number;
    readonly heapBytes: number;
  }): void;
  /** A thread is gone; `rule` is the id of the rule that was running, `claims` how many will be retried. */
  workerLost(loss: {
    readonly cause: LossCause;
    readonly rule: string | null;
    readonly claims: number;
  }): void;
  /** One claim failed through a bug; its thread lives on. Never the error's message: it may quote the claim. */
  claimFailed(failure: { readonly rule: string | null; readonly error: string; readonly at: string }): void;
  /** Refused unread: the queue is full or longer than the budget. */
  overloaded(): void;
  /** The budget ended before a thread was free. */
  budgetSpentInQueue(): void;
  /** A body killed a thread twice and is not run again for a while. */
  quarantined(body: { readonly rule: string | null }): void;
  /** A quarantined body came again and was answered without running. */
  quarantineHit(): void;
}

/** How a thread was lost: watchdog, heap limit, ended by itself or from outside, exception out of a whole batch. */
export const lossCauses = ['hung', 'out-of-memory', 'exit', 'error'] as const;
export type LossCause = (typeof lossCauses)[number];
