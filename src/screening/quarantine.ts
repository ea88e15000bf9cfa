/**
 * Bodies that ended a thread twice. They are answered without running for a while, so that one broken claim that a
 * hospital sends again and again does not cost a thread each time. Bounded in time and in number.
 */
import type { Clock } from '../base/clock.js';
import { sha256Hex } from '../base/hash.js';

export interface QuarantineSettings {
  /** How long a body stays, in milliseconds. */
  readonly holdMs: number;
  /** How many bodies are kept; the oldest makes room. */
  readonly limit: number;
}

interface Entry {
  readonly untilMs: number;
  readonly rule: string | null;
}

export class Quarantine {
  readonly #settings: QuarantineSettings;
  readonly #clock: Clock;
  /** By SHA-256 of the body, oldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor(settings: QuarantineSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** `rule`: id of the rule that was running, where it is known. */
  add(body: Uint8Array, rule: string | null): void {
    const hash = sha256Hex(body);
    this.#entries.delete(hash);
    this.#entries.set(hash, { rule, untilMs: this.#clock.tickMs() + this.#settings.holdMs });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#settings.limit) break;
      this.#entries.delete(oldest);
    }
  }

  /** The rule under which a body is held, or null where the body may run. Costs nothing while nothing is held. */
  find(body: Uint8Array): { readonly rule: string | null } | null {
    if (this.#entries.size === 0) return null;
    this.#dropExpired();
    return this.#entries.get(sha256Hex(body)) ?? null;
  }

  #dropExpired(): void {
    const nowMs = this.#clock.tickMs();
    for (const [hash, entry] of this.#entries) {
      if (entry.untilMs > nowMs) return;
      this.#entries.delete(hash);
    }
  }
}
