/** What was judged, for those who watch it: the brake, and a version that is tried beside the one in force. */
import type { Outcome, UnreadClaim } from './protocol.js';

/** A batch after its answers are out. */
export interface Judged {
  readonly rulesetId: string;
  readonly path: 'advisory' | 'durable';
  /** Of the advisory path, in the order of `outcomes`; their bodies change when nobody waits for them any more. */
  readonly claims: readonly UnreadClaim[];
  /** Of what rules have judged. */
  readonly outcomes: readonly Outcome[];
}

/** Called at once after the answers; must be quick, and must not throw. */
export type WatchJudged = (judged: Judged) => void;

/** Those who watch; they come and go while claims are judged. */
export class JudgedWatchers {
  readonly #watchers = new Set<WatchJudged>();

  /** Returns how to end it. */
  add(watch: WatchJudged): () => void {
    this.#watchers.add(watch);
    return () => void this.#watchers.delete(watch);
  }

  tell(judged: Judged): void {
    for (const watch of this.#watchers) watch(judged);
  }
}
