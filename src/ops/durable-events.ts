/** What happens on the durable path that an operator wants to see: its log line and its metrics together. */
import { describeBug } from '../base/errors.js';
import type { DeadLetterReason } from '../decision/receipt.js';
import type { DurableEntry } from '../screening/protocol/decide.js';
import type { Crash } from '../screening/protocol.js';
import type { Logger } from './logger.js';
import type { AdviceLoss, HandInRoute } from './metric-table.js';
import type { Metrics } from './metrics.js';

const laneStates = ['following', 'deciding', 'halted', 'stopped'] as const;

export interface DurableEvents {
  laneEntered(state: (typeof laneStates)[number]): void;
  /** Of messages that were committed together, decided here or elsewhere. */
  messagesCommitted(committed: {
    readonly entries: readonly DurableEntry[];
    readonly decidedHere: boolean;
  }): void;
  /** A bug cost one message its screening. Never the error's message: it may quote the claim. */
  claimFailed(crash: Crash): void;
  /** Something in the way of the lane: disk, broker, bug. It begins again by itself. */
  laneFailed(error: unknown): void;
  /** The stream is not the one that the state belongs to. */
  streamEstranged(kind: string, sentence: string): void;
  streamsInOrder(streams: readonly { readonly name: string; readonly messages: number }[]): void;
  streamsNotInOrder(problems: readonly string[]): void;
  leaseTurned(held: boolean, why: string): void;
  /** Publishing, reading or the lease meets a difficulty that may pass. */
  brokerTrouble(part: 'publishing' | 'reading' | 'lease', problem: string): void;
  /** CLAIMS does not have these messages any more. */
  messagesMissing(first: number, last: number): void;
  /** A sale of a message was too large to become a message of its own; the message is a dead letter, counted if new. */
  saleTooLarge(seq: number, sentence: string, isNew: boolean): void;
  /** A message is gone from CLAIMS before it was known that its sales had come back into it. */
  salesLost(seq: number, entry: number): void;
  handedIn(route: HandInRoute, durationMs: number): void;
  handInUnavailable(route: HandInRoute): void;
  /** So many copies of advisory decisions are not in ADVICE, or nobody knows whether they are. */
  adviceLost(count: number, reason: AdviceLoss): void;
}

export function createDurableEvents(log: Logger, metrics: Metrics): DurableEvents {
  const handInDuration = metrics.spread('claimgate_handed_in_duration_seconds', {});
  return {
    ...laneEvents(log, metrics),
    streamsInOrder(streams) {
      log.info({ streams: streams.map(({ name, messages }) => `${name} ${messages}`) }, 'streams in order');
    },
    streamsNotInOrder(problems) {
      log.error({ problems }, 'streams not in order');
    },
    leaseTurned(held, why) {
      log.info({ held, why }, held ? 'lease held' : 'lease lost');
    },
    brokerTrouble(part, problem) {
      log.warn({ part, problem }, 'broker trouble');
    },
    saleTooLarge(seq, sentence, isNew) {
      if (isNew) countLetter(metrics, 'too-large');
      log.warn({ seq, sentence }, 'a sale is too large for a message of its own');
    },
    salesLost(seq, entry) {
      const sentence =
        'a message of several sales is gone from CLAIMS; those that are not there are to be sent again';
      log.error({ seq, entry }, sentence);
    },
    handedIn(route, durationMs) {
      metrics.count('claimgate_handed_in_total', { route, result: 'stored' });
      handInDuration.observe(durationMs / 1000);
    },
    handInUnavailable(route) {
      metrics.count('claimgate_handed_in_total', { route, result: 'unavailable' });
    },
    adviceLost(count, reason) {
      metrics.count('claimgate_advice_lost_total', { reason }, count);
    },
  };
}

type LaneEvents = Pick<
  DurableEvents,
  'laneEntered' | 'messagesCommitted' | 'claimFailed' | 'laneFailed' | 'streamEstranged' | 'messagesMissing'
>;

function laneEvents(log: Logger, metrics: Metrics): LaneEvents {
  return {
    laneEntered(state) {
      for (const one of laneStates)
        metrics.set('claimgate_lane_state', { state: one }, one === state ? 1 : 0);
      log.info({ state }, 'lane');
    },
    messagesCommitted({ entries, decidedHere }) {
      const decided = decidedHere ? 'here' : 'elsewhere';
      for (const { status, deadLetter } of entries) {
        metrics.count('claimgate_messages_decided_total', { status, decided });
        if (decidedHere && deadLetter !== null) countLetter(metrics, deadLetter.reason);
      }
    },
    claimFailed({ rule, error, at }) {
      metrics.count('claimgate_claim_failures_total', {});
      log.error({ rule, error, at }, 'message failed in a worker');
    },
    laneFailed(error) {
      metrics.count('claimgate_lane_failures_total', {});
      const reason = (error as { readonly reason?: unknown }).reason;
      log.error({ ...describeBug(error), reason: typeof reason === 'string' ? reason : null }, 'lane failed');
    },
    streamEstranged(kind, sentence) {
      log.error({ kind, sentence }, 'the stream is not the one that the state belongs to');
    },
    messagesMissing(first, last) {
      log.warn({ first, last }, 'messages are missing in CLAIMS');
    },
  };
}

function countLetter(metrics: Metrics, reason: DeadLetterReason): void {
  metrics.count('claimgate_dead_letters_total', { reason });
}
