/** What the lane is put together from. */
import type { Clock } from '../base/clock.js';
import type { Result } from '../base/result.js';
import type { DecisionPublisher } from '../egress/decision-publisher.js';
import type { HistoryStore } from '../history/store.js';
import type { EstrangementKind } from '../nats/claims-log.js';
import type { NatsLink } from '../nats/connection.js';
import type { Loss } from '../screening/loss.js';
import type { DecideReply, DurableEntry, LogBatch } from '../screening/protocol/decide.js';
import type { Crash } from '../screening/protocol.js';

export interface LaneParts {
  readonly link: NatsLink;
  readonly store: HistoryStore;
  readonly lease: { stillMine(): boolean };
  readonly publisher: DecisionPublisher;
  /** Works off messages in one thread, all or none. */
  readonly decide: (batch: LogBatch) => Promise<Result<DecideReply, Loss>>;
  readonly events: LaneEvents;
  readonly clock: Clock;
}

/** What happens in the lane that an operator wants to see; never with claim content. */
export interface LaneEvents {
  laneEntered(mode: 'following' | 'deciding' | 'halted' | 'stopped'): void;
  /** Of messages that were committed together, decided here or elsewhere. */
  messagesCommitted(committed: {
    readonly entries: readonly DurableEntry[];
    readonly decidedHere: boolean;
    readonly elapsedMs: number;
  }): void;
  /** A bug cost one message its screening. */
  claimFailed(crash: Crash): void;
  /** Something in the way of lane: disk, broker, bug. It goes on by itself. */
  laneFailed(error: unknown): void;
  /** CLAIMS is not the stream that the state belongs to. */
  streamEstranged(kind: EstrangementKind, sentence: string): void;
}
