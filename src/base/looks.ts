/**
 * Looks at something elsewhere whenever it may have changed: one look at a time, and again after what was told
 * meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export class Looks {
  readonly #once: () => Promise<void>;
  #looking: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #unwatch: () => void = () => {};

  /** `once` never rejects. */
  constructor(once: () => Promise<void>) {
    this.#once = once;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Looks now, and whenever `watch` tells, which returns how to end it. */
  follow(watch: (onChange: () => void) => () => void): void {
    if (this.#stopped) return;
    const onChange = (): void => void this.look();
    this.#unwatch = watch(onChange);
    onChange();
  }

  /** Resolves when what is there now has been looked at, or nobody looks any more. */
  async look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookAll();
    await this.#looking;
  }

  /** The look at hand is the last one; it, and `rest`, may take so long until nobody waits for them any more. */
  async stop(patienceMs: number, rest: Promise<unknown> | null = null): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    const patience = sleep(patienceMs, undefined, { ref: false });
    await Promise.race([Promise.all([this.#looking, rest]), patience]);
  }

  async #lookAll(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#once();
    }
    // Not a moment later: whoever asks from now on is looked for anew.
    this.#looking = null;
  }
}
