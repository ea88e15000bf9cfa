/**
 * Every setting, once: name, kind, default, bounds, sentence. Reading, help, README and tests derive from it.
 */
import { availableParallelism } from 'node:os';

export type SettingSpec =
  | { readonly kind: 'text'; readonly default: string; readonly doc: string }
  | {
      readonly kind: 'optional';
      readonly default: null;
      readonly unset: string;
      readonly minLength?: number;
      readonly secret?: true;
      readonly doc: string;
    }
  | {
      readonly kind: 'integer';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly defaultDoc?: string;
      readonly doc: string;
    }
  | {
      readonly kind: 'choice';
      readonly default: string;
      readonly values: readonly string[];
      readonly doc: string;
    }
  | { readonly kind: 'flag'; readonly default: boolean; readonly doc: string }
  | { readonly kind: 'codes'; readonly default: readonly string[]; readonly doc: string };

const kib = 1024;
const mib = 1024 * kib;

export const settingTable = {
  NATS_URL: {
    kind: 'optional',
    default: null,
    unset: 'an embedded broker is started',
    secret: true,
    doc: 'Broker: nats://user:password@host:4222, several separated by commas; tls:// for TLS.',
  },
  CLAIMGATE_HTTP_HOST: {
    kind: 'text',
    default: '127.0.0.1',
    doc: 'Address that HTTP listens on. Anything but loopback needs a key and TLS.',
  },
  CLAIMGATE_HTTP_PORT: {
    kind: 'integer',
    default: 8787,
    min: 0,
    max: 65_535,
    doc: 'Port that HTTP listens on; 0 takes any free one.',
  },
  CLAIMGATE_TLS_CERT: {
    kind: 'optional',
    default: null,
    unset: 'plain HTTP',
    doc: 'File of the certificate chain (PEM).',
  },
  CLAIMGATE_TLS_KEY: {
    kind: 'optional',
    default: null,
    unset: 'plain HTTP',
    doc: 'File of the private key (PEM).',
  },
  CLAIMGATE_TLS_TERMINATED: {
    kind: 'flag',
    default: false,
    doc: 'TLS ends in front of this process (container network, ingress): plain HTTP may leave loopback.',
  },
  CLAIMGATE_API_KEY: {
    kind: 'optional',
    default: null,
    unset: 'open, on loopback only',
    minLength: 16,
    secret: true,
    doc: 'Key with all scopes, sent as Authorization: Bearer; on national routes also in an apikey header.',
  },
  CLAIMGATE_PATIENT_SECRET: {
    kind: 'optional',
    default: null,
    unset: 'made once in the data directory',
    minLength: 16,
    secret: true,
    doc: 'Turns person numbers into patient keys; the same on all nodes for as long as history counts.',
  },
  CLAIMGATE_DATA_DIR: {
    kind: 'text',
    default: '.claimgate',
    doc: 'Folder of everything durable on this machine.',
  },
  CLAIMGATE_CACHE_DIR: {
    kind: 'text',
    default: '.cache',
    doc: 'Folder of what can be fetched again: nats-server.',
  },
  CLAIMGATE_RULES: { kind: 'text', default: 'rules', doc: 'Folder of packs and tables.' },
  CLAIMGATE_RELEASE_KEYS: {
    kind: 'optional',
    default: null,
    unset: 'no release is believed; the rules folder alone counts',
    doc: 'File of the keys that may publish and activate rule sets (JSON); a node trusts nobody else.',
  },
  CLAIMGATE_WORKERS: {
    kind: 'integer',
    default: Math.max(2, availableParallelism() - 1),
    defaultDoc: 'cores - 1, at least 2',
    min: 2,
    max: 256,
    doc: 'Worker threads.',
  },
  // V8 ends a worker at its limit only where room is asked for in small pieces. One list, map or text that
  // grows past the limit in a single step ends the whole process, and nothing inside the process can hold
  // that up. So the limit is generous, settings.ts relates it to the largest body, and systemd or compose
  // start the process again.
  CLAIMGATE_WORKER_MEMORY_MB: {
    kind: 'integer',
    default: 512,
    min: 128,
    max: 16_384,
    doc: 'Heap limit of one worker; one that reaches it is ended and replaced.',
  },
  CLAIMGATE_WORKER_LOAD_MS: {
    kind: 'integer',
    default: 30_000,
    min: 1_000,
    max: 600_000,
    doc: 'A worker that takes longer to load and warm the rule set is ended.',
  },
  CLAIMGATE_BUDGET_PRE_MS: {
    kind: 'integer',
    default: 100,
    min: 5,
    max: 10_000,
    doc: 'Latency budget of 3101 (before an order or a bill), from receipt.',
  },
  CLAIMGATE_BUDGET_MID_MS: {
    kind: 'integer',
    default: 50,
    min: 5,
    max: 10_000,
    doc: 'Latency budget of 3102 (while settling), from receipt.',
  },
  CLAIMGATE_MAX_BODY_BYTES: {
    kind: 'integer',
    default: 8 * mib - 64 * kib,
    defaultDoc: '8 MiB - 64 KiB',
    min: 64 * kib,
    max: 64 * mib - 64 * kib,
    doc: 'Largest claim; above it the sender is refused at the door.',
  },
  CLAIMGATE_QUEUE_CLAIMS: {
    kind: 'integer',
    default: 4_096,
    min: 1,
    max: 1_000_000,
    doc: 'Claims that may wait for a worker; more are answered not_screened at once.',
  },
  CLAIMGATE_QUEUE_BYTES: {
    kind: 'integer',
    default: 128 * mib,
    defaultDoc: '128 MiB',
    min: mib,
    max: 16_384 * mib,
    doc: 'Bytes that may wait for a worker.',
  },
  CLAIMGATE_BATCH_CLAIMS: {
    kind: 'integer',
    default: 64,
    min: 1,
    max: 256,
    doc: 'Most claims handed to a worker at once.',
  },
  CLAIMGATE_BATCH_BYTES: {
    kind: 'integer',
    default: mib,
    defaultDoc: '1 MiB',
    min: 64 * kib,
    max: 64 * mib,
    doc: 'Most bytes handed to a worker at once; a larger claim travels alone.',
  },
  CLAIMGATE_WATCHDOG_MS: {
    kind: 'integer',
    default: 1_000,
    min: 100,
    max: 60_000,
    doc: 'A worker that is silent this long after the latest deadline of its batch is ended.',
  },
  CLAIMGATE_RETRY_PATIENCE_MS: {
    kind: 'integer',
    default: 5_000,
    min: 5_000,
    max: 60_000,
    doc: 'A claim whose worker was lost waits this long for a second run, until the worker is replaced.',
  },
  CLAIMGATE_HTTP_INFLIGHT: {
    kind: 'integer',
    default: 512,
    min: 1,
    max: 100_000,
    doc: 'HTTP requests held at the same time; more get 429.',
  },
  CLAIMGATE_HTTP_TIMEOUT_MS: {
    kind: 'integer',
    default: 30_000,
    min: 100,
    max: 600_000,
    doc: 'An HTTP request that has not arrived whole after this long is dropped.',
  },
  CLAIMGATE_PARTIAL_IS_FAILURE: {
    kind: 'codes',
    default: [],
    doc: 'Institutions whose systems are told of a partial screening as of a failed one (infcode -1).',
  },
  CLAIMGATE_ADVICE: {
    kind: 'flag',
    default: true,
    doc: 'Copy every advisory decision into the stream ADVICE, for those who read along.',
  },
  CLAIMGATE_LEASE_MS: {
    kind: 'integer',
    default: 3_000,
    min: 1_000,
    max: 60_000,
    doc: 'A node that decides and is silent for so long is followed by another.',
  },
  CLAIMGATE_REPLICAS: {
    kind: 'integer',
    default: 1,
    min: 1,
    max: 5,
    doc: 'Copies that the broker keeps of every stream; 3 on a cluster.',
  },
  CLAIMGATE_DURABLE_WATCHDOG_MS: {
    kind: 'integer',
    default: 10_000,
    min: 1_000,
    max: 600_000,
    doc: 'A worker that has not decided a batch of messages after this long is ended and replaced.',
  },
  CLAIMGATE_SHUTDOWN_MS: {
    kind: 'integer',
    default: 10_000,
    min: 100,
    max: 600_000,
    doc: 'Leaving in order may take this long.',
  },
  CLAIMGATE_LOG_LEVEL: {
    kind: 'choice',
    default: 'info',
    values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    doc: 'Least important log line that is written.',
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof settingTable;

type ValueOf<Spec extends SettingSpec> = Spec extends { kind: 'integer' }
  ? number
  : Spec extends { kind: 'flag' }
    ? boolean
    : Spec extends { kind: 'codes' }
      ? readonly string[]
      : Spec extends { kind: 'optional' }
        ? string | null
        : Spec extends { kind: 'choice' }
          ? Spec['values'][number]
          : string;

export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof settingTable)[Name]> };
