/**
 * How many messages the next batch of the lane takes: as many as keep a thread busy for 60 milliseconds, and where the
 * disk takes longer to make a batch lasting, as many as it has time for, up to 80. A batch costs a handing over between
 * threads both ways and a commit, and of a commit most is done once, whatever its size: the upper pages of all tables,
 * and the pages that are free, which LMDB writes and reads again each time. Advisory claims do not wait behind a batch:
 * they have the other thread, and this one stands aside for them, which counts as work. Never fewer than 64 where so
 * many wait: measured by the clock, a busy machine makes messages look slow, and small batches make it busier.
 */
const leastWorkMs = 60;
const mostWorkMs = 80;
const least = 64;
const most = 256;
const firstGuessMs = 0.6;
/** One large message may be more. */
const mostBytes = 1024 * 1024;
/** How much the newest measurement counts. */
const weight = 0.2;

export class BatchSize {
  #messageMs = firstGuessMs;
  #commitMs = leastWorkMs;

  get messages(): number {
    const workMs = Math.min(mostWorkMs, Math.max(leastWorkMs, this.#commitMs));
    return Math.min(most, Math.max(least, Math.round(workMs / this.#messageMs)));
  }

  get bytes(): number {
    return mostBytes;
  }

  /** So many messages, at least one, took a worker so long. */
  noteWork(messages: number, elapsedMs: number): void {
    this.#messageMs += weight * (Math.max(elapsedMs / messages, leastWorkMs / most) - this.#messageMs);
  }

  /** A commit took so long. */
  noteCommit(elapsedMs: number): void {
    this.#commitMs += weight * (elapsedMs - this.#commitMs);
  }
}
