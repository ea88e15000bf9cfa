import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { render } from '../../bench/claims/render.js';
import type { Decision } from '../../src/decision/decision.js';
import { claimgate, endAll } from './command-line.js';

let folder = '';
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-cli-'));
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: 3,
    tablesDir: 'rules/tables',
    violationShare: 1,
    violation: 'pair',
  });
  const { claim } = generator.claim(0);
  await writeFile(file('claim.json'), render(claim, 'native-json').body);
  await writeFile(file('claim.msgpack'), render(claim, 'native-msgpack').body);
  await writeFile(file('national.json'), render(claim, 'nhsa').body);
  await writeFile(file('broken.json'), '{"eventId": "E1", "lines": [');
});
afterAll(async () => {
  await endAll();
  await rm(folder, { recursive: true, force: true });
});

describe('claimgate', () => {
  it('lists its commands', async () => {
    const { code, out } = await claimgate(['--help']);
    expect(code).toBe(0);
    for (const name of ['start', 'serve', 'demo', 'simulate', 'screen', 'rules', 'knowledge', 'doctor']) {
      expect(out).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  it('says what a misspelt command may have meant', async () => {
    const { code, err } = await claimgate(['simulat']);
    expect(code).toBe(1);
    expect(err).toContain('Did you mean simulate?');
  });

  it('says every problem with its settings at once and ends with 2', async () => {
    const { code, err } = await claimgate(['doctor'], {
      CLAIMGATE_WORKERS: 'many',
      CLAIMGATE_HTTP_PORT: '99999',
      CLAIMGATE_RULESS: 'x',
    });
    expect(code).toBe(2);
    for (const name of ['CLAIMGATE_WORKERS', 'CLAIMGATE_HTTP_PORT', 'CLAIMGATE_RULESS']) {
      expect(err).toContain(name);
    }
  });

  it('serves only with a broker, and says so', async () => {
    const { code, err } = await claimgate(['serve'], { CLAIMGATE_DATA_DIR: file('data') });
    expect(code).toBe(1);
    expect(err).toContain('NATS_URL is not set');
  });

  it('cannot simulate where nobody listens', async () => {
    const nobody = await claimgate(['simulate', '--url', 'nats://127.0.0.1:1']);
    expect(nobody.code).toBe(2);
    expect(nobody.err).toContain('no broker at nats://127.0.0.1:1');
    const unset = await claimgate(['simulate']);
    expect(unset.code).toBe(2);
    expect(unset.err).toContain('NATS_URL');
    const http = await claimgate([
      'simulate',
      '--transport',
      'http',
      '--url',
      'http://127.0.0.1:1',
      '--seconds',
      '1',
    ]);
    expect(http.code).toBe(1);
    expect(http.err).toContain('ECONNREFUSED');
  });

  it('refuses numbers that are none', async () => {
    for (const words of [
      ['--rate', 'fast'],
      ['--rate', '0'],
      ['--seconds', '-1'],
      ['--format', 'xml'],
    ]) {
      const { code, err } = await claimgate(['simulate', ...words]);
      expect(code).toBe(1);
      expect(err).toContain('error:');
    }
  });
});

describe('claimgate screen', () => {
  it('explains a claim: findings, lines, coverage, basis', async () => {
    const { code, out } = await claimgate(['screen', file('claim.json')]);
    expect(code).toBe(0);
    for (const words of [
      'status   alert',
      '医疗服务项目重复收费',
      '●',
      '○',
      '重复收取',
      '第7批',
      'coverage',
      'how to appeal',
    ]) {
      expect(out).toContain(words);
    }
  });

  it('comes to the same decision whatever form the claim has', async () => {
    const names = ['claim.json', 'claim.msgpack', 'national.json'];
    const runs = await Promise.all(names.map((name) => claimgate(['screen', file(name), '--json'])));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [first, ...others] = runs.map(({ out }) => ({
      ...(JSON.parse(out) as Decision),
      decisionId: null,
    }));
    expect(first?.status).toBe('alert');
    for (const other of others) expect(other).toEqual(first);
  });

  it('says why a file cannot be read and ends with 2', async () => {
    const broken = await claimgate(['screen', file('broken.json')]);
    expect(broken.code).toBe(2);
    expect(broken.out).toContain('未筛查');
    expect(broken.out).toContain('unreadable');
    const absent = await claimgate(['screen', file('absent.json')]);
    expect(absent.code).toBe(2);
    expect(absent.err).toContain('ENOENT');
  });

  it('says that rules cannot be compiled and ends with 1', async () => {
    const { code, err } = await claimgate(['screen', file('claim.json'), '--rules', file('no-rules')]);
    expect(code).toBe(1);
    expect(err).toContain('no-rules');
  });
});

describe('claimgate doctor', () => {
  it('finds this machine in order', async () => {
    const { code, out, err } = await claimgate(['doctor'], {
      CLAIMGATE_DATA_DIR: file('doctor-data'),
      CLAIMGATE_HTTP_PORT: '0',
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const words of ['✓ Node', '✓ rules national', '✓ nats-server', 'CLAIMGATE_HTTP_PORT = 0']) {
      expect(out).toContain(words);
    }
    expect(out).not.toContain('✗');
  });

  it('ends with 1 where something is missing, and says how to mend it', async () => {
    const { code, out } = await claimgate(['doctor'], {
      CLAIMGATE_DATA_DIR: join(file('claim.json'), 'below-a-file'),
      CLAIMGATE_RULES: file('no-rules'),
      CLAIMGATE_HTTP_PORT: '0',
    });
    expect(code).toBe(1);
    expect(out).toContain('✗ data directory');
    expect(out).toContain('→ set CLAIMGATE_DATA_DIR');
    expect(out).toContain('✗ no rules');
    expect(out).toContain('→ there is no rules folder ');
  });
});

describe('claimgate rules', () => {
  it('points at a mistake and ends with 1', async () => {
    const rules = file('rules');
    await cp('rules', rules, { recursive: true });
    const path = join(rules, 'packs/reasonable-use/sex-drug.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('patient.sex', 'patient.sexx'));
    const { code, err } = await claimgate(['rules', 'check', rules]);
    expect(code).toBe(1);
    expect(err).toMatch(/sex-drug\.yaml:\d+:\d+ CG-E\d+ .*sexx/);
    expect(err).toMatch(/\n +\^/);
  });

  it('takes an example that does not hold for a mistake', async () => {
    const rules = file('rules-with-wrong-example');
    await cp('rules', rules, { recursive: true });
    const path = join(rules, 'packs/policy-services/item-frequency.examples.yaml');
    await writeFile(path, (await readFile(path, 'utf8')).replace('expect: hit', 'expect: miss'));
    const { code, out } = await claimgate(['rules', 'check', rules]);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ item-frequency: [\s\S]*item-frequency\.examples\.yaml:\d+/);
    expect(out).toMatch(/1 of \d+ examples do not hold/);
  });

  it('prints the reference of facts and functions', async () => {
    const { code, out } = await claimgate(['rules', 'reference']);
    expect(code).toBe(0);
    for (const word of ['patient.sex', 'line.quantity', 'overlaps', 'ageAt']) expect(out).toContain(word);
    expect(out).not.toContain('patient.id');
  });

  it('checks, tests and shows the official rules', async () => {
    const check = await claimgate(['rules', 'check']);
    expect(check.code).toBe(0);
    expect(check.out).toContain('national version 1');
    const test = await claimgate(['rules', 'test']);
    expect({ code: test.code, err: test.err }).toEqual({ code: 0, err: '' });
    expect(test.out).toMatch(/\d+ examples of \d+ rules, all hold/);
    const show = await claimgate(['rules', 'show', 'duplicate-item-charge']);
    expect(show.code).toBe(0);
    expect(show.out).toContain('duplicate-item-charge');
    const unknown = await claimgate(['rules', 'show', 'duplicate-item-charg']);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain("did you mean 'duplicate-item-charge'?");
  });
});
