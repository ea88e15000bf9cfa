/**
 * Reads the environment against the table of settings. Nothing after this line looks at an environment
 * variable.
 */
import { isIP } from 'node:net';
import { isInstitutionCode } from '../base/institution-code.js';
import { fail, ok, type Result } from '../base/result.js';
import { type SettingName, type SettingSpec, type Settings, settingTable } from './table.js';

export type { Settings } from './table.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** All settings, frozen. Fails with every problem at once, relations between settings included. */
export function readSettings(environment: Environment): Result<Settings, readonly string[]> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, spec] of Object.entries<SettingSpec>(settingTable)) {
    const given = environment[name]?.trim() ?? '';
    const read = given === '' ? ok(spec.default) : readOne(spec, given);
    if (read.ok) values[name] = read.value;
    else problems.push(`${name} ${read.error}`);
  }
  problems.push(...unknownNames(environment));
  if (problems.length > 0) return fail(problems);
  // Every name of the table was read above.
  const settings = values as Settings;
  const contradictions = checkRelations(settings);
  return contradictions.length > 0 ? fail(contradictions) : ok(Object.freeze(settings));
}

/** The settings of the process that we are. */
export function readProcessSettings(): Result<Settings, readonly string[]> {
  return readSettings(process.env);
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

function readOne(spec: SettingSpec, given: string): Result<unknown, string> {
  switch (spec.kind) {
    case 'text':
      return ok(given);
    case 'optional': {
      const least = spec.minLength ?? 0;
      return given.length >= least ? ok(given) : fail(`must have at least ${least} characters`);
    }
    case 'integer': {
      const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      const within = value >= spec.min && value <= spec.max;
      return within
        ? ok(value)
        : fail(`must be a whole number from ${spec.min} to ${spec.max}, not "${given}"`);
    }
    case 'choice':
      return spec.values.includes(given)
        ? ok(given)
        : fail(`must be one of ${spec.values.join(', ')}, not "${given}"`);
    case 'flag':
      if (['1', 'true', 'yes'].includes(given.toLowerCase())) return ok(true);
      if (['0', 'false', 'no'].includes(given.toLowerCase())) return ok(false);
      return fail(`must be true or false, not "${given}"`);
    case 'codes': {
      const codes = given.split(/[\s,]+/).filter((code) => code !== '');
      const wrong = codes.find((code) => !isInstitutionCode(code));
      return wrong === undefined ? ok(codes) : fail(`holds "${wrong}", which is no institution code`);
    }
  }
}

/** Kubernetes puts these into every container beside a service called claimgate. */
const fromKubernetes = /_SERVICE_(HOST|PORT)|_PORT(_\d+_(TCP|UDP).*)?$/;

/** A misspelt name would silently leave its setting on the default. */
function unknownNames(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('CLAIMGATE_') && !Object.hasOwn(settingTable, name))
    .filter((name) => !fromKubernetes.test(name))
    .map((name) => `${name} is no setting; claimgate serve --help lists them`);
}

const mib = 1024 * 1024;
/** A warm worker, and what the worst body found (nothing but empty objects) makes of each of its bytes. */
const heapNeed = { warmMb: 64, perBodyByte: 24 };

/**
 * Below it a single body may reach the heap limit, and not always in the small steps that a worker survives.
 */
function leastWorkerMemoryMb(bodyBytes: number): number {
  return heapNeed.warmMb + Math.ceil((heapNeed.perBodyByte * bodyBytes) / mib);
}

function checkRelations(settings: Settings): string[] {
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const atMost = (smaller: SettingName, larger: SettingName) =>
    demand(settings[smaller]! <= settings[larger]!, `${smaller} must not be larger than ${larger}`);
  atMost('CLAIMGATE_BATCH_CLAIMS', 'CLAIMGATE_QUEUE_CLAIMS');
  atMost('CLAIMGATE_BATCH_BYTES', 'CLAIMGATE_QUEUE_BYTES');
  atMost('CLAIMGATE_MAX_BODY_BYTES', 'CLAIMGATE_QUEUE_BYTES');
  const memory = leastWorkerMemoryMb(settings.CLAIMGATE_MAX_BODY_BYTES);
  demand(
    settings.CLAIMGATE_WORKER_MEMORY_MB >= memory,
    `CLAIMGATE_WORKER_MEMORY_MB must be at least ${memory} for bodies of CLAIMGATE_MAX_BODY_BYTES`,
  );
  // A second run waits behind another one that may hang for as long as the watchdog lets it.
  atMost('CLAIMGATE_WATCHDOG_MS', 'CLAIMGATE_RETRY_PATIENCE_MS');
  atMost('CLAIMGATE_BUDGET_PRE_MS', 'CLAIMGATE_SHUTDOWN_MS');
  atMost('CLAIMGATE_BUDGET_MID_MS', 'CLAIMGATE_SHUTDOWN_MS');
  const { CLAIMGATE_TLS_CERT: cert, CLAIMGATE_TLS_KEY: key } = settings;
  demand((cert === null) === (key === null), 'CLAIMGATE_TLS_CERT and CLAIMGATE_TLS_KEY belong together');
  if (!isLoopback(settings.CLAIMGATE_HTTP_HOST)) {
    const host = `CLAIMGATE_HTTP_HOST ${settings.CLAIMGATE_HTTP_HOST} is not loopback: set`;
    demand(settings.CLAIMGATE_API_KEY !== null, `${host} CLAIMGATE_API_KEY`);
    const encrypted = cert !== null || settings.CLAIMGATE_TLS_TERMINATED;
    demand(encrypted, `${host} CLAIMGATE_TLS_CERT and CLAIMGATE_TLS_KEY, or CLAIMGATE_TLS_TERMINATED`);
  }
  return problems;
}
