import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { shippedExpressions } from './expressions.js';
import { deployFolder } from './nats-fixture.js';
import { need, obtainPrometheus, type PrometheusPrograms } from './prometheus-package.js';

const run = promisify(execFile);
const here = new URL('.', import.meta.url).pathname;

let programs: PrometheusPrograms | null;
let scratch: string;

beforeAll(async () => {
  programs = await obtainPrometheus();
  scratch = await mkdtemp(join(tmpdir(), 'claimgate-promtool-'));
}, 400_000);
afterAll(async () => rm(scratch, { recursive: true }));

/** Runs promtool; what it complains of is the error of the test. */
async function promtool(found: PrometheusPrograms, args: string[]): Promise<string> {
  const { stdout } = await run(found.promtool, args, { timeout: 120_000 }).catch((error) => {
    throw new Error(`promtool ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  });
  return stdout;
}

describe('promtool', () => {
  test('takes the configuration and the alerts without a warning', async (context) => {
    const config = join(deployFolder, 'prometheus/prometheus.yml');
    const found = need(programs, context);
    const said = await promtool(found, ['check', 'config', '--lint=all', '--lint-fatal', config]);
    expect(said).toContain('1 rule files found');
  });

  test('finds every alert firing when it should, and quiet when it should be', async (context) => {
    const cases = ['alerts.promtool.yml', 'alerts-week.promtool.yml'].map((name) => join(here, name));
    expect(await promtool(need(programs, context), ['test', 'rules', ...cases])).toContain('SUCCESS');
  });

  test('understands every expression of the dashboard', async (context) => {
    const rules = shippedExpressions('5m').map(({ promql }, i) => ({ record: `shipped:${i}`, expr: promql }));
    expect(rules.length).toBeGreaterThan(40);
    const file = join(scratch, 'expressions.yml');
    await writeFile(file, stringify({ groups: [{ name: 'shipped', rules }] }));
    const said = await promtool(need(programs, context), ['check', 'rules', file]);
    expect(said).toContain(`${rules.length} rules found`);
  });
});
