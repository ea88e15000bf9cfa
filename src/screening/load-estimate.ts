/**
 * How long a queue of claims takes, from what recent batches took: a share per claim (measured in the worker) and a
 * share per batch (the hand-over). The shares are kept apart because a lone claim pays for a whole hand-over, and a
 * full batch shares one; with one figure an idle service would refuse the first burst.
 */

/** About how many claims, and how many batches, the averages look back on. */
const memory = { claims: 200, batches: 10 };

export class LoadEstimate {
  #perClaimMs = 0;
  #perBatchMs = 0;

  /** `roundTripMs` as main saw it, `workMs` as the worker did. */
  note(claims: number, roundTripMs: number, workMs: number): void {
    const weight = claims / (claims + memory.claims);
    this.#perClaimMs += (workMs / claims - this.#perClaimMs) * weight;
    this.#perBatchMs += (Math.max(0, roundTripMs - workMs) - this.#perBatchMs) / memory.batches;
  }

  /** Milliseconds until `claims` waiting ones are served by `threads` threads in batches of `batchClaims`. */
  waitMs(claims: number, batchClaims: number, threads: number): number {
    const batches = Math.ceil(claims / batchClaims);
    return (claims * this.#perClaimMs + batches * this.#perBatchMs) / Math.max(1, threads);
  }
}
