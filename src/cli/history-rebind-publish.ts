/** What was decided here and is not in DECISIONS, published again, byte for byte. */
import { assert } from '../base/assert.js';
import { splitSales } from '../claim/durable/split-sales.js';
import { entryHeader } from '../egress/decision-entry.js';
import { type Answer, DecisionPublisher } from '../egress/decision-publisher.js';
import type { HistoryStore, PublishedAnswer } from '../history/store.js';
import { withParts } from '../ingress/parts-again.js';
import { ConfirmedPublisher } from '../nats/confirmed-publisher.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { storedMessage } from '../nats/stored-message.js';
import { streams } from '../nats/streams.js';
import { formatOf, header } from '../screening/terms.js';
import { lostMark, type RebindPlan } from './history-rebind-plan.js';
import { openProgress } from './progress-bar.js';

const atOnce = 256;

/**
 * Rejects where something cannot be published. A decision whose message CLAIMS does not have is published without a
 * sequence: the sequence that it had is, or will be, another message's.
 */
export async function publishMissing(
  store: HistoryStore,
  link: NatsLink,
  { claims, unpublished, lost, known }: RebindPlan,
): Promise<void> {
  const confirmed = new ConfirmedPublisher({ link });
  const messageAt = (seq: number) => storedMessage(link, streams.claims.name, seq);
  const entryAt = (place: number) => storedMessage(link, streams.decisions.name, place);
  const onPartsLost = (seq: number) =>
    console.warn(
      `message ${seq}, of several sales, is gone from CLAIMS: those that are not there are to be sent again`,
    );
  const publisher = new DecisionPublisher({ publisher: confirmed, messageAt, entryAt, onPartsLost });
  const total = unpublished.length + lost.length;
  const bar = openProgress('publishing', total);
  let done = 0;
  const send = async (answers: readonly Answer[]) => {
    const sent = await publisher.publish(answers, new Map(), claims.created);
    if (!sent.ok) throw new Error(`DECISIONS does not take what was decided: ${sent.error.message}`);
    done += answers.length;
    bar.update(done, total);
  };
  try {
    for (let i = 0; i < unpublished.length; i += atOnce) {
      const answers = unpublished.slice(i, i + atOnce).map((seq) => answerAt(store, seq));
      await send(await withParts(answers, { messageAt, takeApart }));
    }
    await sendLost(store, new Set(lost), known.seq, send);
  } finally {
    bar.end();
    confirmed.close();
  }
}

async function takeApart(message: LogMessage): Promise<readonly Uint8Array[]> {
  const named = formatOf(message.header(header.contentType));
  const split = splitSales(message.data, named.ok ? named.value : null);
  return split.ok ? split.value.parts.map(({ bytes }) => bytes) : [];
}

function answerAt(store: HistoryStore, seq: number): PublishedAnswer {
  const [answer] = store.answersAfter(seq - 1, 1);
  assert(answer?.seq === seq, 'what was planned is still there');
  return answer;
}

async function sendLost(
  store: HistoryStore,
  lost: ReadonlySet<string>,
  known: number,
  send: (answers: readonly PublishedAnswer[]) => Promise<void>,
): Promise<void> {
  if (lost.size === 0) return;
  const isLost = ({ headers }: PublishedAnswer) => lost.has(headers[entryHeader.messageId] ?? '');
  for (let from = known; ; ) {
    const answers = store.answersAfter(from, atOnce);
    await send(answers.filter(isLost).map(withoutMessage));
    if (answers.length < atOnce) break;
    from = answers.at(-1)?.seq ?? from;
  }
  let apart: PublishedAnswer[] = [];
  for (const answer of store.answersApart()) {
    if (isLost(answer)) apart.push(withoutMessage(answer));
    if (apart.length < atOnce) continue;
    await send(apart);
    apart = [];
  }
  await send(apart);
}

/** Its dead letter would be the message itself, which is gone. */
function withoutMessage(answer: PublishedAnswer): PublishedAnswer {
  const { [entryHeader.sequence]: _, [entryHeader.messageId]: id, ...headers } = answer.headers;
  return {
    ...answer,
    headers: { ...headers, [entryHeader.messageId]: `${id}${lostMark}` },
    deadLetter: null,
  };
}
