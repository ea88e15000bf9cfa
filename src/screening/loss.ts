/** A batch whose thread is gone. */
import type { LossCause } from './events.js';

export interface Loss {
  readonly cause: LossCause;
  /** Position in the batch of the claim that was running; -1: none. */
  readonly claim: number;
  /** Id of the rule that was running; null: none, or unknown. */
  readonly rule: string | null;
}

/** Why a task was withdrawn whose thread was gone before it could be handed over. */
export const vanished = Symbol('vanished');

/** What Piscina's rejection of a task says about the thread that had it. */
export function causeOf(error: unknown): LossCause {
  if (!(error instanceof Error)) return 'error';
  if (error.name === 'AbortError') return error.cause === vanished ? 'exit' : 'hung';
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return 'out-of-memory';
  return /^(worker exited|Terminating worker)/.test(error.message) ? 'exit' : 'error';
}
