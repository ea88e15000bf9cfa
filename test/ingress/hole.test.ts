/** A message without an entry, and behind it more entries than a follower keeps. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sequenceOf } from '../../src/egress/decision-entry.js';
import { type Jetstream, settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { entriesOf, institution, LaneNode, settlementOf } from './lane-fixture.js';

/** Messages; of what their entries take, a good half is kept. */
const last = 20;
const padding = 'x'.repeat(800 * 1024);

let js: Jetstream;
let folder = '';
const nodes: LaneNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-hole-'));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

async function decide(seq: number, padding = ''): Promise<void> {
  const named = headers();
  named.set('Claimgate-Sequence', String(seq));
  named.set('Nats-Msg-Id', `D${seq}`);
  const deadLetter = JSON.stringify({ decisionId: `D${seq}`, kind: null, note: 'deadletter', padding });
  const subject = `claimgate.decisions.${institution}.receipt`;
  await jetstream(js.link.connection).publish(subject, deadLetter, { headers: named });
}

/** Two nodes that follow, before message 2, which has no entry. */
async function beforeHole(): Promise<readonly [LaneNode, LaneNode]> {
  for (let seq = 1; seq <= last; seq++) await settle(js.link, settlementOf(`E${seq}`), institution);
  for (let seq = 1; seq <= last; seq++) if (seq !== 2) await decide(seq, padding);
  for (const name of ['a', 'b']) nodes.push(await LaneNode.start(join(folder, name), js.link));
  const [one, other] = nodes as [LaneNode, LaneNode];
  await until(() => one.problems.length > 0 && other.problems.length > 0);
  expect([one.at, other.at]).toEqual([1, 1]);
  return [one, other];
}

test('they say once where they stand, and go on when the missing entry comes behind all the others', async () => {
  const [one, other] = await beforeHole();
  await decide(2);
  await Promise.all(nodes.map((node) => node.untilAt(last)));
  expect(one.store.digest()).toBe(other.store.digest());
  expect(one.store.answersAfter(0, 100).map(({ seq }) => seq)).toEqual(
    Array.from({ length: last }, (_, i) => i + 1),
  );
  expect(one.problems).toEqual([expect.stringContaining('message 2 of CLAIMS has no entry in DECISIONS')]);
});

test('the one that gets the lease decides what is missing, and nothing else', async () => {
  const [follower, decider] = await beforeHole();
  decider.turn(true);
  await Promise.all(nodes.map((node) => node.untilAt(last)));
  expect((await entriesOf(js.link)).map(sequenceOf)).toEqual([
    1,
    ...Array.from({ length: last - 2 }, (_, i) => i + 3),
    2,
  ]);
  expect(follower.store.digest()).toBe(decider.store.digest());
  // What it has published it has read, too, as it sees with what comes next.
  await until(async () => {
    await settle(js.link, settlementOf('E'), institution);
    return (decider.store.position()?.decisions?.seq ?? 0) >= last;
  });
});

test('a message that was erased after it was read is waited for no more', async () => {
  for (let seq = 1; seq <= 3; seq++) await settle(js.link, settlementOf(`E${seq}`), institution);
  for (const seq of [1, 3]) await decide(seq);
  const node = await LaneNode.start(join(folder, 'a'), js.link);
  nodes.push(node);
  await node.untilAt(1);
  await js.manager.streams.deleteMessage('CLAIMS', 2);
  // It looks with what comes next.
  await until(async () => {
    await decide(await settle(js.link, settlementOf('E'), institution));
    return node.at > 3;
  });
  expect(node.problems).toEqual([]);
});
