/** `claimgate history erase`: one person out of this node's state and out of the streams' bodies. */
import { existsSync } from 'node:fs';
import { HistoryStore } from '../history/store.js';
import { type Erasure, erase, planErasure } from '../history/tools/erase-patient.js';
import { removeHistory } from '../history/tools/replace-history.js';
import { HistorySnapshot } from '../history/tools/snapshot.js';
import type { NatsLink } from '../nats/connection.js';
import { eraseMessage } from '../nats/erase-message.js';
import { streamSizes } from '../nats/streams.js';
import { openBroker } from './broker-access.js';
import { confirmed } from './confirmed.js';
import { refuse, settingsOrExit } from './exit.js';
import { besideHistory, hasHistory, historyFolder, noHistoryText } from './history-export.js';
import { keysOf, knownSecret } from './history-person.js';
import { messagesOf, type PersonMessages } from './history-person-messages.js';
import { openProgress } from './progress-bar.js';
import { count } from './words.js';

export interface EraseOptions {
  readonly region?: string;
  readonly yes: boolean;
}

export const eraseHelp = `
What goes: on this node the person's record, fees that are held for visits of the person, and the person's key
in the records of the claims, and whole states that a rebuild has left beside this one; in the streams
CLAIMS, DEADLETTER and FEEDBACK every message of the
person, overwritten by the broker, which leaves holes that the service and a rebuild pass over. What stays:
DECISIONS and ADVICE, which hold no person, and what the claims did to others: sold trace codes, stock, the ids
of events that have been counted.

Run it with the service of this node stopped, and then on every other node: the streams are shared, the state
of each node is its own. Until then digests differ between nodes, and what the person is charged for meanwhile
is kept by the nodes that come first. A state rebuilt afterwards does not hold the person, nor the trace codes
and stock of the erased messages: its digest differs from that of a node that was only erased from. With
--region what cannot be read stays, since it names no region, and so does FEEDBACK. Ends with 1 where nothing
was found, or where something could not be erased: then run it again.`;

export async function runErase(number: string, options: EraseOptions): Promise<void> {
  const settings = settingsOrExit();
  const secret = await knownSecret(settings);
  if (!secret.ok) return refuse(secret.error, 1);
  const folder = historyFolder(settings);
  if (!hasHistory(folder)) return refuse(noHistoryText(folder), 1);
  // Open from here on: between looking and erasing nobody else may write.
  const store = await HistoryStore.open(folder);
  if (!store.ok) return refuse(store.error, 1);
  const broker = await openBroker(settings);
  try {
    if (!broker.ok) return refuse(broker.error, 2);
    const { link } = broker.value;
    const sizes = await streamSizes(link);
    if (!sizes.ok) return refuse(sizes.error, 2);
    const province = options.region?.slice(0, 2) ?? null;
    const { messages, visits } = await messagesOf({ number, province }, link, sizes.value);
    const state = planFor(keysOf(number, province, secret.value), visits, folder);
    if (typeof state === 'string') return refuse(state, 1);
    const copies = Object.values(besideHistory(folder)).filter(existsSync);
    await eraseAll({ store: store.value, state, messages, copies }, link, options.yes);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 1);
  } finally {
    if (broker.ok) await broker.value.close();
    await store.value.close();
  }
}

/** What this node knows; a sentence where its history cannot be read. */
function planFor(
  keys: ReturnType<typeof keysOf>,
  visits: readonly Uint8Array[],
  folder: string,
): Erasure | string {
  const opened = HistorySnapshot.open(folder);
  if (!opened.ok) return opened.error;
  const snapshot = opened.value;
  snapshot.refresh();
  const { claims, encounters } = snapshot.counts();
  const bar = openProgress('looking through claims', claims.records + encounters.records);
  let seen = 0;
  try {
    return planErasure(keys, snapshot, visits, () => bar.update(++seen));
  } finally {
    bar.end();
    void snapshot.close();
  }
}

interface WhatToErase {
  readonly store: HistoryStore;
  readonly state: Erasure;
  readonly messages: readonly PersonMessages[];
  /** Folders of histories beside this one. */
  readonly copies: readonly string[];
}

async function eraseAll(
  { store, state, messages, copies }: WhatToErase,
  link: NatsLink,
  isSure: boolean,
): Promise<void> {
  const found = messages.reduce((sum, { sequences }) => sum + sequences.length, 0);
  if (found === 0 && state.writes.length === 0) return refuse('nothing is known of this person', 1);
  console.log(
    `on this node: ${count(state.records)} records, ${count(state.claims)} claims that name the person, ` +
      `${count(state.fees)} held fees`,
  );
  for (const { stream, sequences } of messages)
    console.log(`in ${stream}: ${count(sequences.length)} messages`);
  for (const copy of copies) console.log(`another state in ${copy}: all of it goes`);
  if (!isSure && !(await confirmed('Erase all of this?', 'to erase'))) return refuse('nothing was erased', 2);
  for (const copy of copies) {
    const removed = await removeHistory(copy);
    if (!removed.ok) return refuse(`nothing was erased. ${removed.error}`, 1);
  }
  const kept = await eraseMessages(messages, found, link);
  await erase(store, state);
  console.log(`erased: ${count(found - kept)} messages, ${count(state.records)} records`);
  console.log('kept: decisions, which hold no person; trace codes, stock and event ids of the claims');
  console.log('now run it on the other nodes, and erase the person from backups');
  if (kept > 0)
    refuse(`${count(kept)} messages are still in the streams: a rebuild would bring them back`, 1);
}

/** Returns how many could not be erased, after saying why. */
async function eraseMessages(
  messages: readonly PersonMessages[],
  total: number,
  link: NatsLink,
): Promise<number> {
  const bar = openProgress('erasing', total);
  const problems = new Map<string, number>();
  let done = 0;
  try {
    for (const { stream, sequences } of messages) {
      for (const seq of sequences) {
        const erased = await eraseMessage(link, stream, seq);
        const problem = erased.ok ? null : `${stream}: ${erased.error}`;
        if (problem !== null) problems.set(problem, (problems.get(problem) ?? 0) + 1);
        bar.update(++done);
      }
    }
  } finally {
    bar.end();
  }
  for (const [problem, times] of problems) console.error(`${count(times)} messages of ${problem}`);
  return [...problems.values()].reduce((sum, times) => sum + times, 0);
}
