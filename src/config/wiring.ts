/** From settings to what the parts of screening are started with. */
import type { Settings } from './table.js';

export function budgetsOf(settings: Settings) {
  return { preMs: settings.CLAIMGATE_BUDGET_PRE_MS, midMs: settings.CLAIMGATE_BUDGET_MID_MS } as const;
}

export function poolSettings(settings: Settings, patientSecret: string, historyFolder: string | null) {
  return {
    threads: settings.CLAIMGATE_WORKERS,
    maxOldGenerationSizeMb: settings.CLAIMGATE_WORKER_MEMORY_MB,
    loadTimeoutMs: settings.CLAIMGATE_WORKER_LOAD_MS,
    worker: { patientSecret, partialAsFailure: settings.CLAIMGATE_PARTIAL_IS_FAILURE, historyFolder },
  } as const;
}

export function durableSettings(settings: Settings) {
  return {
    watchdogMs: settings.CLAIMGATE_DURABLE_WATCHDOG_MS,
    replicas: settings.CLAIMGATE_REPLICAS,
    leaseMs: settings.CLAIMGATE_LEASE_MS,
    publishPatienceMs: Math.floor(settings.CLAIMGATE_SHUTDOWN_MS / 4),
  } as const;
}

/** Advisory claims are answered within budgets; the log can wait, but is not to starve. */
const durablePatienceMs = 20;

export function batcherSettings(settings: Settings) {
  const watchdogMs = settings.CLAIMGATE_WATCHDOG_MS;
  return {
    batchClaims: settings.CLAIMGATE_BATCH_CLAIMS,
    batchBytes: settings.CLAIMGATE_BATCH_BYTES,
    queue: { claims: settings.CLAIMGATE_QUEUE_CLAIMS, bytes: settings.CLAIMGATE_QUEUE_BYTES },
    watchdogGraceMs: watchdogMs,
    watchdogLeastMs: watchdogMs,
    retryBudgetMs: longestBudgetMs(settings),
    durablePatienceMs,
    // Longer than a replacement takes to load and warm: the claim that was running when its thread was lost
    // runs again only beside a warm spare, and is put into quarantine only by a second loss.
    retryPatienceMs: settings.CLAIMGATE_RETRY_PATIENCE_MS,
    quarantine: { holdMs: 600_000, limit: 1_000 },
  } as const;
}

/**
 * How long the last claims may take when the service leaves: their budget, and a thread that hangs, twice. A
 * claim that would wait longer, for a replacement to be warm, is told that the service stops.
 */
export function drainMs(settings: Settings): number {
  return longestBudgetMs(settings) + 2 * settings.CLAIMGATE_WATCHDOG_MS;
}

function longestBudgetMs(settings: Settings): number {
  const { preMs, midMs } = budgetsOf(settings);
  return Math.max(preMs, midMs);
}
