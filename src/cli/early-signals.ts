/**
 * A stop signal that comes while the service is still starting must not end the process in the middle: children would
 * be left behind. This source listens from the first moment and hands the signal on to whoever listens later.
 */
import type { SignalSource } from '../ops/shutdown.js';

type Signal = 'SIGTERM' | 'SIGINT';

export class EarlySignals implements SignalSource {
  readonly #early: Signal[] = [];
  readonly #stopping = new AbortController();
  readonly #listeners = new Map<Signal, Set<() => void>>([
    ['SIGINT', new Set()],
    ['SIGTERM', new Set()],
  ]);
  readonly #force: () => void;

  /** `force` is called at the second signal where nobody listens yet: whoever asks twice wants it now. */
  constructor(source: SignalSource, force: () => void) {
    this.#force = force;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) source.on(signal, () => this.#arrived(signal));
  }

  /** Aborted by the first signal. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  on(signal: Signal, listener: () => void): void {
    this.#listeners.get(signal)?.add(listener);
    if (this.#early.includes(signal)) listener();
  }

  off(signal: Signal, listener: () => void): void {
    this.#listeners.get(signal)?.delete(listener);
  }

  #arrived(signal: Signal): void {
    const listeners = [...(this.#listeners.get(signal) ?? [])];
    if (this.stopping.aborted && listeners.length === 0) this.#force();
    this.#early.push(signal);
    this.#stopping.abort();
    for (const listener of listeners) listener();
  }
}
