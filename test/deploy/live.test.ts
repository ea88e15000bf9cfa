/** What is deployed, running: broker with accounts, the built service, a real Prometheus asking what panels ask. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricTable } from '../../src/ops/metric-table.js';
import { freePort } from '../free-port.js';
import { dockerInstructions, healthCommand, stagesOf } from './dockerfile.js';
import { type Exposition, familyOf, parseExposition } from './exposition.js';
import { groupingsOf, readDeployed, type Selector, selectorsOf, shippedExpressions } from './expressions.js';
import { RunningPrometheus } from './prometheus-fixture.js';
import { need, obtainPrometheus, type PrometheusPrograms } from './prometheus-package.js';
import { DeployedService } from './service-fixture.js';

const run = promisify(execFile);
const institution = 'H35010200417';
const payloads = new URL('../fixtures/payloads/', import.meta.url).pathname;
/** Labels that Prometheus adds, and its own metric of alerts. */
const added = ['instance', 'job', 'alertname', 'alertstate'];

let programs: PrometheusPrograms | null;
let service: DeployedService;

beforeAll(async () => {
  programs = await obtainPrometheus();
  service = await DeployedService.start();
}, 400_000);
afterAll(async () => {
  await service?.stop();
});

/** A few claims over every door, good and bad. */
async function sendClaims(): Promise<void> {
  const [before, course] = await Promise.all(
    ['01_3101_request_outpatient_prealert.json', '05_3102_request_inpatient_presettle.json'].map((name) =>
      readFile(join(payloads, name)),
    ),
  );
  const post = async (path: string, body: string | Uint8Array) =>
    await fetch(service.httpUrl + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'claimgate-institution': institution },
    });
  await post('/fsi/api/riskConService/beforeAnalyze', before!);
  await post('/fsi/api/riskConService/courseAnalyze', course!);
  await post(
    '/fsi/api/riskConService/courseAnalyze',
    course!.toString().replace(/"brdy": "[^"]+"/, '"brdy": "1954-13-45"'),
  );
  await post('/fsi/api/riskConService/courseAnalyze', '{"no": "claim"}');
  await post('/v1/screenings', '{"no": "claim"}');
  await post('/nowhere', '{}');
  const hospital = await service.connectAs(institution);
  await hospital.request(`claimgate.screen.${institution}`, course!, { timeout: 60_000 });
  await hospital.close();
}

describe('the deployed service', () => {
  test('an institution gets a decision over the broker with accounts', async () => {
    const hospital = await service.connectAs(institution);
    const body = await readFile(join(payloads, '05_3102_request_inpatient_presettle.json'));
    const answer = await hospital.request(`claimgate.screen.${institution}`, body, { timeout: 60_000 });
    const { output } = answer.json<{ output: { decision: { status: string } } }>();
    expect(output.decision.status).toMatch(/^(alert|hold)$/);
  });

  test("the image's health check is content with it, and with nothing else", async () => {
    const final = stagesOf(dockerInstructions(readDeployed('Dockerfile'))).at(-1)!;
    const [, command = '', ...args] = ['', ...healthCommand(final)];
    const check = (port: string) =>
      run(command, args, { env: { ...process.env, CLAIMGATE_HTTP_PORT: port } });
    await check(new URL(service.httpUrl).port);
    await expect(check(String(await freePort()))).rejects.toThrow();
  });

  test('every metric and label in panels and alerts is one that it exposes', async () => {
    await sendClaims();
    const exposed = parseExposition(await (await fetch(`${service.httpUrl}/metrics`)).text());
    const problems = shippedExpressions('1m').flatMap(({ place, promql, legend }) => {
      const selectors = selectorsOf(promql).filter(({ metric }) => !['ALERTS', 'up'].includes(metric));
      const labels = [...groupingsOf(promql), ...legend];
      return [
        ...selectors.flatMap((one) => selectorProblems(exposed, one)),
        ...labelProblems(exposed, selectors, labels),
      ].map((problem) => `${place}: ${problem}`);
    });
    expect(problems).toEqual([]);
  });
});

/** A metric that is not there, a matcher on a label that it has not, a bucket bound that it has not. */
function selectorProblems(exposed: Exposition, { metric, matchers }: Selector): string[] {
  const family = familyOf(exposed, metric);
  if (family === null) return [`no metric ${metric}`];
  const known = new Set(labelsOf(exposed, metric));
  const unknown = matchers
    .filter(([label]) => !known.has(label))
    .map(([label]) => `${metric} has no label ${label}`);
  const bounds = matchers.filter(([label]) => label === 'le').map(([, bound]) => bound);
  const samples = exposed.samples.filter(({ name }) => name === metric);
  const missing = bounds.filter((bound) => !samples.some(({ labels }) => labels['le'] === bound));
  return [...unknown, ...missing.map((bound) => `${metric} has no bucket ${bound}`)];
}

/** Groupings and legends: each label must be one of some metric of the expression. */
function labelProblems(
  exposed: Exposition,
  selectors: readonly Selector[],
  labels: readonly string[],
): string[] {
  const known = new Set([...added, ...selectors.flatMap(({ metric }) => labelsOf(exposed, metric))]);
  return labels.filter((label) => !known.has(label)).map((label) => `no label ${label}`);
}

/** Labels seen in samples; for what has not happened yet, those of the table that the service registers from. */
function labelsOf(exposed: Exposition, metric: string): string[] {
  const seen = exposed.samples
    .filter(({ name }) => name === metric)
    .flatMap(({ labels }) => Object.keys(labels));
  const table: Readonly<Record<string, { readonly labels: readonly string[] }>> = metricTable;
  return [...added, ...seen, ...(table[familyOf(exposed, metric) ?? '']?.labels ?? [])];
}

describe('a Prometheus with our configuration', () => {
  /** What stays empty while all is well. */
  const troubleOnly = ['Firing alerts', 'Reasons for not being ready', 'Rule set changes'];
  /** No version is in force for single institutions here. */
  const notHere = 'claimgate_ruleset_institutions';
  /** Nobody switches rules off, or tries a version, here. */
  const unused = ['Overlay', 'Findings held back', 'Shadow'];
  let prometheus: RunningPrometheus | null = null;
  afterAll(async () => prometheus?.stop());

  /** Panels that should show something and do not. */
  async function emptyPanels(running: RunningPrometheus): Promise<readonly string[]> {
    const empty: string[] = [];
    for (const { place, promql } of shippedExpressions('1m')) {
      const shown = await running.query(promql);
      const expected =
        place.startsWith('dashboard: ') &&
        ![...troubleOnly, ...unused].some((title) => place.includes(title));
      if (expected && shown.length === 0 && !promql.includes(notHere)) empty.push(`${place}: ${promql}`);
    }
    return empty;
  }

  test('takes the metrics, and every panel shows something', async (context) => {
    const running = await RunningPrometheus.start(need(programs, context), service);
    prometheus = running;
    const enough = 'min(count_over_time(claimgate_request_duration_seconds_count[1m])) >= 3';
    for (let full: unknown[] = []; full.length === 0; full = await running.query(enough)) {
      await sendClaims();
      await sleep(300);
    }
    // Asked again, with claims again: where a busy machine is late with a scrape, rates are empty until the next ones.
    await expect
      .poll(async () => {
        await sendClaims();
        return await emptyPanels(running);
      })
      .toEqual([]);
  });

  test('no alert fires over a healthy service', async (context) => {
    need(programs, context);
    expect(await prometheus?.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });
});

test('told to stop, the service leaves in order', async () => {
  expect(await service.stop()).toBe(0);
});
