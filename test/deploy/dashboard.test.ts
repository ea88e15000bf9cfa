import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { metricTable } from '../../src/ops/metric-table.js';
import {
  groupingsOf,
  type Panel,
  readAlerts,
  readDashboard,
  readDeployed,
  selectorsOf,
  shippedExpressions,
} from './expressions.js';

const dashboard = readDashboard();
const shown = dashboard.panels.filter((panel) => panel.type !== 'row');

describe('the dashboard', () => {
  test('every panel says what it shows, in which unit', () => {
    for (const panel of shown) {
      expect(panel.title).not.toBe('');
      expect(panel.description?.length, panel.title).toBeGreaterThan(20);
      if (panel.type !== 'table' && panel.type !== 'heatmap') {
        expect(panel.fieldConfig?.defaults.unit, panel.title).toBeDefined();
      }
    }
  });

  test('panels have numbers of their own and cover neither each other nor the edge', () => {
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    for (const panel of dashboard.panels) {
      expect(panel.gridPos.x + panel.gridPos.w, panel.title).toBeLessThanOrEqual(24);
      const covered = dashboard.panels.filter((other) => other.id > panel.id && overlap(panel, other));
      expect(covered.map((other) => other.title)).toEqual([]);
    }
  });

  test('asks the data source that is provisioned, through its variable', () => {
    const { datasources } = parse(readDeployed('grafana/provisioning/datasources/prometheus.yaml')) as {
      datasources: { uid: string; type: string }[];
    };
    const variable = dashboard.templating.list.find(({ name }) => name === 'datasource');
    expect(datasources).toMatchObject([{ uid: variable?.current.value, type: 'prometheus' }]);
    const sources = readDeployed('grafana/dashboards/claimgate.json').matchAll(/"uid": "([^"]+)"/g);
    const uids = new Set([...sources].map((match) => match[1]));
    expect(uids).toEqual(new Set(['$datasource', '-- Grafana --', dashboard.uid]));
  });

  test('shows every metric that the service has, or an alert watches it', () => {
    const watched = new Set(
      shippedExpressions('1m').flatMap(({ promql }) => selectorsOf(promql).map(({ metric }) => metric)),
    );
    const unseen = Object.keys(metricTable).filter(
      (name) => !['', '_bucket', '_sum', '_count'].some((suffix) => watched.has(name + suffix)),
    );
    // Only for the embedded broker, which a deployment does not have.
    expect(unseen).toEqual(['claimgate_broker_restarts_total']);
  });
});

describe('the alerts', () => {
  test('every alert says what it means and what to do, and for whom', () => {
    for (const { alert, labels, annotations } of readAlerts()) {
      expect(Object.keys(annotations).sort(), alert).toEqual(['action', 'description', 'summary']);
      expect(['page', 'ticket'], alert).toContain(labels['severity']);
    }
  });

  test('every alert has a case in which it fires', () => {
    const cases = `${readCases('alerts.promtool.yml')}${readCases('alerts-week.promtool.yml')}`;
    const unproved = readAlerts().filter(({ alert }) => !cases.includes(`alertname="${alert}"`));
    expect(unproved).toEqual([]);
  });

  test('panels that an action sends the reader to exist', () => {
    const texts = readAlerts().flatMap(({ annotations }) => annotations['action'] ?? []);
    const named = texts.flatMap((text) => [...text.matchAll(/panel "([^"]+)"/g)].map((match) => match[1]!));
    expect(named.length).toBeGreaterThan(0);
    for (const name of named)
      expect(
        shown.some(({ title }) => title.startsWith(name)),
        name,
      ).toBe(true);
  });
});

describe('reading an expression', () => {
  test('finds metrics, matchers and groupings', () => {
    const promql =
      '1 - sum by (a, b) (rate(x_bucket{le="0.1"}[5m])) / on (c) group_left () y_total offset 1w > 2';
    expect(selectorsOf(promql)).toEqual([
      { metric: 'x_bucket', matchers: [['le', '0.1']] },
      { metric: 'y_total', matchers: [] },
    ]);
    expect(groupingsOf(promql)).toEqual(['a', 'b', 'c']);
  });
});

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function readCases(name: string): string {
  return readDeployed(`../test/deploy/${name}`);
}
