/** The only readers of time. `wallMs` is for people and records, `tickMs` for durations and deadlines. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
  /** Monotonic milliseconds; the same origin in every thread of the process, so deadlines may cross threads. */
  tickMs(): number;
}

/** Differs between a worker and its parent; adding it gives both one scale. Never changes, and is slow to ask for. */
const originMs = performance.timeOrigin;

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  tickMs: () => originMs + performance.now(),
};
