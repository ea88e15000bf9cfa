/** What doctor says of streams and state, on a real broker and real LMDB. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDurable } from '../../src/cli/doctor-durable.js';
import { streamText } from '../../src/cli/doctor-streams.js';
import { sizeText, spanText } from '../../src/cli/words.js';
import { readSettings, type Settings } from '../../src/config/settings.js';
import { HistoryStore, type Position } from '../../src/history/store.js';
import { startTestBroker } from '../nats/broker-fixture.js';
import { type Jetstream, settle, startJetstream, storedInTime } from '../nats/jetstream-fixture.js';

let js: Jetstream;
let folder = '';
let created = '';
beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-doctor-'));
  for (const body of ['a', 'b', 'c', 'd']) await settle(js.link, body);
  created = String((await js.manager.streams.info('CLAIMS')).created);
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

function settings(environment: Readonly<Record<string, string>>): Settings {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.error.join('\n'));
  return read.value;
}

/** What doctor finds beside a history that stands at a position. */
async function foundAt(name: string, position: Partial<Position>): Promise<readonly string[]> {
  const dataDir = join(folder, name);
  const store = await HistoryStore.open(join(dataDir, 'history'));
  if (!store.ok) throw new Error(store.error);
  await store.value.begin(position.streamCreated ?? created);
  const begun = store.value.position() as Position;
  const after = { ...begun, committed: 0, streamMs: 1, ...position };
  await store.value.commit({ writes: [], answers: [], expiry: [], position: after });
  await store.value.close();
  const found = await checkDurable(settings({ NATS_URL: js.broker.url, CLAIMGATE_DATA_DIR: dataDir }));
  return found.map(({ level, what, mend }) => `${level}: ${what}${mend === null ? '' : ` → ${mend}`}`);
}

describe('doctor on the durable path', () => {
  it('shows every stream with its size, and the state with its position and tables', async () => {
    const found = await foundAt('fine', { committed: 4, published: 4, messageMs: await timeOf(4) });
    expect(found[0]).toMatch(
      /^fine: stream CLAIMS: 4 messages \(1 to 4\), \d+ B, from \d+ s to \d+ s ago; kept 430 days \(limits\), any size, messages up to [\d.]+ [KM]iB, 1 replica$/,
    );
    expect(found.slice(1, 5).map((text) => text.split(':')[1])).toEqual([
      ' stream DECISIONS',
      ' stream ADVICE',
      ' stream FEEDBACK',
      ' stream DEADLETTER',
    ]);
    expect(found[5]).toMatch(
      /^fine: history: at message 4 of CLAIMS, which came \d+ days ago, published to 4; patients 0 \(0 B\), /,
    );
    expect(found[6]).toMatch(/^fine: disk: [\d.]+ [KM]iB in \S+ \(history [\d.]+ [KM]iB\), .* free$/);
    expect(found[7]).toBe('fine: lag: none, everything in CLAIMS is taken in and published');
    expect(found).toHaveLength(8);
  });

  it('says how far the state is behind', async () => {
    const found = await foundAt('behind', { committed: 3, published: 1 });
    expect(found.at(-1)).toMatch(/^note: lag: 3 messages \(1 not taken in, 2 not published\) → /);
  });

  it('says in what the stream is not the one that the state belongs to', async () => {
    const rebind = / → stop the service on this node and run `claimgate history rebind`$/;
    const cases: readonly (readonly [string, Partial<Position>, RegExp])[] = [
      [
        'recreated',
        { streamCreated: '2026-01-01' },
        /CLAIMS was made at .*, and the history belongs to one made at 2026/,
      ],
      ['shorter', { committed: 9 }, /CLAIMS ends at 4, and the history has taken in 9/],
      ['other', { committed: 2, messageMs: 7 }, /message 2 of CLAIMS is not the one/],
    ];
    for (const [name, position, words] of cases) {
      const last = (await foundAt(name, position)).at(-1);
      expect(last).toMatch(/^missing: /);
      expect(last).toMatch(words);
      expect(last).toMatch(rebind);
    }
  });

  it('says where a stream is not as it should be, and makes none', async () => {
    const bare = await startTestBroker();
    const at = settings({ NATS_URL: bare.url, CLAIMGATE_DATA_DIR: join(folder, 'none') });
    const [absent, state] = await checkDurable(at);
    expect(absent?.what).toBe(
      'no stream CLAIMS, DECISIONS, ADVICE, FEEDBACK, DEADLETTER yet; the first start of the service makes what is missing',
    );
    expect(state?.what).toContain('there is no history in');
    expect((await checkDurable(at))[0]).toEqual(absent);
    await bare.stop();

    await js.manager.streams.update('DECISIONS', { max_age: 86_400_000_000_000 });
    const [problem] = (await foundAt('fine', {})).filter((text) => text.startsWith('missing'));
    await js.manager.streams.update('DECISIONS', { max_age: 0 });
    expect(problem).toContain('stream DECISIONS: max_age should be at least 430 days and is 1 days');
  });

  it('only looks: what the next start changes, it says', async () => {
    const { max_msg_size: ours } = (await js.manager.streams.info('CLAIMS')).config;
    await js.manager.streams.update('CLAIMS', { max_msg_size: 4_096 });
    const found = await foundAt('fine', {});
    const { max_msg_size: after } = (await js.manager.streams.info('CLAIMS')).config;
    await js.manager.streams.update('CLAIMS', { max_msg_size: ours ?? -1 });
    expect(after).toBe(4_096);
    expect(found).toContain(
      `note: stream CLAIMS: max_msg_size is 4096 and becomes ${ours} with the next start of the service`,
    );
  });

  it('makes no directory and says nothing of its size where there is none', async () => {
    const dataDir = join(folder, 'nowhere');
    const found = await checkDurable(settings({ NATS_URL: js.broker.url, CLAIMGATE_DATA_DIR: dataDir }));
    expect(found.at(-1)?.what).toContain('there is no history in');
    expect(existsSync(dataDir)).toBe(false);
  });

  it('looks at the state alone where no broker runs', async () => {
    const found = await checkDurable(settings({ CLAIMGATE_DATA_DIR: join(folder, 'fine') }));
    expect(found.map(({ level }) => level)).toEqual(['note', 'fine', 'fine']);
    const away = { NATS_URL: 'nats://127.0.0.1:1', CLAIMGATE_DATA_DIR: join(folder, 'fine') };
    expect((await checkDurable(settings(away)))[0]?.what).toContain('cannot be reached');
  });
});

describe('sizes in words', () => {
  it('have a unit that a person can read', () => {
    expect([0, 1_023, 1_024, 3_500_000, 5 * 2 ** 40].map(sizeText)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '3.3 MiB',
      '5.0 TiB',
    ]);
    const size = {
      name: 'ADVICE',
      created: '',
      messages: 0,
      bytes: 0,
      firstSequence: 0,
      lastSequence: 0,
      firstMs: null,
      lastMs: null,
      retention: 'limits',
      maxAgeMs: null,
      maxMessageBytes: null,
    } as const;
    expect(streamText({ ...size, replicas: 3, maxBytes: 2 ** 30 }, 0)).toBe(
      'stream ADVICE: 0 messages, 0 B; kept for ever (limits), up to 1.0 GiB, 3 replicas',
    );
  });

  it('times have one too', () => {
    const day = 86_400_000;
    expect([-5, 119_000, 120_000, 7_200_000, 2 * day].map(spanText)).toEqual([
      '0 s',
      '119 s',
      '2 min',
      '2 h',
      '2 days',
    ]);
  });
});

async function timeOf(seq: number): Promise<number | null> {
  const found = await storedInTime(js.link, 'CLAIMS', seq);
  return found.ok ? (found.value?.streamMs ?? null) : null;
}
