import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config/settings.js';
import { batcherSettings, budgetsOf, drainMs, poolSettings } from '../../src/config/wiring.js';

const read = readSettings({
  CLAIMGATE_BUDGET_PRE_MS: '80',
  CLAIMGATE_BUDGET_MID_MS: '40',
  CLAIMGATE_WATCHDOG_MS: '500',
  CLAIMGATE_PARTIAL_IS_FAILURE: 'H1',
});
if (!read.ok) throw new Error(read.error.join());
const settings = read.value;

describe('what the parts are started with', () => {
  test('a pool has at least two threads, so that one is a spare', () => {
    expect(poolSettings(settings, 'secret', null).threads).toBeGreaterThanOrEqual(2);
    expect(poolSettings(settings, 'secret', null).worker).toEqual({
      patientSecret: 'secret',
      partialAsFailure: ['H1'],
      historyFolder: null,
    });
  });

  test('a retried claim gets the longer budget, since its own was spent by the lost thread', () => {
    expect(budgetsOf(settings)).toEqual({ preMs: 80, midMs: 40 });
    expect(batcherSettings(settings)).toMatchObject({ retryBudgetMs: 80, watchdogGraceMs: 500 });
  });

  test('a suspect is waited for until a replacement is warm, whatever the watchdog is', () => {
    expect(batcherSettings(settings).retryPatienceMs).toBeGreaterThanOrEqual(5_000);
    const patient = readSettings({ CLAIMGATE_RETRY_PATIENCE_MS: '8000' });
    expect(patient.ok && batcherSettings(patient.value).retryPatienceMs).toBe(8_000);
  });

  test('leaving waits long enough for a thread that hangs, and for the retry of its batch', () => {
    expect(drainMs(settings)).toBe(80 + 2 * 500);
    expect(drainMs(settings)).toBeLessThan(settings.CLAIMGATE_SHUTDOWN_MS);
  });
});
