/** What an import of official points changes, for whoever has to say yes to it. */
import { formatDay } from '../base/calendar.js';
import { monthBefore } from '../replay/period.js';
import type { TablePlan } from '../ruleset/knowledge/import-plan.js';
import { rowCounts, rowLines } from './row-lines.js';
import { openScreen } from './terminal.js';

export interface PlanSetting {
  /** Of each point that has ended: the point that ended it. */
  readonly endedBy: ReadonlyMap<string, string>;
  /** Day up to which the rule set knows; null: nobody says. */
  readonly asOf: string | null;
  readonly nowMs: number;
}

/** Empty where no row changes. */
export function planText(plans: readonly TablePlan[], setting: PlanSetting): readonly string[] {
  if (plans.length === 0) return [];
  const { paint } = openScreen();
  const { endedBy, asOf, nowMs } = setting;
  const newest =
    plans
      .map(({ newestDay }) => newestDay ?? '')
      .toSorted()
      .at(-1) ?? '';
  const { from, to } = monthBefore(nowMs);
  return [
    '',
    'what differs from the tables that are there:',
    ...plans.flatMap((plan) => [
      `  ${plan.table}: ${rowCounts(plan).join(', ')}`,
      ...rowLines(plan, paint, endedBy),
    ]),
    '',
    ...(asOf !== null && newest > asOf
      ? [
          `new rows, and ends that come with them, count once ruleset.yaml says "asOf: ${newest}" (now ${asOf})`,
        ]
      : []),
    `what it would change in the claims from ${formatDay(from)} to ${formatDay(to)}: --effect`,
    '',
  ];
}
