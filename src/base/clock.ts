/** The only readers of time. `wallMs` is for people and records, `tickMs` for durations and deadlines. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
  /** Monotonic milliseconds; the same origin in every thread of the process, so deadlines may cross threads. */
  tickMs(): number;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  // timeOrigin differs between a worker and its parent; adding it gives both one scale.
  tickMs: () => performance.timeOrigin + performance.now(),
};
