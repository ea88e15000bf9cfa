import { beforeEach, describe, expect, test } from 'vitest';
import { createEvents, type Events } from '../../src/ops/events.js';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics, metricTable } from '../../src/ops/metrics.js';
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

  test('a lost worker is a line and a count, with the rule that was running', async () => {
    events.workerLost({ cause: 'hung', rule: 'drug-by-sex', claims: 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', cause: 'hung', rule: 'drug-by-sex' });
    expect(await exposed()).toContain('claimgate_worker_losses_total{cause="hung"} 1\n');
  });

  test('the rule set in force is one series, whatever was in force before', async () => {
    const ruleset = { id: 'sha256:a', name: 'fujian', version: 1, overlay: 0, rules: 15 };
    events.rulesetInForce(ruleset);
    events.rulesetInForce({ ...ruleset, id: 'sha256:b', version: 2 });
    const series = (await exposed()).match(/^claimgate_ruleset_info\{.*$/gm);
    expect(series).toEqual(['claimgate_ruleset_info{id="sha256:b",name="fujian",version="2",overlay="0"} 1']);
  });

  test('readiness is a gauge, and one series per reason', async () => {
    events.readinessChanged(['starting', 'broker']);
    events.readinessChanged(['broker']);
    let text = await exposed();
    expect(text).toContain('claimgate_ready 0\n');
    expect(text.match(/^claimgate_not_ready\{.*$/gm)).toEqual(['claimgate_not_ready{reason="broker"} 1']);
    events.readinessChanged([]);
    text = await exposed();
    expect(text).toContain('claimgate_ready 1\n');
    expect(text).not.toContain('claimgate_not_ready{');
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
