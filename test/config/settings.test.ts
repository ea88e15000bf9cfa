import { describe, expect, test } from 'vitest';
import { isLoopback, readSettings } from '../../src/config/settings.js';
import { type SettingSpec, settingTable } from '../../src/config/table.js';

const key = 'k-0123456789abcdef';

function problemsOf(environment: Record<string, string>): readonly string[] {
  const read = readSettings(environment);
  return read.ok ? [] : read.error;
}

describe('settings', () => {
  test('an empty environment gives the defaults of the table', () => {
    const read = readSettings({});
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    for (const [name, spec] of Object.entries<SettingSpec>(settingTable)) {
      expect(read.value[name as keyof typeof settingTable], name).toEqual(spec.default);
    }
    expect(Object.isFrozen(read.value)).toBe(true);
  });

  test('defaults lie inside their own bounds', () => {
    for (const [name, spec] of Object.entries<SettingSpec>(settingTable)) {
      if (spec.kind !== 'integer') continue;
      expect(spec.default, name).toBeGreaterThanOrEqual(spec.min);
      expect(spec.default, name).toBeLessThanOrEqual(spec.max);
    }
  });

  test('an empty or blank variable is one that is not set', () => {
    const read = readSettings({ CLAIMGATE_HTTP_PORT: '', CLAIMGATE_API_KEY: '  ' });
    expect(read.ok && [read.value.CLAIMGATE_HTTP_PORT, read.value.CLAIMGATE_API_KEY]).toEqual([8787, null]);
  });

  test('each kind is read as what it is', () => {
    const read = readSettings({
      NATS_URL: 'nats://broker:4222',
      CLAIMGATE_HTTP_PORT: '0',
      CLAIMGATE_TLS_TERMINATED: 'yes',
      CLAIMGATE_LOG_LEVEL: 'debug',
      CLAIMGATE_PARTIAL_IS_FAILURE: 'H35010200417, P35010200001',
    });
    expect(read.ok && read.value).toMatchObject({
      NATS_URL: 'nats://broker:4222',
      CLAIMGATE_HTTP_PORT: 0,
      CLAIMGATE_TLS_TERMINATED: true,
      CLAIMGATE_LOG_LEVEL: 'debug',
      CLAIMGATE_PARTIAL_IS_FAILURE: ['H35010200417', 'P35010200001'],
    });
  });

  test('all problems are reported together', () => {
    const problems = problemsOf({
      CLAIMGATE_HTTP_PORT: '70000',
      CLAIMGATE_WORKERS: '1',
      CLAIMGATE_BUDGET_MID_MS: '2.5',
      CLAIMGATE_API_KEY: 'short',
      CLAIMGATE_LOG_LEVEL: 'loud',
      CLAIMGATE_TLS_TERMINATED: 'perhaps',
      CLAIMGATE_PARTIAL_IS_FAILURE: 'H1 *',
      CLAIMGATE_BUDGET_MIDDLE_MS: '40',
    });
    expect(problems).toEqual([
      'CLAIMGATE_HTTP_PORT must be a whole number from 0 to 65535, not "70000"',
      'CLAIMGATE_TLS_TERMINATED must be true or false, not "perhaps"',
      'CLAIMGATE_API_KEY must have at least 16 characters',
      'CLAIMGATE_WORKERS must be a whole number from 2 to 256, not "1"',
      'CLAIMGATE_BUDGET_MID_MS must be a whole number from 5 to 10000, not "2.5"',
      'CLAIMGATE_PARTIAL_IS_FAILURE holds "*", which is no institution code',
      'CLAIMGATE_LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
      'CLAIMGATE_BUDGET_MIDDLE_MS is no setting; claimgate serve --help lists them',
    ]);
  });

  test('a worker has the heap that the largest body can need', () => {
    const larger = { CLAIMGATE_MAX_BODY_BYTES: String(32 * 1024 * 1024) };
    expect(problemsOf(larger)).toEqual([
      'CLAIMGATE_WORKER_MEMORY_MB must be at least 832 for bodies of CLAIMGATE_MAX_BODY_BYTES',
    ]);
    expect(problemsOf({ ...larger, CLAIMGATE_WORKER_MEMORY_MB: '832' })).toEqual([]);
    expect(problemsOf({ CLAIMGATE_WORKER_MEMORY_MB: '256' })).toEqual([]);
  });

  test('a secret is not repeated in a problem', () => {
    expect(
      problemsOf({ CLAIMGATE_API_KEY: 'tooshort', CLAIMGATE_PATIENT_SECRET: 'secret' }).join(),
    ).not.toMatch(/tooshort|secret"/);
  });

  test('variables that Kubernetes sets for a service called claimgate are not misspelt settings', () => {
    expect(
      problemsOf({ CLAIMGATE_SERVICE_HOST: '10.0.0.1', CLAIMGATE_PORT_8787_TCP: 'tcp://10.0.0.1' }),
    ).toEqual([]);
  });

  test('limits are checked against each other', () => {
    const problems = problemsOf({
      CLAIMGATE_QUEUE_CLAIMS: '8',
      CLAIMGATE_BATCH_CLAIMS: '9',
      CLAIMGATE_WATCHDOG_MS: '6000',
      CLAIMGATE_SHUTDOWN_MS: '100',
      CLAIMGATE_BUDGET_PRE_MS: '101',
      CLAIMGATE_TLS_CERT: 'cert.pem',
    });
    expect(problems).toEqual([
      'CLAIMGATE_BATCH_CLAIMS must not be larger than CLAIMGATE_QUEUE_CLAIMS',
      'CLAIMGATE_WATCHDOG_MS must not be larger than CLAIMGATE_RETRY_PATIENCE_MS',
      'CLAIMGATE_BUDGET_PRE_MS must not be larger than CLAIMGATE_SHUTDOWN_MS',
      'CLAIMGATE_TLS_CERT and CLAIMGATE_TLS_KEY belong together',
    ]);
  });
});

describe('an address that others can reach', () => {
  const open = { CLAIMGATE_HTTP_HOST: '0.0.0.0' };

  test('is refused without a key and without TLS', () => {
    expect(problemsOf(open)).toHaveLength(2);
    expect(problemsOf({ ...open, CLAIMGATE_API_KEY: key })).toHaveLength(1);
    const tls = { CLAIMGATE_TLS_CERT: 'c.pem', CLAIMGATE_TLS_KEY: 'k.pem' };
    expect(problemsOf({ ...open, ...tls })).toHaveLength(1);
    expect(problemsOf({ ...open, ...tls, CLAIMGATE_API_KEY: key })).toEqual([]);
  });

  test('is allowed with a key where TLS ends in front of us', () => {
    expect(problemsOf({ ...open, CLAIMGATE_API_KEY: key, CLAIMGATE_TLS_TERMINATED: 'true' })).toEqual([]);
  });

  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example', ''])(
    '%s is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});
