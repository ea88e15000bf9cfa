/** One person erased from a real broker and real LMDB, through the built command line. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { deadLetterOf } from '../../src/egress/dead-letter.js';
import { readClaimRecord } from '../../src/history/events/claim-record.js';
import { readEncounter } from '../../src/history/events/encounter-record.js';
import { readSales } from '../../src/history/events/trace-record.js';
import { patientKey } from '../../src/history/source.js';
import { key16 } from '../../src/history/state.js';
import { HistoryStore } from '../../src/history/store.js';
import { type Jetstream, settle, startJetstream, storedInTime } from '../nats/jetstream-fixture.js';
import { claimgate } from './command-line.js';
import { begun, bodyOf, hospital, line, secret, settlement, takeIn } from './settled-history.js';

const [anna, berta, clara] = ['350102195411200001', '350102196001010002', '350102197001010003'];
const institution = hospital().code;
const traced = '83000100000000000007';
const visit = (id: string) => ({ encounter: { id, type: 'outpatient' } });
const silent = { institution: hospital() };
const broken = (number: string) => Buffer.from(`{"patient": {"id": "${number}", `);

/** Sequence in CLAIMS: whose it is. */
const claims: readonly (readonly [whose: 'anna' | 'other', body: Uint8Array])[] = [
  ['anna', bodyOf({ ...silent, eventId: 'F1', kind: 'fees', ...visit('V1'), lines: [line('9')] })],
  ['other', bodyOf({ ...silent, eventId: 'F2', kind: 'fees', ...visit('V2'), lines: [line('9')] })],
  ['other', bodyOf(settlement('E2', berta, visit('V2')))],
  ['anna', bodyOf(settlement('E1', anna, { ...visit('V1'), lines: [line('1', { traceCodes: [traced] })] }))],
  ['anna', broken(anna)],
  ['other', broken(berta)],
  ['other', bodyOf(settlement('E3', berta, { ...visit('V3'), diagnoses: [{ code: 'Z38', name: anna }] }))],
  [
    'anna',
    bodyOf({
      ...silent,
      eventId: 'F4',
      kind: 'fees',
      ...visit('V4'),
      patient: { id: anna },
      lines: [line('9')],
    }),
  ],
  ['anna', bodyOf({ ...silent, eventId: 'T1', kind: 'refund', reverses: { claimId: `${institution}/V1` } })],
];

let js: Jetstream;
let dataDir = '';
const environment = () => ({
  NATS_URL: js.broker.url,
  CLAIMGATE_DATA_DIR: dataDir,
  CLAIMGATE_PATIENT_SECRET: secret,
});
const erase = (...words: readonly string[]) => claimgate(['history', 'erase', ...words], environment());
const keyer = patientKeyer(secret);
const otherDir = () => `${dataDir}-other`;

beforeAll(async () => {
  js = await startJetstream();
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-erase-'));
  for (const [, body] of claims) await settle(js.link, body, institution);
  for (const number of [anna, berta]) {
    await js.link.request(`claimgate.feedback.${institution}`, Buffer.from(`{"psn_no":"${number}"}`), {
      timeoutMs: 60_000,
    });
    const message = { seq: 5, streamMs: 0, subject: `claimgate.settle.${institution}`, header: () => null };
    const reason = { reason: 'unreadable', detail: null };
    const letter = deadLetterOf({ ...message, data: broken(number) }, reason, number);
    const { subject, data, headers } = letter;
    await js.link.request(subject, data, { timeoutMs: 60_000, headers });
  }
  const store = await begun(
    join(dataDir, 'history'),
    String((await js.manager.streams.info('CLAIMS')).created),
  );
  await takeIn(
    store,
    claims.map(([, body]) => body),
  );
  await store.close();
});
afterAll(async () => {
  await js.stop();
  for (const folder of [dataDir, otherDir()]) await rm(folder, { recursive: true, force: true });
});

async function withStore<Seen>(look: (store: HistoryStore) => Seen): Promise<Seen> {
  const store = await HistoryStore.open(join(dataDir, 'history'));
  if (!store.ok) throw new Error(store.error);
  const seen = look(store.value);
  await store.value.close();
  return seen;
}

function recordOf(store: HistoryStore, person: string): Uint8Array | undefined {
  return store
    .reader()
    .get('patients', patientKey(keyer(person, '35')))
    ?.slice();
}

async function left(stream: string, upTo: number): Promise<readonly number[]> {
  const all = Array.from({ length: upTo }, (_, i) => i + 1);
  const found = await Promise.all(all.map((seq) => storedInTime(js.link, stream, seq)));
  return all.filter((_, i) => found[i]?.ok === true && found[i].value !== null);
}

describe('claimgate history erase', () => {
  it('erases nothing without being sure, and shows what it would', async () => {
    const { code, out, err } = await erase(anna);
    expect(code).toBe(2);
    expect(err).toContain('--yes');
    expect(out).toContain('on this node: 1 records, 1 claims that name the person, 2 held fees\n');
    expect(out).toContain('in CLAIMS: 5 messages\nin DEADLETTER: 1 messages\nin FEEDBACK: 1 messages\n');
    expect(await left('CLAIMS', 9)).toHaveLength(9);
  });

  it('knows nothing of a person in another region, or of a number that never came', async () => {
    const nobody = await claimgate(['history', 'erase', anna], {
      ...environment(),
      CLAIMGATE_DATA_DIR: join(dataDir, 'none'),
    });
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('there is no history in')]);
    expect(existsSync(join(dataDir, 'none'))).toBe(false);
    for (const words of [[anna, '--region', '110000'], [clara]]) {
      const { code, err } = await erase(...words, '--yes');
      expect([code, err]).toEqual([1, 'nothing is known of this person\n']);
    }
    expect(await left('CLAIMS', 9)).toHaveLength(9);
  });

  it('is refused while another process writes to the history', async () => {
    const store = await HistoryStore.open(join(dataDir, 'history'));
    const { code, err } = await erase(anna, '--yes');
    if (store.ok) await store.value.close();
    expect([code, err]).toEqual([1, expect.stringContaining(`in use by process ${process.pid} on `)]);
    expect(await left('CLAIMS', 9)).toHaveLength(9);
  });
});

describe('after claimgate history erase', () => {
  let before: { readonly berta: Uint8Array | undefined; readonly digest: string };
  beforeAll(async () => {
    await cp(dataDir, otherDir(), { recursive: true });
    before = await withStore((store) => ({ berta: recordOf(store, berta), digest: store.digest() }));
    const { code, out, err } = await erase(anna, '--yes');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('erased: 7 messages, 1 records\n');
  });

  it('the person is in no stream, and everybody else is', async () => {
    const others = claims.flatMap(([whose], i) => (whose === 'other' ? [i + 1] : []));
    expect(await left('CLAIMS', claims.length)).toEqual(others);
    expect(await left('DEADLETTER', 2)).toEqual([2]);
    expect(await left('FEEDBACK', 2)).toEqual([2]);
  });

  it('the person stands in no file of the broker', async () => {
    const store = join(js.broker.folder, 'jetstream');
    const files = await readdir(store, { recursive: true, withFileTypes: true });
    const blocks = files.filter((file) => file.name.endsWith('.blk'));
    const bytes = await Promise.all(blocks.map((file) => readFile(join(file.parentPath, file.name))));
    expect(blocks.length).toBeGreaterThan(0);
    expect(bytes.some((block) => block.includes(berta))).toBe(true);
    // The message about somebody else that names the number stays.
    expect(bytes.reduce((sum, block) => sum + block.toString('latin1').split(anna).length - 1, 0)).toBe(1);
  });

  it('the state holds the claims, and not whose they are', async () => {
    await withStore((store) => {
      expect(recordOf(store, anna)).toBeUndefined();
      expect(recordOf(store, berta)).toEqual(before.berta);
      expect(store.digest()).not.toBe(before.digest);
      expect(store.position()?.committed).toBe(claims.length);
      const claim = readClaimRecord(institution, `${institution}/V1`, store.reader());
      expect(claim.head).toMatchObject({ settled: true, patient: null, encounter: 'V1' });
      expect([...claim.lines.keys()]).toEqual(['1', '9']);
      const sales = store.reader().get('traces', key16(traced)) as Uint8Array;
      expect(readSales(sales)).toEqual([{ sale: `${institution}/V1`, line: '1', split: false }]);
    });
  });

  it('no fees are held for the person, and those of others are', async () => {
    await withStore((store) => {
      const held = (id: string) => readEncounter(institution, id, store.reader());
      expect([held('V1').fees.isEmpty, held('V4').fees.isEmpty, held('V2').fees.isEmpty]).toEqual([
        true,
        true,
        false,
      ]);
      expect(held('V1').claims).toEqual([`${institution}/V1`]);
    });
  });

  it('the other node finds what it holds, though the streams no longer say whose it is', async () => {
    const other = { ...environment(), CLAIMGATE_DATA_DIR: otherDir() };
    const exported = await claimgate(['history', 'export', anna], other);
    expect(JSON.parse(exported.out)).toMatchObject({
      held: [[{ chargeBatch: null, line: '9', quantity: '2', amountFen: 2_500, billed: false }]],
    });
    const { code, out } = await claimgate(['history', 'erase', anna, '--yes'], other);
    expect([code, out]).toEqual([0, expect.stringContaining('1 claims that name the person, 2 held fees\n')]);
    const after = await claimgate(['history', 'export', anna], other);
    expect([after.code, after.out]).toEqual([1, '']);
  });

  it('there is nothing more to erase, and a message that comes later is a history of its own', async () => {
    const again = await erase(anna, '--yes');
    expect([again.code, again.err]).toEqual([1, 'nothing is known of this person\n']);
    const store = await HistoryStore.open(join(dataDir, 'history'));
    if (!store.ok) throw new Error(store.error);
    const position = store.value.position()?.streamMs ?? 0;
    const reversal = { ...silent, kind: 'reversal', reverses: { claimId: `${institution}/V1` } };
    await takeIn(
      store.value,
      [bodyOf({ ...reversal, eventId: 'R1' }), bodyOf(settlement('E9', anna, visit('V9')))],
      (seq) => position + seq,
    );
    expect(readClaimRecord(institution, `${institution}/V1`, store.value.reader()).stage).toBe('reversed');
    expect(recordOf(store.value, anna)).toBeDefined();
    await store.value.close();
  });
});
