import { beforeEach, describe, expect, test } from 'vitest';
import { createEvents, type Events } from '../../src/ops/events.js';
import { createLogger } from '../../src/ops/logger.js';
import { metricTable } from '../../src/ops/metric-table.js';
import { Metrics } from '../../src/ops/metrics.js';
import { outcome } from '../ingress/edge-fixture.js';

let lines: string[];
let metrics: Metrics;
let events: Events;

beforeEach(() => {
  lines = [];
  metrics = new Metrics();
  const log = createLogger({
    level: 'debug',
    readable: false,
    sink: { write: (line) => void lines.push(line) },
  });
  events = createEvents(log, metrics, { version: '1.2.3' });
});

async function exposed(): Promise<string> {
  return (await metrics.expose()).text;
}

describe('happenings', () => {
  test('an answered request is counted by everything its outcome says', async () => {
    const alert = outcome({
      status: 'alert',
      rules: ['drug-by-sex', 'drug-by-sex', 'item-frequency'],
      gaps: ['history', 'list'],
      notes: ['patient.sex'],
    });
    events.requestAnswered({ transport: 'nats', route: 'screen', outcome: alert, durationMs: 0.7 });
    const refused = outcome({ status: 'not_screened', cause: 'overload', screenMs: 0 });
    events.requestAnswered({ transport: 'http', route: 'screenings', outcome: refused, durationMs: 0.1 });
    const text = await exposed();
    for (const line of [
      'claimgate_requests_total{transport="nats",route="screen"} 1',
      'claimgate_decisions_total{status="alert"} 1',
      'claimgate_decisions_total{status="not_screened"} 1',
      'claimgate_not_screened_total{cause="overload"} 1',
      'claimgate_findings_total{rule="drug-by-sex"} 2',
      'claimgate_findings_total{rule="item-frequency"} 1',
      'claimgate_not_evaluated_total{cause="history"} 1',
      'claimgate_data_quality_notes_total{field="patient.sex"} 1',
      'claimgate_request_duration_seconds_bucket{le="0.0005",transport="nats"} 0',
      'claimgate_request_duration_seconds_bucket{le="0.001",transport="nats"} 1',
      'claimgate_screen_duration_seconds_count 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(lines).toEqual([]);
  });

  test('what is counted with every claim is exposed whole, once, and goes on from there', async () => {
    const request = {
      transport: 'http',
      route: 'beforeAnalyze',
      outcome: outcome({}),
      durationMs: 1,
    } as const;
    const line = 'claimgate_requests_total{transport="http",route="beforeAnalyze"}';
    events.requestAnswered(request);
    events.requestAnswered(request);
    expect(await exposed()).toContain(`${line} 2\n`);
    expect(await exposed()).toContain(`${line} 2\n`);
    events.requestAnswered(request);
    metrics.count('claimgate_requests_total', { transport: 'http', route: 'beforeAnalyze' });
    expect(await exposed()).toContain(`${line} 4\n`);
  });

  test('a batch is counted by its claims, its bytes, its wait and its way', async () => {
    events.batchScreened({ size: 3, bytes: 700, queuedMs: 2, elapsedMs: 4 });
    events.batchScreened({ size: 1, bytes: 300, queuedMs: 0, elapsedMs: 1 });
    const text = await exposed();
    for (const line of [
      'claimgate_batch_claims_sum 4',
      'claimgate_batch_bytes_total 1000',
      'claimgate_queue_wait_seconds_sum 0.002',
      'claimgate_batch_duration_seconds_count 2',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  test('a lost worker is a line and a count, with the rule that was running', async () => {
    events.workerLost({ cause: 'hung', rule: 'drug-by-sex', claims: 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', cause: 'hung', rule: 'drug-by-sex' });
    expect(await exposed()).toContain('claimgate_worker_losses_total{cause="hung"} 1\n');
  });

  test('a handler that failed is a line and a count', async () => {
    events.handlerFailed({ error: 'TypeError', at: 'at somewhere' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', error: 'TypeError' });
    expect(await exposed()).toContain('claimgate_handler_failures_total 1\n');
  });

  test('a subscription that the broker does not let us have is told from one that it does', async () => {
    events.brokerUp('nats://broker');
    events.requestsNotPermitted('Permissions Violation');
    expect(lines.at(-1)).toContain('Permissions Violation');
    expect(await exposed()).toMatch(
      /^claimgate_broker_connected 1$(?:.|\n)*^claimgate_broker_subscribed 0$/m,
    );
    events.requestsTaken();
    expect(await exposed()).toContain('claimgate_broker_subscribed 1\n');
    events.brokerDown();
    expect(await exposed()).toContain('claimgate_broker_subscribed 0\n');
  });

  test('the budgets in force are a gauge by stage, in seconds', async () => {
    events.budgetsInForce({ preMs: 100, midMs: 50 });
    const series = (await exposed()).match(/^claimgate_budget_seconds\{.*$/gm);
    expect(series).toEqual([
      'claimgate_budget_seconds{stage="pre"} 0.1',
      'claimgate_budget_seconds{stage="mid"} 0.05',
    ]);
  });

  test('the rule set in force is one series, whatever was in force before', async () => {
    const ruleset = { id: 'sha256:a', name: 'fujian', version: 1, overlay: 0, rules: 15 };
    events.rulesetInForce(ruleset);
    events.rulesetInForce({ ...ruleset, id: 'sha256:b', version: 2 });
    const series = (await exposed()).match(/^claimgate_ruleset_info\{.*$/gm);
    expect(series).toEqual(['claimgate_ruleset_info{id="sha256:b",name="fujian",version="2",overlay="0"} 1']);
  });

  test('readiness is a gauge, and one series per reason', async () => {
    const held = async () => (await exposed()).match(/^claimgate_not_ready\{.*(?= 1$)/gm);
    events.readinessChanged(['starting', 'broker']);
    events.readinessChanged(['broker']);
    expect(await exposed()).toContain('claimgate_ready 0\n');
    expect(await held()).toEqual(['claimgate_not_ready{reason="broker"}']);
    events.readinessChanged([]);
    expect(await exposed()).toContain('claimgate_ready 1\n');
    expect(await held()).toBeNull();
  });
});

describe('the exposition', () => {
  test('holds every family of the table, and the process', async () => {
    const text = await exposed();
    for (const [name, { kind }] of Object.entries(metricTable)) {
      expect(text).toContain(`# TYPE ${name} ${kind}\n`);
    }
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(text).toContain('claimgate_build_info{version="1.2.3"');
  });

  test('begins every closed set of labels at 0, so that the first happening is an increase', async () => {
    const text = await exposed();
    for (const line of [
      'claimgate_worker_losses_total{cause="out-of-memory"} 0',
      'claimgate_not_screened_total{cause="unauthorised"} 0',
      'claimgate_decisions_total{status="hold"} 0',
      'claimgate_refused_total{transport="http",reason="busy"} 0',
      'claimgate_refused_total{reason="no-reply-subject",transport="nats"} 0',
      'claimgate_answers_lost_total{reason="disconnected"} 0',
      'claimgate_not_evaluated_total{cause="history"} 0',
      'claimgate_requests_total{transport="nats",route="screen"} 0',
      'claimgate_handler_failures_total 0',
    ]) {
      expect(series(text), line).toContain(sorted(line));
    }
  });

  test('a closed set is closed: no happening adds a series to it', async () => {
    const before = series(await exposed()).length;
    events.requestAnswered({
      transport: 'http',
      route: 'beforeAnalyze',
      outcome: outcome({}),
      durationMs: 1,
    });
    events.requestAnswered({
      transport: 'http',
      route: 'courseAnalyze',
      outcome: outcome({}),
      durationMs: 1,
    });
    events.requestAnswered({ transport: 'http', route: 'screenings', outcome: outcome({}), durationMs: 1 });
    events.requestRefused({ transport: 'nats', reason: 'invalid-institution' });
    events.requestRefused({ transport: 'http', reason: 'unauthorised' });
    events.answerLost({ reason: 'too-large', bytes: 1 });
    events.workerLost({ cause: 'exit', rule: null, claims: 1 });
    expect(series(await exposed())).toHaveLength(before);
  });

  test('counts answers within the budgets in force exactly: they are bounds', async () => {
    metrics = new Metrics([0.08, 0.05]);
    metrics.observe('claimgate_request_duration_seconds', { transport: 'nats' }, 0.079);
    const counted = await exposed();
    expect(counted).toContain('_bucket{le="0.08",transport="nats"} 1\n');
    expect(counted.match(/le="0.05",/g)).toHaveLength(1);
  });

  test('asks sampled gauges anew every time', async () => {
    let waiting = 3;
    metrics.sample('claimgate_queue_length', () => waiting);
    expect(await exposed()).toContain('claimgate_queue_length 3\n');
    waiting = 0;
    expect(await exposed()).toContain('claimgate_queue_length 0\n');
  });

  test('names follow the conventions: counters end in _total, times in seconds', () => {
    for (const [name, spec] of Object.entries(metricTable)) {
      expect(name.endsWith('_total'), name).toBe(spec.kind === 'counter');
      if (/duration|wait|load/.test(name) && spec.kind !== 'counter') expect(name).toMatch(/_seconds$/);
    }
  });
});

/** The counters with labels, as `name{labels}` with the labels in order, and their values. */
function series(text: string): string[] {
  return [...text.matchAll(/^claimgate_\w+_total(?:\{.*\})? \d+$/gm)].map(([line]) => sorted(line));
}

function sorted(line: string): string {
  return line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(',').toSorted().join(',')}}`);
}
