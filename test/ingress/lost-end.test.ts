/** Entries of DECISIONS whose messages CLAIMS has lost with its end, as a node meets them that has read neither. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Jetstream, settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { institution, LaneNode, settlementOf } from './lane-fixture.js';

let js: Jetstream;
let folder = '';
const nodes: LaneNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-lost-end-'));
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

test('are not waited for one by one: a new node decides as soon as it has the lease', async () => {
  const first = await start('a', { isDecider: true });
  await first.untilAt(await settle(js.link, settlementOf('E1'), institution));
  const publishing = jetstream(js.link.connection);
  for (let seq = 2; seq <= 600; seq++) {
    const named = headers();
    named.set('Claimgate-Sequence', String(seq));
    await publishing.publish(`claimgate.decisions.${institution}.pass`, '{}', { headers: named });
  }
  const fresh = await start('b');
  first.turn(false);
  fresh.turn(true);
  await until(() => fresh.lane.state === 'deciding');
  expect(fresh.problems).toEqual([]);
});
