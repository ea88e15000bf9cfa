/**
 * `claimgate history rebind`: goes on with the state of this node in streams that are not the ones it knew.
 */
import { HistoryStore } from '../history/store.js';
import type { NatsLink } from '../nats/connection.js';
import { deciderLease, leaseHolder } from '../nats/lease.js';
import { streamSizes, streams } from '../nats/streams.js';
import { openBroker } from './broker-access.js';
import { confirmed } from './confirmed.js';
import { refuse, settingsOrExit } from './exit.js';
import { hasHistory, historyFolder, noHistoryText } from './history-export.js';
import { lastEntryRead, planRebind, type RebindPlan } from './history-rebind-plan.js';
import { publishMissing } from './history-rebind-publish.js';
import { count } from './words.js';

export interface RebindOptions {
  readonly yes: boolean;
}

export const rebindHelp = `
For readiness reason stream-behind-state: CLAIMS or DECISIONS was made anew, or a broker that lost power came
back without its last messages. Nothing that this node has taken in is taken back. It shows what it has found
and asks before it does anything (--yes: does not). Then

- what was decided here and is not in DECISIONS is published again, byte for byte. Where CLAIMS does not have
  the message any more, the entry names no sequence, and its id ends in ":lost";
- the service goes on in CLAIMS behind the last message that stands there as this node has taken it in. Of what
  comes again from the part that is lost nothing counts twice here; its entry says again all that was decided,
  so that nodes take it in that have never seen it.

What cannot be had back is said: bodies that CLAIMS has lost, which senders have to send again, and decisions
older than seven days that DECISIONS has lost, of which no node keeps the bytes.

Stop the services of all nodes. Begin with the node that has taken in most (\`claimgate doctor\` says how much),
then run it on the others. Where nodes had not taken in the same, their digests differ from then on though they
count the same, and what nobody sends again is known only to those that had it: a copy of the first node's
folder "history" in the place of another's makes both equal, and that one needs no rebind. Ends with 0 also where
there is nothing to be done.`;

export async function runRebind({ yes }: RebindOptions): Promise<void> {
  const settings = settingsOrExit();
  const folder = historyFolder(settings);
  if (!hasHistory(folder)) return refuse(noHistoryText(folder), 1);
  const store = await HistoryStore.open(folder);
  if (!store.ok) return refuse(store.error, 1);
  const broker = await openBroker(settings);
  try {
    if (broker.ok) await rebind(store.value, broker.value.link, yes);
    else refuse(broker.error, 2);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 1);
  } finally {
    await store.value.close();
    if (broker.ok) await broker.value.close();
  }
}

async function rebind(store: HistoryStore, link: NatsLink, isSure: boolean): Promise<void> {
  if (store.position() === null)
    return refuse('the history has taken in nothing yet: the service begins by itself', 1);
  const sizes = await streamSizes(link);
  if (!sizes.ok) return refuse(sizes.error, 2);
  const [claims, decisions] = [streams.claims, streams.decisions].map(({ name }) =>
    sizes.value.find((size) => size.name === name),
  );
  if (claims === undefined || decisions === undefined) {
    return refuse(
      'the broker has no streams CLAIMS and DECISIONS; start the service once, which makes them',
      1,
    );
  }
  const plan = await planRebind(store, link, claims, decisions);
  if (plan.problems.length === 0) {
    console.log('CLAIMS and DECISIONS are the streams that this history belongs to: nothing to be done');
    return;
  }
  console.log(planText(plan));
  const holder = await leaseHolder(link, deciderLease);
  if (holder !== null) {
    return refuse(
      `a node decides at this moment (${holder}): stop the services of all nodes, and wait until its lease has ended`,
      1,
    );
  }
  if (!isSure && !(await confirmed('Go on with these streams?', 'to go on')))
    return refuse('nothing was changed', 2);
  await carryOut(store, link, plan);
}

async function carryOut(store: HistoryStore, link: NatsLink, plan: RebindPlan): Promise<void> {
  const { claims, decisions, known, unpublished, lost } = plan;
  await publishMissing(store, link, plan);
  await store.setApart(known.seq);
  const seq = await lastEntryRead(link, decisions, known);
  const read = { created: decisions.created, seq };
  await store.rebind(claims.created, known.seq, { messageMs: known.streamMs, decisions: read });
  const published = unpublished.length + lost.length;
  if (published > 0) console.log(`published again: ${count(published)} decisions`);
  console.log(`the service goes on behind message ${count(known.seq)} of CLAIMS`);
  console.log('now the other nodes, before any service is started');
}

/** What was found, and what follows from it. */
function planText({ problems, claims, position, known, unpublished, lost, gone }: RebindPlan): string {
  const left = claims.lastSequence - known.seq;
  const away = position.committed - known.seq;
  const again = unpublished.length + lost.length;
  return [
    ...problems,
    `in CLAIMS: up to message ${count(known.seq)} as this history has taken it in; ${count(left)} left to the service`,
    ...(away === 0
      ? []
      : [
          `not in CLAIMS any more: ${count(away)} messages that this history has taken in ` +
            `(${count(known.seq + 1)} to ${count(position.committed)}). ` +
            'What they did stays; other nodes that have not taken them in learn of them ' +
            "when they are sent again, or from a copy of this node's history",
        ]),
    `decided here and not in DECISIONS: ${count(again)}` +
      (again === 0 ? '' : `, of which CLAIMS has lost ${count(lost.length)}; they are published again`),
    ...(gone === 0
      ? []
      : [
          `neither in DECISIONS nor here: the decisions of up to ${count(gone)} messages in CLAIMS. They cannot be ` +
            'published again. Nodes that have taken the messages in lack nothing; one that has not takes a copy of ' +
            "this node's history, since a rebuild cannot pass them",
        ]),
  ].join('\n');
}
