/** A message of several sales on a real broker: its parts are in CLAIMS before anybody reads that it was taken apart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeMessage, salesMessage } from '../claim/durable/national-messages.js';
import { type Jetstream, settle, startJetstream, storedInTime, until } from '../nats/jetstream-fixture.js';
import { institution, LaneNode, wordsOf } from './lane-fixture.js';

let js: Jetstream;
let folder = '';
const nodes: LaneNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-sales-'));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, options: Parameters<typeof LaneNode.start>[2] = {}): Promise<LaneNode> {
  const node = await LaneNode.start(join(folder, name), js.link, options);
  nodes.push(node);
  return node;
}

async function stop(node: LaneNode): Promise<void> {
  nodes.splice(nodes.indexOf(node), 1);
  await node.stop();
}

const goods = { record: 'PC1', itemCode: 'T000000001', name: '片', quantity: 1, price: 1, at: '2026-03-12' };
const batch = (eventId: string) =>
  encodeMessage(
    salesMessage(institution, { eventId, at: '2026-03-12 18:00:00' }, [
      [{ settlement: 'S1', person: 'P1' }, [goods]],
      [{ settlement: 'S2', person: 'P2' }, [goods]],
    ]),
  );
const said = async (node: LaneNode) =>
  (await node.entries()).map((entry) => {
    const { eventId, note, status } = wordsOf(entry);
    return `${eventId} ${note ?? status}`;
  });
const asSent = ['M1 split', 'M1/S1 alert', 'M1/S2 alert'];

test('comes back sale by sale, and a follower has the same history', async () => {
  const [decider, follower] = [await start('a', { isDecider: true }), await start('b')];
  const seq = await settle(js.link, batch('M1'), institution);
  await Promise.all([decider.untilAt(seq + 2), follower.untilAt(seq + 2)]);
  expect(await said(decider)).toEqual(asSent);
  const part = await storedInTime(js.link, 'CLAIMS', seq + 1);
  const names = ['Claimgate-Part-Of', 'Content-Type', 'Claimgate-Version'];
  expect(part.ok && names.map((name) => part.value?.header(name))).toEqual([
    String(seq),
    'application/json',
    '1',
  ]);
  expect(follower.store.digest()).toBe(decider.store.digest());
  expect([...decider.problems, ...follower.problems]).toEqual([]);
});

test('is taken apart again after a restart that came before its parts were out', async () => {
  const first = await start('a', { isDecider: true, isMute: true });
  const seq = await settle(js.link, batch('M1'), institution);
  await first.untilAt(seq);
  await stop(first);
  const again = await start('a', { isDecider: true });
  expect(again.store.position()).toMatchObject({ committed: seq, published: seq - 1 });
  await again.untilAt(seq + 2);
  await until(async () => (await said(again)).length === 3);
  expect(await said(again)).toEqual(asSent);
  expect(again.problems).toEqual([]);
});

test('whose decider died before its parts were out is taken apart by the next', async () => {
  const first = await start('a', { isDecider: true, isMute: true });
  const second = await start('b');
  const seq = await settle(js.link, batch('M1'), institution);
  await first.untilAt(seq);
  await stop(first);
  second.turn(true);
  await second.untilAt(seq + 2);
  // What is committed is published behind it.
  await until(async () => (await said(second)).length === 3);
  expect(await said(second)).toEqual(asSent);
  expect(second.problems).toEqual([]);
});
