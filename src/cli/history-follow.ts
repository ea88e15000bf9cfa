/**
 * A state made from the streams as a follower makes it: the same threads, the same mode, and nobody to decide
 * for.
 */
import { systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Settings } from '../config/settings.js';
import { batcherSettings, budgetsOf, drainMs, durableSettings, poolSettings } from '../config/wiring.js';
import { entryHeader } from '../egress/decision-entry.js';
import { DecisionPublisher } from '../egress/decision-publisher.js';
import type { HistoryStore } from '../history/store.js';
import { FollowingMode } from '../ingress/following-mode.js';
import type { LaneEvents, LaneParts } from '../ingress/lane-parts.js';
import type { NatsLink } from '../nats/connection.js';
import { lastStored } from '../nats/last-stored.js';
import { storedMessage } from '../nats/stored-message.js';
import { type StreamSize, streams } from '../nats/streams.js';
import { createEvents } from '../ops/events.js';
import { createLogger } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import type { Artifact } from '../ruleset/build-ruleset.js';
import { Batcher } from '../screening/batcher.js';
import { ScreeningPool } from '../screening/pool.js';
import type { ProgressBar } from './progress-bar.js';

const lookEveryMs = 100;
/** What a decider publishes together is not always stored in its order. */
const lastEntries = 256;

export interface FollowOptions {
  readonly settings: Settings;
  readonly secret: string;
  readonly artifact: Artifact;
  readonly link: NatsLink;
  readonly store: HistoryStore;
  readonly storeFolder: string;
  /** The last message that has been decided. */
  readonly target: number;
  readonly guard: (decide: LaneParts['decide']) => LaneParts['decide'];
  readonly bar: ProgressBar;
}

/**
 * Follows until everything that has been decided is in the store. Fails with a sentence where threads do not
 * start.
 */
export async function followToEnd(options: FollowOptions): Promise<Result<null, string>> {
  const { settings, secret, artifact, store, storeFolder, target, bar } = options;
  const sink = {
    write: (line: string) => {
      bar.end();
      process.stderr.write(line);
    },
  };
  const logger = createLogger({ level: 'warn', readable: true, sink });
  const { preMs, midMs } = budgetsOf(settings);
  const events = createEvents(logger, new Metrics([preMs / 1_000, midMs / 1_000]), { version: '' });
  const started = await ScreeningPool.start(artifact, poolSettings(settings, secret, storeFolder), events);
  if (!started.ok) return fail(`the rule set does not run: ${started.error}`);
  const batcher = new Batcher(started.value, batcherSettings(settings), events, systemClock);
  const stopping = new AbortController();
  const { signal } = stopping;
  const following = new FollowingMode(partsOf(options, batcher)).run({
    stopping: signal,
    turn: () => signal,
  });
  const looking = setInterval(() => {
    const committed = store.position()?.committed ?? 0;
    bar.update(committed, target);
    if (committed >= target) stopping.abort();
  }, lookEveryMs);
  try {
    await following;
  } finally {
    clearInterval(looking);
    bar.end();
    await batcher.stop(drainMs(settings));
    await started.value.stop();
  }
  return ok(null);
}

function partsOf({ settings, link, store, guard }: FollowOptions, batcher: Batcher): LaneParts {
  const { watchdogMs } = durableSettings(settings);
  return {
    link,
    store,
    // Whoever holds the lease is done once everything decided is applied.
    lease: { stillMine: () => true },
    publisher: new DecisionPublisher({
      publisher: nobody,
      messageAt: async () => ok(null),
      entryAt: async () => ok(null),
    }),
    decide: guard((batch) => batcher.decide(batch, watchdogMs)),
    events: unheard,
    clock: systemClock,
  };
}

/** A follower publishes nothing. */
const nobody = {
  publish: async () => fail({ kind: 'closed', message: 'nothing is published here' } as const),
};

const unheard: LaneEvents = {
  laneEntered: () => {},
  messagesCommitted: () => {},
  claimFailed: () => {},
  laneFailed: () => {},
  streamEstranged: () => {},
};

/**
 * The last message of CLAIMS that is there and has an entry in DECISIONS; 0: none. Throws what the broker
 * says.
 */
export async function lastDecided(
  link: NatsLink,
  claims: StreamSize,
  decisions: StreamSize,
): Promise<number> {
  if (decisions.messages === 0) return 0;
  const first = Math.max(decisions.firstSequence, decisions.lastSequence - lastEntries + 1);
  let highest = 0;
  for (let seq = decisions.lastSequence; seq >= first; seq--) {
    const entry = await storedMessage(link, streams.decisions.name, seq);
    if (!entry.ok) throw new Error(entry.error);
    highest = Math.max(highest, Number(entry.value?.header(entryHeader.sequence) ?? 0) || 0);
  }
  const lastSequence = Math.min(highest, claims.lastSequence);
  return (await lastStored(link, { ...claims, lastSequence })) ?? 0;
}
