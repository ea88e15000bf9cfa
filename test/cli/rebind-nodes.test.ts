/**
 * Nodes whose broker lost something, on a real broker with real lanes: after `history rebind` every settled claim is
 * counted by every node that can know of it, and every decision that is kept anywhere is in DECISIONS.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureStreams } from '../../src/nats/streams.js';
import {
  entriesOf,
  institution,
  LaneNode,
  reversalOf,
  settlementOf,
  wordsOf,
} from '../ingress/lane-fixture.js';
import {
  copyStore,
  type Jetstream,
  loseTail,
  settle,
  startJetstream,
  until,
} from '../nats/jetstream-fixture.js';
import { claimgate } from './command-line.js';

let js: Jetstream;
let folder = '';
let nodes: LaneNode[] = [];
beforeEach(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-rebind-nodes-'));
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  nodes = [];
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, options: Parameters<typeof LaneNode.start>[2] = {}): Promise<LaneNode> {
  await mkdir(join(folder, name, 'history'), { recursive: true });
  const node = await LaneNode.start(join(folder, name, 'history'), js.link, options);
  nodes.push(node);
  return node;
}

async function stop(node: LaneNode): Promise<void> {
  nodes = nodes.filter((one) => one !== node);
  await node.stop();
}

async function send(...events: readonly Uint8Array[]): Promise<number> {
  let last = 0;
  for (const event of events) last = await settle(js.link, event, institution);
  return last;
}

const rebind = (name: string) =>
  claimgate(['history', 'rebind', '--yes'], {
    NATS_URL: js.broker.url,
    CLAIMGATE_DATA_DIR: join(folder, name),
  });

async function makeAnew(...names: readonly string[]): Promise<void> {
  for (const name of names) await js.manager.streams.delete(name);
  const made = await ensureStreams(js.link, { replicas: 1 });
  if (!made.ok) throw new Error(made.error.problems.join('; '));
}

async function keepCopy(): Promise<string> {
  const copy = join(folder, 'copy');
  await copyStore(js, copy);
  return copy;
}

/** The broker comes back with these streams as they were when the copy was made. */
async function forget(copy: string, ...names: readonly string[]): Promise<void> {
  const mixed = join(folder, 'mixed');
  await copyStore(js, mixed);
  for (const name of names) {
    const place = join('jetstream', '$G', 'streams', name);
    await rm(join(mixed, place), { recursive: true });
    await cp(join(copy, place), join(mixed, place), { recursive: true });
  }
  await loseTail(js, js.link, mixed);
}

/** What DECISIONS says in the end of each event that counts: note or status, and what was found or taken back. */
async function said(): Promise<readonly string[]> {
  const entries = (await entriesOf(js.link)).map(wordsOf);
  return entries.map(({ eventId, note, status, findings, retracts }) =>
    [eventId, note ?? status, ...(findings ?? []).map(({ findingId }) => findingId), ...retracts].join(' '),
  );
}

describe('a claim that was committed and never got into DECISIONS', () => {
  test('is published by the rebind, and counts at a node that sees it for the first time', async () => {
    const first = await start('a', { isDecider: true });
    await first.untilAt(await send(settlementOf('E1')));
    await until(async () => (await entriesOf(js.link)).length === 1);
    first.mute();
    await first.untilAt(await send(settlementOf('E2')));
    await stop(first);
    await makeAnew('CLAIMS');

    const { code, out } = await rebind('a');
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('decided here and not in DECISIONS: 1, of which CLAIMS has lost 1'),
    ]);
    expect(await said()).toEqual(['E1 alert F-L1', 'E2 alert F-L1']);

    // Senders send both again; a node without any history follows.
    const again = await start('a', { isDecider: true });
    const last = await send(settlementOf('E2'), settlementOf('E1'));
    const other = await start('b');
    await Promise.all([again.untilAt(last), other.untilAt(last)]);
    expect((await said()).slice(2)).toEqual(['E2 alert F-L1', 'E1 alert F-L1']);

    // It counts there: what is undone now takes the findings back.
    await stop(again);
    other.turn(true);
    await other.untilAt(await send(reversalOf('R2', 'E2'), reversalOf('R1', 'E1')));
    await until(async () => (await said()).length === 6);
    expect((await said()).slice(4)).toEqual(['R2 reversed F-L1', 'R1 reversed F-L1']);
    expect([...again.problems, ...other.problems]).toEqual([]);
  });
});

describe('a broker that comes back without the last messages', () => {
  /** A decider that has decided three, and the broker's store as it was after the first. */
  async function three(): Promise<string> {
    const node = await start('a', { isDecider: true });
    await node.untilAt(await send(settlementOf('E1')));
    await until(async () => (await said()).length === 1);
    const copy = await keepCopy();
    await node.untilAt(await send(settlementOf('E2'), settlementOf('E3')));
    await until(async () => (await said()).length === 3);
    await stop(node);
    return copy;
  }

  async function sequences(): Promise<readonly (string | null)[]> {
    return (await entriesOf(js.link)).map((entry) => entry.header('Claimgate-Sequence'));
  }

  test('of DECISIONS is given what it had, with the sequences that it had', async () => {
    const copy = await three();
    const before = (await entriesOf(js.link)).map(({ data }) => Buffer.from(data).toString());
    await forget(copy, 'DECISIONS');
    const node = await start('a', { isDecider: true });
    await until(() => node.lane.state === 'halted');
    await stop(node);

    expect((await rebind('a')).out).toMatch(
      /^DECISIONS ends at 1, .* up to 3\nin CLAIMS: up to message 3 .*; 0 left .*\ndecided here and not in DECISIONS: 2, /,
    );
    expect((await entriesOf(js.link)).map(({ data }) => Buffer.from(data).toString())).toEqual(before);
    expect(await sequences()).toEqual(['1', '2', '3']);
    const [again, other] = [await start('a', { isDecider: true }), await start('b')];
    const last = await send(settlementOf('E4'));
    await Promise.all([again.untilAt(last), other.untilAt(last)]);
    expect(other.store.digest()).toBe(again.store.digest());
  });

  test('of DECISIONS, and has grown again past what was read, is not taken for what it was', async () => {
    const copy = await three();
    await forget(copy, 'DECISIONS');
    const subject = `claimgate.decisions.${institution}.pass`;
    for (let i = 0; i < 4; i++) await js.link.request(subject, Buffer.from('{}'), { timeoutMs: 60_000 });
    const node = await start('a', { isDecider: true });
    await until(() => node.lane.state === 'halted');
    expect(node.problems).toEqual([expect.stringContaining('entry 3 of stream DECISIONS is not the one')]);
    await stop(node);

    expect((await rebind('a')).out).toMatch(
      /^entry 3 of DECISIONS is not the one that the history has read\n.*\ndecided here and not in DECISIONS: 2, /,
    );
    expect(await sequences()).toEqual(['1', null, null, null, null, '2', '3']);
    expect((await rebind('a')).out).toContain('nothing to be done');
  });

  test('of DECISIONS is noticed by a decider that it never stopped', async () => {
    const node = await start('a', { isDecider: true });
    await node.untilAt(await send(settlementOf('E1')));
    await until(async () => (await said()).length === 1);
    const copy = await keepCopy();
    await node.untilAt(await send(settlementOf('E2'), settlementOf('E3')));
    await until(() => node.store.position()?.decisions?.seq === 3);
    await forget(copy, 'DECISIONS');
    await send(settlementOf('E4'));
    // What has been decided is seen to with the next message.
    await until(async () => (await said()).length === 2);
    await send(settlementOf('E5'));
    await until(() => node.lane.state === 'halted');
    await stop(node);
    expect((await rebind('a')).out).toContain('decided here and not in DECISIONS: ');
    expect([...(await said())].sort()).toEqual(
      expect.arrayContaining(['E1', 'E2', 'E3', 'E4'].map((id) => `${id} alert F-L1`)),
    );
  });

  test('of CLAIMS keeps what was decided, and counts what is sent again where it is new', async () => {
    const copy = await three();
    await forget(copy, 'CLAIMS');
    // At once: its sequence has an entry, which speaks of the message that is lost.
    await send(settlementOf('E4'));
    expect((await rebind('a')).out).toMatch(
      /up to message 1 .*; 1 left to the service\nnot in CLAIMS any more: 2 messages .*\(2 to 3\).*\n.*not in DECISIONS: 0\n/,
    );
    const [again, other] = [await start('a', { isDecider: true }), await start('b')];
    const last = await send(settlementOf('E2'), settlementOf('E2'));
    await Promise.all([again.untilAt(last), other.untilAt(last)]);
    expect(await said()).toEqual(['E1', 'E2', 'E3', 'E4', 'E2', 'E2'].map((id) => `${id} alert F-L1`));
    expect(await sequences()).toEqual(['1', '2', '3', '2', '3', '4']);
    const repeated = (await entriesOf(js.link)).map((entry) => entry.header('Claimgate-Duplicate-Of'));
    expect(repeated).toEqual([null, null, null, null, null, '3']);
    await stop(again);
    other.turn(true);
    await other.untilAt(await send(reversalOf('R2', 'E2'), reversalOf('R3', 'E3')));
    await until(async () => (await said()).length === 8);
    // Nobody has sent E3 again: only the first node knows it.
    expect((await said()).slice(6)).toEqual(['R2 reversed F-L1', 'R3 parked']);
  });

  test('of both publishes what is lost without a sequence that will be another message’s', async () => {
    const copy = await three();
    await forget(copy, 'CLAIMS', 'DECISIONS');
    const { out } = await rebind('a');
    expect(out).toContain('decided here and not in DECISIONS: 2, of which CLAIMS has lost 2');
    const [again, other] = [await start('a', { isDecider: true }), await start('b')];
    const last = await send(settlementOf('E4'), settlementOf('E3'));
    await Promise.all([again.untilAt(last), other.untilAt(last)]);
    expect(await said()).toEqual(['E1', 'E2', 'E3', 'E4', 'E3'].map((id) => `${id} alert F-L1`));
    expect(await sequences()).toEqual(['1', null, null, '2', '3']);
  });
});

test('a wholly new broker gets every decision that is kept, and once, whichever node comes next', async () => {
  const [first, second] = [await start('a', { isDecider: true }), await start('b')];
  await second.untilAt(await send(settlementOf('E1'), settlementOf('E2')));
  first.mute();
  await first.untilAt(await send(settlementOf('E3')));
  await Promise.all([stop(first), stop(second)]);
  await makeAnew('CLAIMS', 'DECISIONS');

  expect((await rebind('a')).out).toContain('of which CLAIMS has lost 3');
  expect((await rebind('b')).out).toContain('decided here and not in DECISIONS: 0');
  expect(await said()).toEqual(['E1', 'E2', 'E3'].map((id) => `${id} alert F-L1`));
  expect((await rebind('a')).out).toContain('nothing to be done');

  // The node that knows less decides first, on what is sent again.
  const [ahead, behind] = [await start('a'), await start('b', { isDecider: true })];
  const last = await send(settlementOf('E3'), settlementOf('E1'));
  await Promise.all([ahead.untilAt(last), behind.untilAt(last)]);
  behind.turn(false);
  ahead.turn(true);
  const undone = await send(reversalOf('R1', 'E1'), reversalOf('R2', 'E2'), reversalOf('R3', 'E3'));
  await Promise.all([ahead.untilAt(undone), behind.untilAt(undone)]);
  expect((await said()).slice(3)).toEqual([
    ...['E3', 'E1'].map((id) => `${id} alert F-L1`),
    ...['R1', 'R2', 'R3'].map((id) => `${id} reversed F-L1`),
  ]);
  expect([...ahead.problems, ...behind.problems]).toEqual([]);
});
