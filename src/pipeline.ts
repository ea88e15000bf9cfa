/**
 * The paths of a claim through claimgate, on one page.
 *
 *   advisory   edge: receive, name the institution, open the budget ──▶ screenNow
 *     batcher: refuse what cannot be answered in time · queue · batch ──▶ a free thread of the pool
 *       worker: read ▸ screen ▸ decide ▸ encode
 *     batcher: a batch that lost its thread again claim by claim ──▶ answer ──▶ edge
 *
 *   durable    lane: messages of CLAIMS in their order ──▶ decideBatch
 *     batcher: when advisory claims leave a thread free ──▶ worker: read ▸ screen ▸ apply ▸ decide ▸ encode
 *     lane: commit what it did, then publish what it says, batch after batch
 */
import { assert } from './base/assert.js';
import type { Result } from './base/result.js';
import type { Answer, Batcher } from './screening/batcher.js';
import type { Loss } from './screening/loss.js';
import type { DecideReply, LoggedMessage, WorkMode } from './screening/protocol/decide.js';
import { unworkable } from './screening/protocol/unworkable.js';
import type { Crash, Envelope } from './screening/protocol.js';
import { refuse } from './screening/refusal.js';

export interface Stages {
  readonly batcher: Pick<Batcher, 'screen'>;
  /** Largest body that is screened, in bytes; the edges refuse most larger ones before they have arrived. */
  readonly maxBodyBytes: number;
  /** Told of a bug on the main thread, after which the claim is answered all the same. */
  readonly screeningFailed: (error: unknown) => void;
}

/**
 * Advisory screening of one claim: answered inside its budget or answered `not_screened`, and never kept for later.
 * Never rejects: whatever goes wrong in here must not stop care, so it fails open, visibly. The body is read, not
 * moved; it must stay as it is until the answer is there.
 */
export async function screenNow(body: Uint8Array, envelope: Envelope, stages: Stages): Promise<Answer> {
  const refused = (cause: 'too-large' | 'worker'): Answer => {
    return { ...refuse(body, envelope, cause, null), queuedMs: 0, screenMs: 0 };
  };
  if (body.byteLength > stages.maxBodyBytes) return refused('too-large');
  try {
    return await stages.batcher.screen(body, envelope);
  } catch (error) {
    stages.screeningFailed(error);
    return refused('worker');
  }
}

export interface DurableStages {
  /** Works off messages in one thread: all, or those from the first on that one rule set judges; or none. */
  readonly decide: (messages: readonly LoggedMessage[]) => Promise<Result<DecideReply, Loss>>;
  /** Makes what became of messages lasting; the next ones see it. False: we may not any more, so nothing was done. */
  readonly commit: (messages: readonly LoggedMessage[], reply: DecideReply) => Promise<boolean>;
}

/**
 * Decides messages of the log in their order and has each reply committed before the next is asked for. A batch that
 * loses its thread is worked off message by message, so that the one that ends threads costs nobody else anything.
 * Returns whether all of it was committed; rejects where committing does, and with NotFollowed.
 */
export async function decideBatch(
  messages: readonly LoggedMessage[],
  { decide, commit }: DurableStages,
): Promise<boolean> {
  for (let rest = messages; rest.length > 0; ) {
    const together = await decide(rest);
    if (!together.ok) return decideOneByOne(rest, { decide, commit });
    const { entries, failed } = together.value;
    const decided = rest.slice(0, entries.length);
    if (decided.length > 0 && !(await commit(decided, together.value))) return false;
    rest = rest.slice(decided.length);
    if (failed !== null) throw new NotFollowed(rest[0]?.seq ?? 0, failed);
    assert(decided.length > 0, 'whoever is given messages works off one at least');
  }
  return true;
}

async function decideOneByOne(
  messages: readonly LoggedMessage[],
  { decide, commit }: DurableStages,
): Promise<boolean> {
  for (const message of messages) {
    if (!(await commit([message], await decideAlone(message, decide)))) return false;
  }
  return true;
}

/** Twice by the rules, since a thread may be lost for reasons of its own; then for what the message does; then not. */
const attempts: Readonly<Record<WorkMode, readonly WorkMode[]>> = {
  screen: ['screen', 'screen', 'without-rules', 'without-rules'],
  'without-rules': ['without-rules', 'without-rules'],
  follow: ['follow', 'follow', 'follow'],
  skip: ['skip', 'skip', 'skip'],
};

async function decideAlone(message: LoggedMessage, decide: DurableStages['decide']): Promise<DecideReply> {
  for (const mode of attempts[message.mode]) {
    const reply = await decide([{ ...message, mode }]);
    if (!reply.ok) continue;
    const { failed } = reply.value;
    if (failed !== null) throw new NotFollowed(message.seq, failed);
    return reply.value;
  }
  // Another node has decided it: to leave it out would make two states of one log.
  assert(message.decided === null, `message ${message.seq} ends every worker that follows it`);
  return { entries: [unworkable(message)], writes: [], crashes: [], failed: null, elapsedMs: 0 };
}

/**
 * A bug keeps a message from being followed that another node has decided. To leave it out, or to make a dead letter of
 * it here, would make two states of one log: whoever follows stays before it.
 */
export class NotFollowed extends Error {
  override readonly name = 'NotFollowed';
  /** For an operator; nothing of the claim. */
  readonly reason: string;

  constructor(seq: number, { error, at }: Crash) {
    const reason = `message ${seq} of CLAIMS: ${error} ${at}`.trim();
    super(reason);
    this.reason = reason;
  }
}
