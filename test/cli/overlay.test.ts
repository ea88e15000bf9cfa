/** Rules switched off and snoozed through the built command line, on a real broker. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { brakeOf } from '../overlay/documents.js';
import { claimgate } from './command-line.js';

let js: Jetstream;
let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...words: readonly string[]) =>
  claimgate(['overlay', ...words], {
    NATS_URL: js.broker.url,
    CLAIMGATE_RELEASE_KEYS: file('trusted.json'),
    CLAIMGATE_RULES: file('rules'),
  });

beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-overlay-'));
  const made = await Promise.all(
    [
      ['ding', 'operate'],
      ['yi', 'activate'],
    ].map(([name = '', may = '']) =>
      claimgate(['keys', 'create', name, '--out', file(`${name}.pem`), '--may', may]),
    ),
  );
  await writeFile(file('trusted.json'), JSON.stringify({ keys: made.map(({ out }) => JSON.parse(out)) }));
  await mkdir(file('rules/packs/policy-drugs'), { recursive: true });
  for (const name of ['sex-drug', 'sex-drug.examples', 'duplicate-drug', 'duplicate-drug.examples']) {
    const word = name.startsWith('duplicate') ? 'killSwitch: drugs-twice # 同停\n' : '';
    await writeFile(file(`rules/packs/policy-drugs/${name}.yaml`), word);
  }
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true });
});

const change = (...words: readonly string[]) => run(...words, '--key', file('ding.pem'), '--reason', '误报');

describe('claimgate overlay', () => {
  it('switches off, snoozes, lists, and takes back', async () => {
    const off = await change('kill', 'sex-drug');
    expect([off.code, off.err]).toEqual([0, '']);
    expect(off.out).toBe('rule sex-drug is switched off everywhere (overlay 1, ding: 误报)\n');
    const place = ['--institution', 'H35010200417', '--department', 'A04'];
    const silent = await change('snooze', 'duplicate-drug', ...place, '--until', '8h');
    expect(silent.out).toMatch(
      /^rule duplicate-drug is snoozed at H35010200417, department A04 until 20.*Z \(overlay 2/,
    );
    const list = await run('list', '--audit');
    expect(list.out).toMatch(/switched off.*\n {2}sex-drug {2}everywhere {2}ding {2}20.* {2}误报\n/);
    expect(list.out).toMatch(/snoozed.*\n {2}duplicate-drug {2}at H35010200417, department A04 {2}until 20/);
    expect(list.out).toMatch(
      /overlay 2, last by ding: 误报 .*\n.*overlay 1, ding: 误报\n.*overlay 2, ding: 误报\n$/,
    );
    expect((await change('revive', 'sex-drug')).out).toContain(
      'is no longer switched off everywhere (overlay 3',
    );
    const left = JSON.parse((await run('list', '--json')).out);
    expect(left).toMatchObject({ number: 3, switches: [], snoozes: [{ department: 'A04' }], brakes: [] });
  });

  it('refuses what makes no sense, and says what does', async () => {
    const nowhere = await change('kill', 'sex-durg', '--institution', 'nonsense');
    expect(nowhere.err).toMatch(/^look again: nonsense: no national code .*\nrefused \(unknown-rule\)/);
    const [mistyped, other, word] = await Promise.all([
      change('kill', 'sex-durg'),
      run('kill', 'sex-drug', '--key', file('yi.pem'), '--reason', '误报'),
      change('snooze', 'sex-drug', '--until', 'tomorrow'),
    ]);
    expect([mistyped.code, mistyped.err]).toEqual([
      1,
      expect.stringMatching(/'sex-drug'\?\nadd --unknown-rule/),
    ]);
    expect([other.code, other.err]).toEqual([1, 'yi may not operate\n']);
    expect([word.code, word.err]).toEqual([1, expect.stringContaining('a time is wanted')]);
    expect((await change('kill', 'sex-durg', '--unknown-rule')).code).toBe(0);
    expect((await change('kill', 'drugs-twice')).code).toBe(0);
    const list = await run('list');
    expect(list.out).toMatch(/\n {2}sex-durg \(no rule in force\) +everywhere/);
    expect(list.out).toMatch(/\n {2}drugs-twice \(duplicate-drug\) +everywhere/);
  });

  it('says so where a node has made the last change', async () => {
    await change('kill', 'sex-drug');
    const store = new ReleaseStore({ link: js.link, replicas: 1 });
    const lies = await store.document('overlay');
    if (!lies.ok || lies.value === null) throw new Error('it has just been written');
    const { value, revision } = lies.value;
    const { number } = value as { readonly number: number };
    const braked = { ...(value as object), number: number + 1, brakes: [brakeOf(2, 'duplicate-drug')] };
    expect((await store.put('overlay', braked, revision)).ok).toBe(true);
    const { out } = await run('list');
    const node =
      'node-1 has braked duplicate-drug of version 2; of operators last by ding: 误报 (times are UTC)';
    expect(out).toContain(`\noverlay ${number + 1}, ${node}\n`);
    await change('revive', 'sex-drug');
    expect((await run('list')).out).toContain(`\noverlay ${number + 2}, last by ding: 误报 (`);
  });
});
