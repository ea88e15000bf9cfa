/**
 * What a state holds of messages that the stream does not have any more. Their sequences will be those of others, so
 * answers are kept by the id under which they were published, and the ledger names no sequence: when such an event
 * comes again, its entry says all that was decided, for nodes that have never seen it. What moved stock stands at the
 * last message that the stream still has: before all that comes.
 */
import type { EpochMs } from '../../base/calendar.js';
import { claimBefore } from '../events/claim-record.js';
import { withoutSequence } from '../events/ledger-record.js';
import { movementsBefore } from '../events/movement-record.js';
import { balanceBefore, balanceName } from '../events/stock-record.js';
import { key16, type StateTable, touchedOf } from '../state.js';
import type { Environment, Operation } from './environment.js';
import { type PublishedAnswer, sequenceKey, sequenceOf, unpackAnswer } from './published-answer.js';

/** Behind the keys of all sequences, whose first byte is small. */
const mark = 0xff;
const firstApart = Uint8Array.of(mark);
const atOnce = 512;
const dueAtOnce = 8;

/** Sets apart what is known of messages behind `committed`. May be repeated after having been cut short. */
export async function setApart(stored: Environment, committed: number): Promise<void> {
  for (;;) {
    const answers = [...answersIn(stored, committed, atOnce)];
    if (answers.length === 0) break;
    await stored.write(answers.flatMap(([key, packed]) => apart(key, packed)));
  }
  await rewrite(stored, 'ledger', (bytes) => withoutSequence(bytes, committed));
  await rewrite(stored, 'stock', (bytes) =>
    balanceName(bytes) === null ? movementsBefore(bytes, committed) : balanceBefore(bytes, committed),
  );
  await rewrite(stored, 'claims', (bytes) => claimBefore(bytes, committed));
}

/** Answers to messages behind `seq`, by their keys. */
export function* answersIn(
  stored: Environment,
  seq: number,
  limit?: number,
): Iterable<readonly [key: Uint8Array, packed: Uint8Array]> {
  for (const record of stored.range('answers', sequenceKey(seq + 1), limit)) {
    if (record[0][0] === mark) return;
    yield record;
  }
}

/** What was published, or was to be, under this message id; null: nothing that was set apart since `sinceMs`. */
export function answerApart(
  stored: Environment,
  messageId: string,
  sinceMs: EpochMs,
): PublishedAnswer | null {
  const packed = stored.get('answers', keyOf(messageId));
  return packed === undefined || touchedOf(packed) < sinceMs ? null : unpackAnswer(0, packed.slice());
}

/** All of them; bytes are the caller's. */
export function* answersApart(stored: Environment): Iterable<PublishedAnswer> {
  for (const [, packed] of stored.range('answers', firstApart)) yield unpackAnswer(0, packed);
}

/** Deletions of those from before `before`: of a few at a time, whichever come first. */
export function expiredApart(stored: Environment, before: EpochMs): Operation[] {
  const first = [...stored.range('answers', firstApart, dueAtOnce)];
  return first
    .filter(([, packed]) => touchedOf(packed) < before)
    .map(([key]) => ({ table: 'answers', key, value: null }));
}

/** The answer to an event that came again says nothing that the first does not. */
function apart(key: Uint8Array, packed: Uint8Array): Operation[] {
  const gone: Operation = { table: 'answers', key, value: null };
  const { headers } = unpackAnswer(sequenceOf(key), packed);
  const id = headers['Nats-Msg-Id'];
  if (id === undefined || headers['Claimgate-Duplicate-Of'] !== undefined) return [gone];
  return [gone, { table: 'answers', key: keyOf(id), value: packed }];
}

function keyOf(messageId: string): Uint8Array {
  return Uint8Array.of(mark, ...key16(messageId));
}

/** `renewed`: null where a record stays as it is. */
async function rewrite(
  stored: Environment,
  table: StateTable,
  renewed: (bytes: Uint8Array) => Uint8Array | null,
): Promise<void> {
  for (let from: Uint8Array | undefined = new Uint8Array(1); from !== undefined; ) {
    const records: (readonly [Uint8Array, Uint8Array])[] = [...stored.range(table, from, atOnce)];
    const changed = records.flatMap(([key, bytes]): Operation[] => {
      const value = renewed(bytes);
      return value === null ? [] : [{ table, key, value }];
    });
    if (changed.length > 0) await stored.write(changed);
    const last: Uint8Array | undefined = records.length < atOnce ? undefined : records.at(-1)?.[0];
    from = last === undefined ? undefined : Uint8Array.of(...last, 0);
  }
}
