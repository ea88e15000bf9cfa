/** `claimgate replay` of versions that lie with a real broker. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { nativeObject } from '../../bench/claims/render-native.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { Desk, writeKeys } from '../releases/desk.js';
import { idOf, smallRules } from '../releases/small-rules.js';
import { person } from '../ruleset/release/people.js';
import { claimgate, endAll } from './command-line.js';

/** Of the pack: without it something is lost. */
const dropped = 'sex-drug';
const stranger = person('外人丁', 'publish');

let js: Jetstream;
let desk: Desk;
let folder = '';
let keys = '';
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-cli-replay-versions-'));
  keys = await writeKeys(folder);
  js = await startJetstream();
  desk = new Desk(new ReleaseStore({ link: js.link, replicas: 1 }));
  await desk.publish(1);
  await desk.publish(2, {
    source: smallRules(2, retitled),
    meant: smallRules(2, retitled),
  });
  await desk.publish(3, { source: smallRules(3, retitled) });
  await desk.publish(4, { by: stranger });
  await desk.activate(1);
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: 5,
    tablesDir: 'rules/tables',
    violationShare: 0.5,
  });
  const lines = Array.from({ length: 30 }, (_, i) =>
    JSON.stringify({ ...nativeObject(generator.claim(i).claim), sentAt: '2026-10-10T10:00:00+08:00' }),
  );
  await writeFile(at('claims.ndjson'), lines.join('\n'));
});
afterAll(async () => {
  await endAll();
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

function retitled(path: string, text: string): string {
  return path.endsWith(`${dropped}.yaml`) && !path.includes('examples')
    ? text.replace('title: ', 'title: 新')
    : text;
}

const replay = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  claimgate(
    [
      'replay',
      at('claims.ndjson'),
      '--from',
      '2026-10-10',
      '--to',
      '2026-10-10',
      '--threads',
      '1',
      '--out',
      at('out'),
      ...words,
    ],
    { NATS_URL: js.broker.url, CLAIMGATE_RELEASE_KEYS: keys, ...environment },
  );

async function reported() {
  return JSON.parse(await readFile(at('out/replay.json'), 'utf8')) as {
    readonly claims: number;
    readonly rulesets: readonly { readonly id: string; readonly version: number }[];
  };
}

/** The texts of a version as a folder. */
async function exported(version: number): Promise<string> {
  const { code, err } = await claimgate(['ruleset', 'export', String(version), at(`v${version}`)], {
    NATS_URL: js.broker.url,
    CLAIMGATE_RELEASE_KEYS: keys,
  });
  expect([code, err]).toEqual([0, '']);
  return at(`v${version}`);
}

describe('claimgate replay of published versions', () => {
  it('replays one against another, and says of both what they are', async () => {
    const { code, err, out } = await replay(['--ruleset', '2', '--against', 'v1']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('against national version 1');
    const { claims, rulesets } = await reported();
    expect(claims).toBe(30);
    expect(rulesets.map(({ version }) => version)).toEqual([2, 1]);
    expect(rulesets.map(({ id }) => id)).toEqual([desk.ids.get(2), desk.ids.get(1)]);
  });

  it('takes a folder beside a version, and the one in force as known then', async () => {
    const { files } = await smallRules(7);
    for (const [path, text] of files) {
      await mkdir(dirname(join(at('seven'), path)), { recursive: true });
      await writeFile(join(at('seven'), path), text);
    }
    const words = ['--ruleset', at('seven'), '--against', 'live', '--known', 'then'];
    const { code, err } = await replay(words);
    expect([code, err]).toEqual([0, '']);
    const { rulesets } = await reported();
    expect(rulesets.map(({ version }) => version)).toEqual([7, 1]);
  });

  it('refuses what compiles to another rule set than was published; as a folder it may be replayed', async () => {
    const { code, err } = await replay(['--ruleset', '3']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^refused \(other-content\): version 3 compiles to sha256:.* export it to a folder\n$/,
    );
    const other = await replay(['--ruleset', await exported(3)]);
    expect([other.code, other.err]).toEqual([0, '']);
    expect((await reported()).rulesets[0]?.id).toBe(idOf(await smallRules(3, retitled)));
  });

  it('refuses a number that nobody has published', async () => {
    const { code, err } = await replay(['--against', '9']);
    expect([code, err]).toEqual([1, 'refused (unknown-version): there is no version 9\n']);
  });

  it('refuses what no trusted key has signed', async () => {
    const { code, err } = await replay(['--ruleset', '4']);
    expect([code, err]).toEqual([1, expect.stringContaining('refused (unknown-key): ')]);
  });

  it('says that nobody is trusted where no keys are named', async () => {
    const { code, err } = await claimgate(
      ['replay', at('claims.ndjson'), '--from', '2026-10-10', '--to', '2026-10-10', '--ruleset', '1'],
      { NATS_URL: js.broker.url },
    );
    expect([code, err]).toEqual([1, expect.stringContaining('CLAIMGATE_RELEASE_KEYS is not set')]);
  });

  it('ends with 2 where the broker is away, and a folder does not need it', async () => {
    const away = { NATS_URL: 'nats://127.0.0.1:9' };
    const { code, err } = await replay(['--ruleset', '1'], away);
    expect([code, err]).toEqual([2, expect.stringContaining('the broker cannot be reached')]);
    const stream = await claimgate(['replay', '--from', '2026-10-10', '--to', '2026-10-10'], away);
    expect([stream.code, stream.err]).toEqual([2, expect.stringContaining('the broker cannot be reached')]);
    const own = await replay(['--ruleset', await exported(1)], { ...away, CLAIMGATE_RELEASE_KEYS: '' });
    expect([own.code, own.err]).toEqual([0, '']);
  });
});
