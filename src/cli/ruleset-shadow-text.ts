/** What a node has seen of the version that is tried, for a person. */

import { visible } from '../base/visible-text.js';
import type { ReportedFigures, ShadowReport } from '../shadow/report.js';
import type { Sides } from '../shadow/tally.js';
import { padded } from './text-width.js';
import { count } from './words.js';

export function shadowText({ state, problem, order, figures }: ShadowReport): string {
  if (order === null) return 'no version is tried';
  const said = problem === null ? states[state] : `${states[state]}: ${problem}`;
  const head = `version ${order.version} ${said} (order ${order.serial}, ${order.signer.name}: ${order.reason})`;
  return figures === null ? visible(head) : [visible(head), ...figuresLines(figures)].join('\n');
}

const states: Readonly<Record<ShadowReport['state'], string>> = {
  none: '',
  preparing: 'is being prepared',
  comparing: 'is tried on this node',
  ended: 'is not tried on this node any more',
  refused: 'is refused on this node',
  unreachable: 'waits for the broker',
};

function figuresLines(figures: ReportedFigures): readonly string[] {
  const { since, seen, compared, dropped, changed, failed, milliseconds, scenes, rules } = figures;
  const left = `${dropped.busy} for want of time, ${dropped.large} as too large, ${dropped.stale} of another version`;
  const factor =
    milliseconds.live === 0 ? '' : `, in ${ratio(milliseconds)} times the time of the one in force`;
  const failures = failed === 0 ? [] : [`it could not judge ${count(failed)} of them`];
  return [
    `since ${since}: ${count(compared)} of ${count(seen)} claims compared${factor}; left out: ${left}`,
    `${count(changed)} have another status; figures of this node alone`,
    ...failures,
    ...table(sceneHeading, scenes.map(sceneCells)),
    ...table(ruleHeading, rules.map(ruleCells)),
  ];
}

const sceneHeading = ['scene', 'claims', 'alerts of 10,000', 'holds of 10,000', 'changed', 'gained', 'lost'];
const ruleHeading = ['rule', 'findings', 'claims of 10,000', 'gained', 'lost', 'other effect'];

function sceneCells(scene: ReportedFigures['scenes'][number]): readonly string[] {
  const { claims, per10000, changed, gained, lost } = scene;
  const shares = [both(per10000.alerts), both(per10000.holds)];
  return [scene.scene, count(claims), ...shares, count(changed), count(gained), count(lost)];
}

function ruleCells(rule: ReportedFigures['rules'][number]): readonly string[] {
  const { findings, per10000, gained, lost, otherEffect } = rule;
  const shares = [both(findings), both(per10000.claims)];
  return [rule.rule, ...shares, count(gained), count(lost), count(otherEffect)];
}

/** In force first. */
function both({ live, candidate }: Sides): string {
  return live === candidate ? number(live) : `${number(live)} → ${number(candidate)}`;
}

function number(value: number): string {
  return Number.isInteger(value) ? count(value) : value.toFixed(1);
}

function ratio({ live, candidate }: Sides): string {
  return (candidate / live).toFixed(2);
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const widths = heading.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => [...(row[i] ?? '')].length)),
  );
  const lines = [heading, ...rows].map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return ['', ...lines];
}
