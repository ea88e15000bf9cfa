/** Every PromQL expression that we ship, with the place it stands in, and the metrics and labels that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { deployFolder } from './nats-fixture.js';

export interface Expression {
  /** `alerts: ClaimgateDown`, `dashboard: Queue`. */
  readonly place: string;
  readonly promql: string;
  /** Label names that the legend shows; they must survive the aggregation. */
  readonly legend: readonly string[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly templating: { readonly list: readonly Variable[] };
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
  readonly current: { readonly value: unknown };
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export function readDeployed(path: string): string {
  return readFileSync(join(deployFolder, path), 'utf8');
}

export function readDashboard(): Dashboard {
  return JSON.parse(readDeployed('grafana/dashboards/claimgate.json')) as Dashboard;
}

export function readAlerts(): readonly Alert[] {
  const { groups } = parse(readDeployed('prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] };
  return groups.flatMap((group) => group.rules);
}

/** All of them; Grafana's variables replaced by values, as Grafana does before it asks. */
export function shippedExpressions(window: string): readonly Expression[] {
  return [...alertExpressions(), ...dashboardExpressions()].map((expression) => ({
    ...expression,
    promql: expression.promql
      .replaceAll('$instance', '.*')
      .replaceAll('$__rate_interval', window)
      .replaceAll('$__range', window),
  }));
}

function alertExpressions(): Expression[] {
  return readAlerts().map(({ alert, expr, annotations }) => {
    const used = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
    return { place: `alerts: ${alert}`, promql: expr, legend: used.map((match) => match[1]!) };
  });
}

function dashboardExpressions(): Expression[] {
  const { panels, annotations } = readDashboard();
  const shown = panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr, legendFormat }) => ({
      place: `dashboard: ${panel.title}`,
      promql: expr,
      legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!),
    })),
  );
  const marks = annotations.list.flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ place: `dashboard: ${name}`, promql: expr, legend: [] }],
  );
  return [...shown, ...marks];
}

export interface Selector {
  readonly metric: string;
  /** Label name and the pattern asked for. */
  readonly matchers: readonly (readonly [string, string])[];
}

/** The metrics that an expression selects. PromQL's own words are followed by `(`, or stand among these. */
export function selectorsOf(promql: string): readonly Selector[] {
  const words = /\b(?:and|or|unless|by|without|on|ignoring|group_left|group_right|offset|bool)\b/;
  const bare = promql.replace(/\b(?:by|without|on|ignoring|group_left|group_right) *\([^)]*\)/g, ' ');
  const found = bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?(?!\s*\(|[\w:])/g);
  return [...found]
    .filter(([, name, braces]) => !words.test(name!) && (braces !== undefined || name!.includes('_')))
    .map(([, metric, braces]) => ({ metric: metric!, matchers: matchersOf(braces ?? '') }));
}

/** The labels that an expression groups or matches by. */
export function groupingsOf(promql: string): readonly string[] {
  const groupings = promql.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right) *\(([^)]*)\)/g);
  return [...groupings].flatMap((match) => match[1]!.split(/\s*,\s*/)).filter((label) => label !== '');
}

function matchersOf(braces: string): [string, string][] {
  return [...braces.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g)].map((match) => [match[1]!, match[2]!]);
}
