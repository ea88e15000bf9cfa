/** `claimgate knowledge import --effect`: what a batch would change in last month’s claims, before it is written. */
import { formatDay } from '../base/calendar.js';
import { type Clock, systemClock } from '../base/clock.js';
import { ok, type Result } from '../base/result.js';
import { monthBefore, type Period, readPeriod } from '../replay/period.js';
import type { Report, RuleFigures } from '../replay/report.js';
import { asIfInForce } from '../ruleset/knowledge/as-if-in-force.js';
import { refuse, settingsOrExit } from './exit.js';
import { batchOf } from './knowledge-folder.js';
import { replayClaims, sidesNamed } from './replay-sides.js';
import { folderSource, type RulesetName } from './ruleset-desk.js';
import { count, yuan } from './words.js';

export const effectHelp = `
--effect judges last month's claims with the rules and with the rules that know the batch, and shows the findings that
come and go. A batch counts from the day of its publication on, so it is taken to have been published when the
period began. Nothing is written. --against live compares with the version in force instead of the folder.`;

export interface EffectOptions {
  readonly folder: string;
  /** NDJSON; none: the stream CLAIMS. */
  readonly claims: readonly string[];
  readonly against?: RulesetName;
  readonly from?: string;
  readonly to?: string;
}

/** Says what there is to say, and sets the exit code where it cannot be measured. */
export async function showEffect(
  pointsPath: string,
  options: EffectOptions,
  clock: Clock = systemClock,
): Promise<void> {
  const period = periodOf(options, clock.wallMs());
  if (!period.ok) return refuse(period.error, 2);
  const { folder, against = { folder }, claims: files } = options;
  const source = await folderSource(folder);
  const batch = batchOf(pointsPath, folder, clock);
  if (!source.ok) return refuse(source.error, 1);
  if (!batch.ok) return refuse(batch.error.join('\n'), 1);
  const candidate = asIfInForce(source.value, batch.value, formatDay(period.value.from));
  if (!candidate.ok) return refuse(candidate.error, 1);
  const terms = { known: 'now', period: period.value } as const;
  const sides = await sidesNamed([{ source: candidate.value }, against], terms);
  if (sides === null) return;
  try {
    const report = await replayClaims(sides, { ...terms, files, settings: settingsOrExit() });
    if (report !== null) for (const line of effectText(report)) console.log(line);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), 1);
  }
}

function periodOf({ from, to }: EffectOptions, nowMs: number): Result<Period, string> {
  const usual = monthBefore(nowMs);
  if (from === undefined && to === undefined) return ok(usual);
  return readPeriod(from ?? formatDay(usual.from), to ?? formatDay(usual.to));
}

/** In order of the money, then of the findings that move. */
export function effectText({ claims, from, to, totals, rules }: Report): readonly string[] {
  const period = `from ${from} to ${to}`;
  if (claims === 0) {
    return [`no claim was judged ${period}: what the batch would change there is not known`];
  }
  const head = `${count(claims)} claims ${period}, as if the batch had been published on ${from}:`;
  const changed = rules.filter(({ change }) => change !== null && change.gained + change.lost > 0);
  if (changed.length === 0) return [head, '  nothing changes'];
  const [with_, without] = totals;
  const seen = `claims with findings ${count(without?.seen ?? 0)} → ${count(with_?.seen ?? 0)}`;
  const money = `money ${yuan(without?.excessFen ?? 0)} → ${yuan(with_?.excessFen ?? 0)} yuan`;
  const moved = ({ change }: RuleFigures) => (change?.gainedFen ?? 0) + (change?.lostFen ?? 0);
  const found = ({ change }: RuleFigures) => (change?.gained ?? 0) + (change?.lost ?? 0);
  const lines = changed.toSorted((a, b) => moved(b) - moved(a) || found(b) - found(a)).map(ruleLine);
  return [head, `  ${seen}, ${money}`, ...lines];
}

function ruleLine({ rule, title, change }: RuleFigures): string {
  if (change === null) return '';
  const side = (sign: string, findings: number, claims: number, fen: number) =>
    findings === 0
      ? []
      : [`${sign}${count(findings)} findings in ${count(claims)} claims, ${yuan(fen)} yuan`];
  const told = [
    ...side('+', change.gained, change.gainedClaims, change.gainedFen),
    ...side('−', change.lost, change.lostClaims, change.lostFen),
  ];
  return `  ${rule} ${title}: ${told.join('; ')}`;
}
