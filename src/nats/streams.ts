/**
 * The streams: what they are called, what they hold, how they keep it. At start each is created, or verified where it
 * is there already; one that disagrees is refused and not changed, because what it holds may be all there is of a
 * claim. One setting follows the broker's own limit: how large a message of CLAIMS may be. `streamSizes` and
 * `verifyStreams` are for a person who asks: they make and change nothing.
 */
import {
  DiscardPolicy,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { millis, nanos } from '@nats-io/transport-node';
import { leastPayloadBytes, messageHeadroomBytes } from '../base/broker-limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { sentence } from './sentence.js';
import {
  adviceWildcard,
  deadLetterWildcard,
  decisionsWildcard,
  feedbackWildcard,
  settleWildcard,
} from './subjects.js';

const dayMs = 86_400_000;
/** Three million advisory decisions. Without a limit they would in time take the disk from the claims. */
const adviceBytes = 2 * 1024 ** 3;
/** As much as the gateway takes of feedback, and headers. */
const feedbackBytes = (128 + 16) * 1024;
/** Longer than the history horizon of 400 days, so that a rebuild has all that it needs. */
const keptMs = 430 * dayMs;
const duplicateWindowMs = 2 * 60_000;
interface StreamPlan {
  readonly name: string;
  readonly subject: string;
  /** Whether an operator's limit of size may drop the oldest. Where it may not, the sender is refused instead. */
  readonly mayDropOldest: boolean;
  /** What it may hold when it is created; later the operator's limit counts, whichever it is. */
  readonly maxBytes?: number;
  /** Likewise of one message. */
  readonly maxMessageBytes?: number;
  /**
   * Whether the broker refuses, at the sender, what would leave no room for our headers: whole, with these instead of
   * the sender's, it must still fit into a dead letter.
   */
  readonly leavesHeadroom?: true;
  /** What we publish and nobody may refuse: all that we make ourselves, or all that the broker lets through. */
  readonly mustTake?: 'ours' | 'all';
}

export const streams = {
  claims: { name: 'CLAIMS', subject: settleWildcard, mayDropOldest: false, leavesHeadroom: true },
  decisions: { name: 'DECISIONS', subject: decisionsWildcard, mayDropOldest: false, mustTake: 'ours' },
  advice: { name: 'ADVICE', subject: adviceWildcard, mayDropOldest: true, maxBytes: adviceBytes },
  feedback: {
    name: 'FEEDBACK',
    subject: feedbackWildcard,
    mayDropOldest: false,
    maxMessageBytes: feedbackBytes,
  },
  deadLetter: { name: 'DEADLETTER', subject: deadLetterWildcard, mayDropOldest: false, mustTake: 'all' },
} as const satisfies Record<string, StreamPlan>;

export type StreamName = (typeof streams)[keyof typeof streams]['name'];

export interface StreamSize {
  readonly name: StreamName;
  /** As the broker writes it; another value means another stream of that name. */
  readonly created: string;
  readonly messages: number;
  readonly bytes: number;
  /** 0 and 0 where nothing was ever stored. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** When the broker took in the first and the last message that are there; null: there is none. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly replicas: number;
  readonly retention: string;
  /** How long messages are kept; null: for ever. */
  readonly maxAgeMs: number | null;
  /** Null: the broker's disk is the limit. */
  readonly maxBytes: number | null;
  /** Of one message; null: the broker's own limit. */
  readonly maxMessageBytes: number | null;
}

export interface StreamProblem {
  /** `disagrees`: an operator has to decide. `unavailable`: it may be mended while we wait. */
  readonly kind: 'disagrees' | 'unavailable';
  /** One sentence each. */
  readonly problems: readonly string[];
}

export interface StreamOptions {
  /** Copies on servers of a cluster; 1 on a single server. More than that is not found fault with. */
  readonly replicas: number;
}

/**
 * Creates what is missing and verifies what is there; several nodes may do it at once. Only after `up()` of the
 * link. Fails with every problem of every stream, each naming stream, setting, wanted and found.
 */
export async function ensureStreams(
  link: NatsLink,
  options: StreamOptions,
): Promise<Result<readonly StreamSize[], StreamProblem>> {
  const tooSmall = brokerProblems(link);
  if (tooSmall.length > 0) return fail({ kind: 'disagrees', problems: tooSmall });
  try {
    const manager = await jetstreamManager(link.connection);
    const sizes: StreamSize[] = [];
    const problems: string[] = [];
    for (const plan of Object.values<StreamPlan>(streams)) {
      const info = await findOrCreate(manager, plan, options);
      const found = disagreements(plan, link, options, info.config);
      problems.push(...found);
      sizes.push(sizeOf(info));
      if (found.length === 0) await fitToBroker(manager, plan, link, info);
    }
    return problems.length === 0 ? ok(sizes) : fail({ kind: 'disagrees', problems });
  } catch (error) {
    return fail({ kind: 'unavailable', problems: [`JetStream: ${sentence(error)}`] });
  }
}

export interface VerifiedStreams {
  /** Of those that are there. */
  readonly sizes: readonly StreamSize[];
  /** One sentence for each setting that would be refused. */
  readonly problems: readonly string[];
  /** One sentence for each setting that the next start of the service changes by itself. */
  readonly changes: readonly string[];
}

/** What `ensureStreams` would find; makes and changes nothing. Fails with a sentence. */
export async function verifyStreams(
  link: NatsLink,
  options: StreamOptions,
): Promise<Result<VerifiedStreams, string>> {
  try {
    const manager = await jetstreamManager(link.connection);
    const found: { readonly plan: StreamPlan; readonly info: StreamInfo }[] = [];
    for (const plan of Object.values<StreamPlan>(streams)) {
      const info = await findStream(manager, plan.name);
      if (info !== null) found.push({ plan, info });
    }
    return ok({
      sizes: found.map(({ info }) => sizeOf(info)),
      problems: [
        ...brokerProblems(link),
        ...found.flatMap(({ plan, info }) => disagreements(plan, link, options, info.config)),
      ],
      changes: found.flatMap(({ plan, info }) => changeText(plan, link, info)),
    });
  } catch (error) {
    return fail(`JetStream: ${sentence(error)}`);
  }
}

/** How large the streams are; one that does not exist is left out. Fails with a sentence. */
export async function streamSizes(link: NatsLink): Promise<Result<readonly StreamSize[], string>> {
  const found = await verifyStreams(link, { replicas: 1 });
  return found.ok ? ok(found.value.sizes) : found;
}

/** What the broker says of a stream, or null where there is none. Throws what else goes wrong. */
export async function findStream(manager: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof Error && error.name === 'StreamNotFoundError') return null;
    throw error;
  }
}

async function findOrCreate(
  manager: JetStreamManager,
  plan: StreamPlan,
  options: StreamOptions,
): Promise<StreamInfo> {
  const found = await findStream(manager, plan.name);
  if (found !== null) return found;
  try {
    return await manager.streams.add(wantedConfig(plan, options));
  } catch (error) {
    // Another node may have been quicker; with other settings, which are then verified like any other.
    const other = await findStream(manager, plan.name);
    if (other !== null) return other;
    throw error;
  }
}

/** Has the stream refuse what is larger than the broker's limit less our headroom. */
async function fitToBroker(
  manager: JetStreamManager,
  plan: StreamPlan,
  link: NatsLink,
  { config }: StreamInfo,
): Promise<void> {
  const limit = messageLimit(plan, link);
  if (limit !== null && config.max_msg_size !== limit)
    await manager.streams.update(plan.name, { max_msg_size: limit });
}

function changeText(plan: StreamPlan, link: NatsLink, { config }: StreamInfo): readonly string[] {
  const limit = messageLimit(plan, link);
  if (limit === null || config.max_msg_size === limit) return [];
  return [`stream ${plan.name}: max_msg_size is ${config.max_msg_size} and becomes ${limit}`];
}

/** How large a message of the stream may be, by the broker's own limit; null: that is for the broker to say. */
function messageLimit(plan: StreamPlan, link: NatsLink): number | null {
  const limit = (link.maxPayloadBytes ?? 0) - messageHeadroomBytes;
  return plan.leavesHeadroom === true && limit > 0 ? limit : null;
}

function wantedConfig(
  plan: StreamPlan,
  { replicas }: StreamOptions,
): Partial<StreamConfig> & { name: string } {
  return {
    name: plan.name,
    subjects: [plan.subject],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(keptMs),
    max_bytes: plan.maxBytes ?? -1,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: plan.maxMessageBytes ?? -1,
    discard: plan.mayDropOldest ? DiscardPolicy.Old : DiscardPolicy.New,
    duplicate_window: nanos(duplicateWindowMs),
    num_replicas: replicas,
    // A sender's header could empty the stream otherwise.
    allow_rollup_hdrs: false,
  };
}

/** One setting as it is compared. */
interface Compared {
  readonly setting: string;
  readonly wanted: string;
  readonly found: string;
  readonly agrees: boolean;
}

/** Whether it lets through what we publish. One sentence each. */
function brokerProblems({ maxPayloadBytes }: NatsLink): readonly string[] {
  const limit = maxPayloadBytes ?? 0;
  return limit >= leastPayloadBytes
    ? []
    : [`the broker: max_payload should be at least ${leastPayloadBytes} and is ${limit}`];
}

function disagreements(
  plan: StreamPlan,
  link: NatsLink,
  options: StreamOptions,
  found: StreamConfig,
): string[] {
  return [...keeping(plan, options, found), ...holding(plan, found), ...taking(plan, link, found)]
    .filter(({ agrees }) => !agrees)
    .map((one) => `stream ${plan.name}: ${one.setting} should be ${one.wanted} and is ${one.found}`);
}

/** How long and how safely. */
function keeping(plan: StreamPlan, { replicas }: StreamOptions, found: StreamConfig): Compared[] {
  const unlimited = limitsOf(found).every((limit) => limit <= 0);
  const aged = found.max_age === 0 || found.max_age >= nanos(keptMs);
  return [
    same('retention', RetentionPolicy.Limits, found.retention),
    same('storage', StorageType.File, found.storage),
    {
      setting: 'max_age',
      wanted: `at least ${keptMs / dayMs} days`,
      found: `${found.max_age / nanos(dayMs)} days`,
      agrees: aged,
    },
    {
      setting: 'num_replicas',
      wanted: `at least ${replicas}`,
      found: String(found.num_replicas),
      agrees: found.num_replicas >= replicas,
    },
    {
      setting: 'discard',
      wanted: `${DiscardPolicy.New}, since a limit is set`,
      found: found.discard,
      agrees: plan.mayDropOldest || unlimited || found.discard === DiscardPolicy.New,
    },
    {
      setting: 'max_msgs_per_subject',
      wanted: 'no limit',
      found: String(found.max_msgs_per_subject),
      agrees: plan.mayDropOldest || found.max_msgs_per_subject <= 0,
    },
  ];
}

/** What gets in, and that nothing but age takes it out. */
function holding(plan: StreamPlan, found: StreamConfig): Compared[] {
  return [
    same('subjects', plan.subject, (found.subjects ?? []).join(', ')),
    same('no_ack', 'off', flag(found.no_ack)),
    same('sealed', 'off', flag(found.sealed)),
    same('allow_rollup_hdrs', 'off', flag(found.allow_rollup_hdrs)),
    same('allow_msg_ttl', 'off', flag(found.allow_msg_ttl)),
    same('mirror', 'none', found.mirror?.name ?? 'none'),
    same('sources', 'none', found.sources?.map(({ name }) => name).join(', ') || 'none'),
    same('subject_transform', 'none', found.subject_transform === undefined ? 'none' : 'set'),
  ];
}

/** How large a message may be that nobody may refuse. */
function taking(
  { mustTake }: StreamPlan,
  { maxPayloadBytes }: NatsLink,
  { max_msg_size: limit = -1 }: StreamConfig,
): Compared[] {
  if (mustTake === undefined) return [];
  const least = mustTake === 'ours' ? leastPayloadBytes : (maxPayloadBytes ?? 0);
  return [
    {
      setting: 'max_msg_size',
      wanted: `no limit or at least ${least}`,
      found: String(limit),
      agrees: limit <= 0 || limit >= least,
    },
  ];
}

function limitsOf(found: StreamConfig): readonly number[] {
  return [found.max_bytes, found.max_msgs];
}

function same(setting: string, wanted: string, found: string): Compared {
  return { setting, wanted, found, agrees: wanted === found };
}

function flag(value: boolean | undefined): 'on' | 'off' {
  return value === true ? 'on' : 'off';
}

function sizeOf({ config, state, created }: StreamInfo): StreamSize {
  const { max_msg_size: largest = -1 } = config;
  return {
    name: config.name as StreamName,
    created: String(created),
    messages: state.messages,
    bytes: state.bytes,
    firstSequence: state.first_seq,
    lastSequence: state.last_seq,
    firstMs: state.messages > 0 ? Date.parse(state.first_ts) : null,
    lastMs: state.messages > 0 ? Date.parse(state.last_ts) : null,
    replicas: config.num_replicas,
    retention: config.retention,
    maxAgeMs: config.max_age > 0 ? millis(config.max_age) : null,
    maxBytes: config.max_bytes > 0 ? config.max_bytes : null,
    maxMessageBytes: largest > 0 ? largest : null,
  };
}
