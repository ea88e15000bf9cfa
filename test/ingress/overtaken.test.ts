/**
 * A decider that has committed, and lost the lease before it could publish, while the other node decided the same under
 * other rules: lanes on a real broker and real stores.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nothingScreened, type Ruleset } from '../../src/ruleset/runtime/screened.js';
import { type Jetstream, settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { findsItemX } from '../workers/fixtures/rulesets.js';
import { entriesOf, institution, LaneNode, reversalOf, settlementOf, wordsOf } from './lane-fixture.js';

let js: Jetstream;
let folder = '';
const nodes: LaneNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-overtaken-'));
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

async function send(...events: readonly Uint8Array[]): Promise<number> {
  let last = 0;
  for (const event of events) last = await settle(js.link, event, institution);
  return last;
}

const decided = (count: number) => until(async () => (await entriesOf(js.link)).length >= count);
const findsNothing: Ruleset['screen'] = () => nothingScreened;

test.each<[string, Ruleset['screen'], Ruleset['screen'], readonly string[]]>([
  ['less', findsItemX, findsNothing, []],
  ['more', findsNothing, findsItemX, ['F-L1']],
])('the other found %s', async (_, screen, otherScreen, standing) => {
  const first = await start('a', { isDecider: true, screen });
  const other = await start('b', { screen: otherScreen });
  await other.untilAt(await send(settlementOf('E1')));
  first.mute();
  const last = await send(
    settlementOf('E2'),
    settlementOf('E3'),
    reversalOf('R3', 'E3'),
    settlementOf('E2'),
    settlementOf('E4'),
  );
  await first.untilAt(last);
  first.turn(false);
  other.turn(true);
  await decided(last);

  // It follows what counts, and says nothing else when it decides again.
  first.unmute();
  await until(() => first.store.digest() === other.store.digest());
  expect([first.at, other.at]).toEqual([last, last]);
  other.turn(false);
  first.turn(true);
  const undone = await send(reversalOf('R2', 'E2'), reversalOf('R1', 'E1'));
  await Promise.all([first.untilAt(undone), other.untilAt(undone)]);
  expect(first.store.digest()).toBe(other.store.digest());
  const entries = await entriesOf(js.link);
  const bytes = new Map<string | null, Set<string>>();
  for (const entry of entries) {
    const seq = entry.header('Claimgate-Sequence');
    bytes.set(seq, (bytes.get(seq) ?? new Set()).add(Buffer.from(entry.data).toString()));
  }
  expect([...bytes.values()].every(({ size }) => size === 1)).toBe(true);
  expect(entries.map(wordsOf).find(({ eventId }) => eventId === 'R2')?.retracts).toEqual(standing);
});

test.each<[string, boolean]>([
  ['still knows the ids of those that count', true],
  ['has forgotten the ids of those that count', false],
])('late entries of one that was overtaken, where the broker %s', async (_, knowsIds) => {
  const late = await start('a', { isDecider: true });
  const other = await start('b', { screen: findsNothing });
  const follower = await start('c');
  await Promise.all([other, follower].map(async (node) => node.untilAt(await send(settlementOf('E1')))));
  late.mute();
  const last = await send(settlementOf('E2'), settlementOf('E3'));
  await late.untilAt(last);
  late.turn(false);
  other.turn(true);
  await follower.untilAt(last);

  late.publishLate({ knowsIds });
  if (!knowsIds) await decided(last + 1);
  const more = await send(settlementOf('E4'));
  const isEqual = () => nodes.every(({ store }) => store.digest() === other.store.digest());
  await until(() => nodes.every(({ at }) => at === more) && isEqual());
  // Nor does one that decides on pass over the late ones without end, or take them for what counts when it follows.
  other.turn(false);
  late.turn(true);
  const end = await send(settlementOf('E5'));
  await until(() => nodes.every(({ at }) => at === end) && isEqual());
});
