/**
 * The lane of everything durable: messages of CLAIMS in their order, each with one entry in DECISIONS that counts.
 *
 *   following ──lease held, what was decided elsewhere applied──▶ deciding
 *       ▲──────────────────────────lease lost──────────────────────┘
 *   any ──stop()──▶ stopped      any ──the stream is not the one we knew──▶ halted: an operator decides
 *
 * A failure of disk, broker or program ends neither mode for good: what was not committed is read again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamEstranged } from '../nats/claims-log.js';
import { DecidingMode } from './deciding-mode.js';
import { FollowingMode } from './following-mode.js';
import type { LaneMode } from './lane-mode.js';
import type { LaneParts } from './lane-parts.js';

export type LaneState = LaneMode['name'] | 'halted' | 'stopped';

const pauseAfterFailureMs = 1_000;

export class Lane {
  readonly #parts: LaneParts;
  readonly #stopping = new AbortController();
  /** Aborted whenever the lease is won or lost: whoever waits looks again. */
  #turn = new AbortController();
  #state: LaneState = 'following';
  readonly #running: Promise<void>;

  /** Begins at once; the link may not be up yet. */
  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  get state(): LaneState {
    return this.#state;
  }

  /** The lease was won or lost. */
  leaseTurned(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
  }

  /** Reads no more; resolves when what was committed has been published, or cannot be now. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const stopping = this.#stopping.signal;
    while (!stopping.aborted && this.#state !== 'halted') {
      try {
        const following = new FollowingMode(this.#parts);
        await this.#runMode(following);
        await this.#runMode(new DecidingMode(this.#parts, following.decided));
      } catch (error) {
        if (error instanceof StreamEstranged) this.#halt(error);
        else this.#parts.events.laneFailed(error);
        await sleep(pauseAfterFailureMs, undefined, { signal: stopping }).catch(() => {});
      }
    }
    if (this.#state !== 'halted') this.#enter('stopped');
  }

  async #runMode(mode: LaneMode): Promise<void> {
    const stopping = this.#stopping.signal;
    if (stopping.aborted) return;
    if (mode.name === 'deciding' && !this.#parts.lease.stillMine()) return;
    this.#enter(mode.name);
    await mode.run({ stopping, turn: () => AbortSignal.any([stopping, this.#turn.signal]) });
  }

  #enter(state: LaneState): void {
    this.#state = state;
    this.#parts.events.laneEntered(state);
  }

  #halt(estranged: StreamEstranged): void {
    this.#enter('halted');
    this.#parts.events.streamEstranged(estranged.kind, estranged.message);
  }
}
