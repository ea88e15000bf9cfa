/** Shadows put together: what a node needs to try versions, from what it has for screening and releases. */
import type { Clock } from '../base/clock.js';
import type { NatsLink } from '../nats/connection.js';
import type { ReleaseStore } from '../nats/release-store.js';
import type { ShadowEvents } from '../ops/shadow-events.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import type { TrustedKeys } from '../ruleset/release/trust.js';
import type { Compile } from '../screening/compile-once.js';
import type { PoolSettings } from '../screening/pool.js';
import { ShadowProcess } from '../screening/shadow-process.js';
import type { Judges, Screening } from './comparison.js';
import { KeptOrders } from './kept-order.js';
import type { ShadowReport } from './report.js';
import { Shadows } from './shadows.js';

export interface ShadowingOptions {
  readonly link: NatsLink;
  readonly store: ReleaseStore;
  readonly trusted: TrustedKeys;
  /** The lowest version that may be in force. */
  readonly floor: () => number;
  readonly compile: Compile;
  readonly screening: Screening;
  readonly judges: Judges;
  /** Of the threads that screen. */
  readonly threads: PoolSettings;
  /** A thread that screens is hung after this long, beyond its budget. */
  readonly watchdogMs: number;
  /** Of releases. */
  readonly folder: string;
  readonly events: ShadowEvents;
  readonly clock: Clock;
  /** Told what is tried from now on, and that nothing is any more. */
  readonly tried: (manifest: Manifest | null) => void;
}

export interface Shadowing {
  readonly report: () => ShadowReport;
  /** Other versions are in force as soon as this turn of the loop is over. */
  versionsChange(): void;
  stop(): Promise<void>;
}

/** Of what it takes of the processor: a thread of the pool has another one at hand that collects its garbage. */
const patience = 10;

/** One claim at a time, so that an answer meets a short piece of work at most; and what comes in while it is judged. */
const limits = {
  tray: { claims: 64, bytes: 1_048_576, bodyBytes: 262_144 },
  batch: { claims: 1, bytes: 65_536 },
} as const;

/** Follows the orders as soon as the broker is there. */
export function startShadows({ link, threads, watchdogMs, folder, ...rest }: ShadowingOptions): Shadowing {
  const settings = {
    maxOldGenerationSizeMb: threads.maxOldGenerationSizeMb,
    worker: threads.worker,
    loadTimeoutMs: threads.loadTimeoutMs * patience,
    watchdogMs: watchdogMs * patience,
  };
  const shadows = new Shadows({
    ...rest,
    kept: new KeptOrders(folder),
    startAside: () => new ShadowProcess(settings),
    limits,
  });
  void link.up().then((up) => up.ok && shadows.start());
  return {
    report: () => shadows.report(),
    versionsChange: () => void setImmediate(() => void shadows.look()),
    stop: () => shadows.stop(),
  };
}
