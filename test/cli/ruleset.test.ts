/** From keys to a version in force, and back, through the built command line and a real broker. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { canonicalText } from '../../src/ruleset/compile/canonical.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { smallRules } from '../releases/small-rules.js';
import { claimgate } from './command-line.js';

let js: Jetstream;
let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...words: readonly string[]) =>
  claimgate(words, { NATS_URL: js.broker.url, CLAIMGATE_RELEASE_KEYS: file('trusted.json') });

/** A rules folder on disk. */
async function rulesAt(name: string, ...given: Parameters<typeof smallRules>): Promise<string> {
  const { files } = await smallRules(...given);
  for (const [path, text] of files) {
    await mkdir(dirname(join(file(name), path)), { recursive: true });
    await writeFile(join(file(name), path), text);
  }
  return file(name);
}

/** Two persons with a key each, one of them with both roles, and a third who may activate too. */
beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-ruleset-'));
  const entries: unknown[] = [];
  for (const [name, may] of [
    ['jia', 'publish,activate'],
    ['yi', 'activate'],
    ['bing', 'activate'],
  ] as const) {
    const made = await run('keys', 'create', name, '--out', file(`${name}.pem`), '--may', may);
    expect(made.code).toBe(0);
    entries.push(JSON.parse(made.out));
  }
  await writeFile(file('trusted.json'), JSON.stringify({ keys: entries }));
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true });
});

const publish = (rules: string, ...more: readonly string[]) =>
  run('ruleset', 'publish', '--rules', rules, '--key', file('jia.pem'), ...more);
const activate = (version: string, ...more: readonly string[]) =>
  run('ruleset', 'activate', version, '--reason', '新一批', ...more);
const unmeasured = '--without-replay';

describe('claimgate keys', () => {
  it('keeps the private half for its person and never overwrites it', async () => {
    expect((await stat(file('jia.pem'))).mode & 0o777).toBe(0o600);
    const before = await readFile(file('jia.pem'), 'utf8');
    const again = await run('keys', 'create', 'jia', '--out', file('jia.pem'));
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toContain('is there already');
    expect(await readFile(file('jia.pem'), 'utf8')).toBe(before);
  });

  it('lists who is trusted', async () => {
    const { code, out } = await run('keys', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^[0-9a-f]{16} {2}jia {3}publish, activate\n[0-9a-f]{16} {2}yi {4}activate\n/);
  });

  it('says that nobody is trusted where no file is named', async () => {
    const { code, err } = await claimgate(['ruleset', 'list'], { NATS_URL: js.broker.url });
    expect([code, err]).toEqual([1, expect.stringContaining('CLAIMGATE_RELEASE_KEYS is not set')]);
  });
});

describe('claimgate ruleset', () => {
  it('takes a version from its folder into force, and back', async () => {
    const first = await publish(await rulesAt('one', 1));
    expect([first.code, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/national version 1 is published: \d+ rules/);
    expect((await run('ruleset', 'list')).out).toContain('every node runs its own rules folder');

    const again = await publish(file('one'));
    expect([again.code, again.err]).toEqual([
      1,
      'refused (overtaken): version 1 has been published; the next number is 2: write "version: 2" in ruleset.yaml\n',
    ]);

    const own = await activate('1', '--key', file('jia.pem'), unmeasured);
    expect([own.code, own.err]).toEqual([1, expect.stringContaining('refused (same-signer)')]);
    const blind = await activate('1', '--key', file('yi.pem'));
    expect([blind.code, blind.err]).toEqual([1, expect.stringContaining('refused (impact)')]);
    expect((await activate('2', '--key', file('yi.pem'), unmeasured)).err).toContain('unknown-version');
    const done = await activate('1', '--key', file('yi.pem'), unmeasured);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toBe('version 1 is ordered (change 1, yi: without replay: 新一批)\n');

    const changed = await rulesAt('two', 2, (path, text) =>
      path.endsWith('sex-drug.yaml') && !path.includes('examples')
        ? text.replace('title: ', 'title: 新')
        : text,
    );
    const second = await publish(changed);
    expect(second.out).toContain('since version 1: 0 rules added, 0 removed, 1 changed');
    const some = await activate('2', '--key', file('bing.pem'), unmeasured, '--institutions', 'H1,H2');
    expect(some.out).toContain('version 2 is ordered at H1, H2; otherwise version 1 (change 2, bing');
    expect(some.err).toMatch(/^look again: H1, H2: no national code \(H35010200417\)/);
    const fewer = await activate(
      '2',
      '--key',
      file('jia.pem'),
      unmeasured,
      '--institutions',
      'H35010200417,H1',
    );
    expect(fewer.err).toMatch(
      /^look again: H1: .*\n.*version 2 is taken away at H2: version 1 counts there\n/,
    );
    const list = await run('ruleset', 'list', '--audit');
    expect(list.out).toMatch(/\n1 .* in force for all others\n2 .* in force at H1, H2\n/);
    expect(list.out).toMatch(
      /yi: change 1, version 1: without replay: 新一批\n.*bing: change 2, version 2 at H1/,
    );

    const back = await run('ruleset', 'rollback', '--key', file('yi.pem'), '--reason', '误报');
    expect([back.code, back.out]).toEqual([0, 'version 1 is ordered (change 3, yi: 误报)\n']);
    const further = await run('ruleset', 'rollback', '--key', file('yi.pem'), '--reason', '误报');
    expect([further.code, further.err]).toEqual([1, expect.stringContaining('no earlier version')]);

    const diff = await run('ruleset', 'diff', '1', '2');
    expect(diff.out).toContain('rules: 0 added, 0 removed, 1 changed');
    expect(diff.out).toMatch(/~ sex-drug .*\n {4}title\n {6}.* → 新.*\n/);
    expect((await run('ruleset', 'diff', 'live', file('one'))).out).toContain('nothing differs');
    expect((await run('ruleset', 'export', '2', file('again'))).code).toBe(0);
    expect((await run('ruleset', 'diff', '2', file('again'))).out).toContain('nothing differs');
    expect((await run('ruleset', 'export', '2', file('again'))).code).toBe(1);
    expect((await run('ruleset', 'show', 'live')).out).toContain('national version 1, in force');
  });

  it('shows where a rule set is mistaken, and publishes nothing', async () => {
    const broken = await rulesAt('broken', 3, (path, text) =>
      path.endsWith('sex-drug.yaml') ? text.replace('patient.sex', 'patient.sexx') : text,
    );
    const { code, err } = await publish(broken);
    expect(code).toBe(1);
    expect(err).toMatch(/sex-drug\.yaml:\d+:\d+ CG-E\d+ .*sexx[\s\S]*\n +\^/);
    const lying = await rulesAt('lying', 3, (path, text) =>
      path.endsWith('sex-drug.examples.yaml') ? text.replaceAll('sex: female', 'sex: male') : text,
    );
    expect((await publish(lying)).err).toMatch(/refused \(failing-examples\): \d+ of \d+ examples/);
    expect((await run('ruleset', 'list')).out).not.toMatch(/^3 /m);
  });

  it('takes a replay along, and asks a second person where there is much to review', async () => {
    const rules = await rulesAt('three', 3);
    const { out } = await claimgate(['rules', 'check', rules]);
    const id = /sha256:[0-9a-f]{64}/.exec(out)?.[0] ?? '';
    const ids = [...(await smallRules(3)).files].flatMap(
      ([path, text]) => (path.startsWith('packs/') && /^id: (\S+)/m.exec(text)?.[1]) || [],
    );
    await writeFile(file('small.json'), reportOf(id, ids, 1, 9_999));
    const small = await publish(rules, '--replay', file('small.json'));
    expect([small.code, small.out]).toEqual([1, '']);
    expect(small.err).toMatch(
      /^the replay has 9999 claims, at least 10000 are needed\n.* --insufficient-replay:/,
    );
    expect((await run('ruleset', 'list')).out).not.toMatch(/^3 /m);
    await writeFile(file('loud.json'), reportOf(id, ids, 9_000));
    const published = await publish(rules, '--replay', file('loud.json'));
    expect([published.code, published.err]).toEqual([0, '']);
    const node = await nodeTrying(3, id);
    const alone = await activate('3', '--key', file('yi.pem'), '--shadow', node.address);
    node.stop();
    expect(alone.out).toBe('its shadow has screened 409 claims; bands for the scenes 6; too few of 7 (9)\n');
    const store = new ReleaseStore({ link: js.link, replicas: 1 });
    expect(await store.document('trial.3')).toMatchObject({
      value: { value: { statement: expect.stringContaining('"bands":[{"alertHigh"') } },
    });
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining('a second person has to approve')]);
    const asked = await activate('3', '--key', file('yi.pem'), '--request', file('request.json'));
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(asked.out).toMatch(
      / hits in 10,000 claims, at most 1500\nversion 3 is not ordered by this; a second person runs/,
    );
    const vain = await activate('2', '--key', file('yi.pem'), '--request', file('vain.json'));
    expect([vain.code, vain.err]).toEqual([
      1,
      expect.stringContaining('the effect of version 2 is not known'),
    ]);
    await expect(stat(file('vain.json'))).rejects.toThrow();
    const same = await run('ruleset', 'approve', file('request.json'), '--key', file('yi.pem'));
    expect([same.code, same.err]).toEqual([1, expect.stringContaining('a second person')]);
    const approved = await run('ruleset', 'approve', file('request.json'), '--key', file('bing.pem'));
    expect([approved.code, approved.out]).toEqual([0, 'version 3 is ordered (change 4, yi: 新一批)\n']);
    const again = await run('ruleset', 'approve', file('request.json'), '--key', file('bing.pem'));
    expect(again.err).toMatch(
      /^refused \(overtaken\): change 4 has been made already, with this very request, or/,
    );
    const shown = await run('ruleset', 'show', '3');
    expect(shown.out).toContain('\nshadow     409 claims; bands for the scenes 6\n');
    expect((await run('ruleset', 'diff', '1', '3')).out).toContain(
      'after  replayed 2026-01-01 to 2026-01-31',
    );
  });

  it('takes a replay that counts for nothing where that is meant', async () => {
    const rules = await rulesAt('unmeasured', 4);
    const id = /sha256:[0-9a-f]{64}/.exec((await claimgate(['rules', 'check', rules])).out)?.[0] ?? '';
    await writeFile(file('none.json'), reportOf(id, [], 1));
    const named = await publish(rules, '--replay', file('none.json'));
    expect([named.code, named.err]).toEqual([1, expect.stringContaining("'sex-drug' is not in the replay")]);
    const meant = await publish(rules, '--replay', file('none.json'), '--insufficient-replay');
    expect([meant.code, meant.out]).toEqual([0, expect.stringContaining('version 4 is published')]);
  });

  it('gives an order to try a version, and ends it, each for a reason of its own', async () => {
    const order = (...words: readonly string[]) =>
      run('ruleset', 'shadow', ...words, '--key', file('jia.pem'));
    expect((await order('2')).out).toBe('version 2 is tried (order 1, jia: to see what it changes)\n');
    expect((await order('--end', '--reason', 'a\u001b[2J')).err).toContain('control characters');
    const ended = await order('--end');
    expect(ended.out).toBe('no version is tried any more (order 2, jia: enough has been seen)\n');
  });

  it('says what follows where the broker has lost the texts of earlier versions', async () => {
    await js.manager.streams.purge('OBJ_claimgate-rulesets');
    const { code, out } = await publish(await rulesAt('four', 5));
    expect([code, out]).toEqual([0, expect.stringContaining('version 5 is published')]);
    expect(out).toMatch(/\nthe text of version 4 is lost at the broker, .* brakes on it end when .*\n/);
    expect((await publish(await rulesAt('five', 6))).out).not.toContain('lost');
  });
});

/** A node that has seen something of the shadow of a version, as far as it is asked. */
async function nodeTrying(version: number, rulesetId: string) {
  const scene = (name: string, screened: number) => {
    const none = { live: 0, candidate: 0 };
    return { scene: name, screened, alerts: { live: 0, candidate: 20 }, holds: none, found: {} };
  };
  const report = { order: { version, rulesetId }, figures: { scenes: [scene('6', 400), scene('7', 9)] } };
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/v1/rulesets/shadow' ? 200 : 404;
    response.end(JSON.stringify(report));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

/** A report of `claimgate replay`, as far as releases read it. */
function reportOf(rulesetId: string, rules: readonly string[], hits: number, claims = 100_000): string {
  const spread = { H1: hits };
  return canonicalText({
    format: 1,
    rulesets: [{ id: rulesetId }],
    from: '2026-01-01',
    to: '2026-01-31',
    claims,
    totals: [{ seen: hits }],
    scenes: [{ band: { scene: '9', alertLow: 0, alertHigh: 100_000, holdLow: 0, holdHigh: 0 } }],
    rules: rules.map((rule) => ({
      rule,
      told: [{ hits, byInstitution: spread, byDepartment: spread, excessFen: 100 }],
      change: null,
    })),
  });
}
