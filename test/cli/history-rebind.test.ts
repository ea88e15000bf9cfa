/**
 * A stream that is not the one that the state knew, on a real broker and real LMDB, through the built command
 * line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryStore, type Position } from '../../src/history/store.js';
import { ensureStreams } from '../../src/nats/streams.js';
import { type Jetstream, settle, startJetstream, storedInTime } from '../nats/jetstream-fixture.js';
import { claimgate } from './command-line.js';
import { begun, bodyOf, hospital, settlement, takeIn } from './settled-history.js';

const institution = hospital().code;
const body = (eventId: string) => bodyOf(settlement(eventId, '350102195411200001'));
const garbage = (text: string) => Buffer.from(`{"broken": ${text}`);

let js: Jetstream;
let dataDir = '';
beforeEach(async () => {
  js = await startJetstream();
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-rebind-'));
});
afterEach(async () => {
  await js.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const rebind = () =>
  claimgate(['history', 'rebind', '--yes'], { NATS_URL: js.broker.url, CLAIMGATE_DATA_DIR: dataDir });

/** Sends events, and has the state take them in as the stream has them; an entry of DECISIONS for each. */
async function settledBoth(bodies: readonly Uint8Array[]): Promise<string> {
  const times = new Map<number, number>();
  for (const one of bodies) {
    const seq = await settle(js.link, one, institution);
    times.set(seq, (await timeOf(seq)) as number);
    await decideOn(seq);
  }
  const store = await begun(join(dataDir, 'history'), await createdOf('CLAIMS'));
  await takeIn(store, bodies, (seq) => times.get(seq) ?? 0);
  const digest = store.digest();
  const decisions = { created: await createdOf('DECISIONS'), seq: bodies.length };
  const position = { ...(store.position() as Position), decisions };
  await store.commit({ writes: [], answers: [], expiry: [], position });
  await store.close();
  return digest;
}

async function decideOn(seq: number): Promise<void> {
  const headers = { 'Claimgate-Sequence': String(seq) };
  const subject = `claimgate.decisions.${institution}.pass`;
  const stored = await js.link.request(subject, Buffer.from('{}'), { timeoutMs: 60_000, headers });
  if (!stored.ok) throw new Error(stored.error);
}

async function makeClaimsAnew(): Promise<void> {
  await js.manager.streams.delete('CLAIMS');
  const made = await ensureStreams(js.link, { replicas: 1 });
  if (!made.ok) throw new Error(made.error.problems.join('; '));
}

async function stateNow(): Promise<{ readonly position: Position | null; readonly digest: string }> {
  const store = await HistoryStore.open(join(dataDir, 'history'));
  if (!store.ok) throw new Error(store.error);
  const seen = { position: store.value.position(), digest: store.value.digest() };
  await store.value.close();
  return seen;
}

async function createdOf(stream: string): Promise<string> {
  return String((await js.manager.streams.info(stream)).created);
}

async function timeOf(seq: number, stream = 'CLAIMS'): Promise<number | null> {
  const found = await storedInTime(js.link, stream, seq);
  return found.ok ? (found.value?.streamMs ?? null) : null;
}

describe('claimgate history rebind', () => {
  it('does nothing where the stream is the one that was known', async () => {
    await settledBoth([body('E1'), body('E2')]);
    const before = await stateNow();
    const { code, out } = await rebind();
    expect([code, out]).toEqual([
      0,
      'CLAIMS and DECISIONS are the streams that this history belongs to: nothing to be done\n',
    ]);
    expect(await stateNow()).toEqual(before);
  });

  it('leaves all of a stream that was made anew to the service, and keeps what it has', async () => {
    await settledBoth([body('E1'), body('E2'), body('E3')]);
    await makeClaimsAnew();
    for (const one of [body('E3'), body('E1'), body('E4')]) await settle(js.link, one, institution);
    const { code, out, err } = await rebind();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^CLAIMS was made at .*\nin CLAIMS: up to message 0 .*; 3 left to the service\nnot in .*: 3 messages .*\(1 to 3\)/,
    );
    const { position } = await stateNow();
    expect(position).toMatchObject({
      streamCreated: await createdOf('CLAIMS'),
      committed: 0,
      published: 0,
      messageMs: null,
      decisions: { created: await createdOf('DECISIONS') },
    });
    expect((await rebind()).out).toContain('nothing to be done');
  });

  it('reads no old entry where nothing has come yet', async () => {
    await settledBoth([body('E1'), garbage('1')]);
    await makeClaimsAnew();
    expect((await rebind()).out).toContain('up to message 0 as this history has taken it in; 0 left');
    expect((await stateNow()).position).toMatchObject({
      committed: 0,
      messageMs: null,
      decisions: { seq: 2 },
    });
  });

  it('goes on behind the last message that is the one it knew, also one that nobody can read', async () => {
    await settledBoth([body('E1'), garbage('1'), body('E2'), body('E3')]);
    // As after a power cut that took the end of the stream, which has grown again since.
    await js.manager.streams.deleteMessage('CLAIMS', 4);
    await settle(js.link, garbage('2'), institution);
    const store = await HistoryStore.open(join(dataDir, 'history'));
    if (!store.ok) throw new Error(store.error);
    const position = { ...(store.value.position() as Position), committed: 5, messageMs: 7 };
    await store.value.commit({ writes: [], answers: [], expiry: [], position });
    await store.value.close();
    const { out } = await rebind();
    expect(out).toMatch(
      /^message 5 of CLAIMS is not the one that the history has taken in\nin CLAIMS: up to message 3 .*; 2 left/,
    );
    expect((await stateNow()).position).toMatchObject({ committed: 3, messageMs: await timeOf(3) });
  });

  it('asks before it does anything', async () => {
    await settledBoth([body('E1')]);
    const before = await stateNow();
    await makeClaimsAnew();
    const environment = { NATS_URL: js.broker.url, CLAIMGATE_DATA_DIR: dataDir };
    const { code, out, err } = await claimgate(['history', 'rebind'], environment);
    expect([code, out]).toEqual([2, expect.stringContaining('not in CLAIMS any more: 1 messages')]);
    expect(err).toBe('to go on without being asked, say --yes\nnothing was changed\n');
    expect(await stateNow()).toEqual(before);
  });

  it('is refused while a node decides', async () => {
    await settledBoth([body('E1')]);
    await makeClaimsAnew();
    const bucket = await new Kvm(jetstream(js.link.connection)).create('claimgate-lease', { ttl: 60_000 });
    await bucket.create('decider', 'node-7');
    const { code, err } = await rebind();
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^a node decides at this moment \(node-7\): stop/),
    ]);
    expect((await stateNow()).position?.committed).toBe(1);
  });

  it('is refused while another process writes to the history', async () => {
    const store = await begun(join(dataDir, 'history'), 'x');
    const { code, err } = await rebind();
    await store.close();
    expect(code).toBe(1);
    expect(err).toBe(
      `The history in ${join(dataDir, 'history')} is in use by process ${process.pid} on ${hostname()}: stop that first.\n`,
    );
  });

  it('says in one line what is missing', async () => {
    const nobody = await claimgate(['history', 'rebind'], {
      NATS_URL: js.broker.url,
      CLAIMGATE_DATA_DIR: join(dataDir, 'new'),
    });
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('there is no history in')]);
    await settledBoth([body('E1')]);
    const away = await claimgate(['history', 'rebind'], {
      NATS_URL: 'nats://127.0.0.1:1',
      CLAIMGATE_DATA_DIR: dataDir,
    });
    expect([away.code, away.err]).toEqual([2, expect.stringContaining('cannot be reached')]);
  });
});
