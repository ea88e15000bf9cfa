/** A state rebuilt from what a real service has decided: real broker, real LMDB, built command line. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HistoryStore } from '../../src/history/store.js';
import { HistorySnapshot } from '../../src/history/tools/snapshot.js';
import { type Jetstream, startJetstream, until } from '../nats/jetstream-fixture.js';
import { writeSmallRules } from '../releases/small-rules.js';
import { claimgate, endAll, Running } from './command-line.js';
import { bodyOf, hospital, line, secret, settlement } from './settled-history.js';

const institution = hospital().code;
const anna = '350102195411200001';
const eventCount = 1_000;
const ready = /"msg":"ready"/;

let js: Jetstream;
let dataDir = '';
let service: Running;
const environment = () => ({
  NATS_URL: js.broker.url,
  CLAIMGATE_DATA_DIR: dataDir,
  CLAIMGATE_HTTP_PORT: '0',
  CLAIMGATE_PATIENT_SECRET: secret,
  CLAIMGATE_RULES: join(dataDir, 'rules'),
  CLAIMGATE_WORKERS: '2',
});
const rebuild = (...words: readonly string[]) => claimgate(['history', 'rebuild', ...words], environment());
const exported = async () => (await claimgate(['history', 'export', '--all'], environment())).out;

async function exportedPatients(): Promise<readonly string[]> {
  return (await exported()).split('\n').filter((text) => text.startsWith('{"patient"'));
}

beforeAll(async () => {
  js = await startJetstream();
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-rebuild-'));
  await writeSmallRules(join(dataDir, 'rules'), 1);
  await startService();
  publish(Array.from({ length: eventCount }, (_, i) => eventOf(i)));
  await untilDecided();
});
afterAll(async () => {
  await endAll();
  await js.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Visits of forty persons, with trace codes, reversals, held fees, stock and what nobody can read. */
function eventOf(i: number): Uint8Array {
  const person = `3501021960010100${String(i % 40).padStart(2, '0')}`;
  const encounter = { id: `V${i % 400}`, type: 'outpatient' };
  const event = { eventId: `E${i}`, institution: hospital() };
  if (i % 97 === 0) return Buffer.from(`{"broken": ${i}`);
  if (i % 10 === 3) return bodyOf({ ...event, kind: 'fees', encounter, lines: [line(`f${i}`)] });
  if (i % 10 === 7) return bodyOf({ ...event, kind: 'reversal', reverses: { claimId: `C${i - 2}` } });
  if (i % 50 === 9) {
    const count = { itemCode: `X${i % 7}`, quantity: 100, type: 'count', id: `S${i}`, batch: null };
    return bodyOf({ ...event, kind: 'stock', stock: [count] });
  }
  const lines = [line(`${i}`, { traceCodes: [`8300010000000000${i}`] })];
  return bodyOf(settlement(event.eventId, person, { encounter, lines, claimId: `C${i}` }));
}

let published = 0;

function publish(bodies: readonly Uint8Array[]): void {
  for (const body of bodies) js.link.publish(`claimgate.settle.${institution}`, body);
  published += bodies.length;
}

async function startService(): Promise<void> {
  service = new Running(['serve'], environment());
  await service.said(ready);
}

/** Everything in CLAIMS has its entry, and the state stands there. */
async function untilDecided(): Promise<void> {
  await until(async () => (await positionIn('history')) === published);
  await until(async () => (await js.manager.streams.info('DECISIONS')).state.messages >= published);
}

async function positionIn(folder: string): Promise<number> {
  await sleep(20);
  const opened = HistorySnapshot.open(join(dataDir, folder));
  if (!opened.ok) return 0;
  const committed = opened.value.refresh()?.committed ?? 0;
  await opened.value.close();
  return committed;
}

describe('claimgate history rebuild', () => {
  it('goes on after a kill, and swaps nothing while the service runs', async () => {
    const killed = new Running(['history', 'rebuild'], environment());
    await until(async () => (await positionIn('history-rebuilt')) > 0 || killed.child.exitCode !== null);
    killed.child.kill('SIGKILL');
    await killed.ended();
    const reached = await positionIn('history-rebuilt');
    expect(reached).toBeGreaterThan(0);
    const before = await exported();
    const { code, err } = await rebuild();
    expect(err).toMatch(/going on in \S+ after message [\d,]+\n/);
    expect(err).toMatch(/\ntook in [\d,]+ messages in .*, [\d,]+\/s\n/);
    expect(err).toContain('rebuilt and equal. The history in ');
    expect(err).toContain(`in use by process ${service.child.pid} on `);
    expect(err).toContain(': stop that first. Then run this again.');
    expect(code).toBe(1);
    expect(await exported()).toBe(before);
  });

  it('takes the place of the old state once the service is stopped, and the service goes on with it', async () => {
    await service.stop('SIGTERM');
    const before = await exported();
    const { code, out } = await rebuild();
    expect([code, out]).toEqual([0, 'the new state equals the old one and has taken its place\n']);
    expect(await exported()).toBe(before);
    expect(existsSync(join(dataDir, 'history-rebuilt'))).toBe(false);
    expect(existsSync(join(dataDir, 'history-replaced'))).toBe(false);

    await startService();
    publish([bodyOf(settlement('A1', anna)), bodyOf(settlement('A2', anna)), eventOf(eventCount + 1)]);
    await untilDecided();
    publish([bodyOf(settlement('A3', anna)), eventOf(eventCount + 2)]);
    await untilDecided();
    await service.stop('SIGTERM');
    expect(await exported()).not.toBe(before);
  });

  it('does not begin afresh under the hands of another run', async () => {
    const other = await HistoryStore.open(join(dataDir, 'history-rebuilt'));
    if (!other.ok) throw new Error(other.error);
    for (const words of [['--afresh'], []]) {
      const { code, err } = await rebuild(...words);
      expect([code, err]).toEqual([1, expect.stringContaining(`in use by process ${process.pid} on `)]);
    }
    await other.value.close();
    expect(existsSync(join(dataDir, 'history-rebuilt', 'data.mdb'))).toBe(true);
  });

  it('begins afresh where it is told to', async () => {
    const { code, out, err } = await rebuild('--afresh');
    expect([code, out]).toEqual([0, 'the new state equals the old one and has taken its place\n']);
    expect(err).toContain('rebuilding in ');
  });

  it('does not bring an erased person back', async () => {
    const before = await exportedPatients();
    // A state that was rebuilt before and never took the old one's place: it knows the person.
    await cp(join(dataDir, 'history'), join(dataDir, 'history-rebuilt'), { recursive: true });
    const erased = await claimgate(['history', 'erase', anna, '--yes'], environment());
    expect([erased.code, erased.err]).toEqual([0, '']);
    expect(erased.out).toContain(`another state in ${join(dataDir, 'history-rebuilt')}: all of it goes\n`);
    expect(existsSync(join(dataDir, 'history-rebuilt'))).toBe(false);
    const plain = await rebuild();
    expect(plain.err).toContain('CLAIMS lacks 3 messages that were erased');
    expect(plain.code).toBe(1);
    const accepted = await rebuild('--accept-difference');
    expect([accepted.code, accepted.out]).toEqual([0, expect.stringContaining('history-replaced')]);
    const { code, err } = await claimgate(['history', 'export', anna], environment());
    expect([code, err]).toEqual([1, 'nothing is known of this person here\n']);
    const after = await exportedPatients();
    expect(after).toHaveLength(before.length - 1);
    expect(before).toEqual(expect.arrayContaining([...after]));
  });

  it('has nothing to rebuild from without streams', async () => {
    await js.manager.streams.delete('DECISIONS');
    const { code, err } = await rebuild();
    expect([code, err]).toEqual([1, expect.stringContaining('no streams CLAIMS and DECISIONS')]);
  });
});
