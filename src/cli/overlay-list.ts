/** `claimgate overlay list`: what is switched off, snoozed and braked, by whom and why. */
import { systemClock } from '../base/clock.js';
import { visible } from '../base/visible-text.js';
import { placeText } from '../ruleset/overlay/change-overlay.js';
import { type OverlayDocument, overlayDocument } from '../ruleset/overlay/overlay-document.js';
import { folderRules } from './folder-rules.js';
import { refuseRelease, withDesk } from './ruleset-desk.js';
import { openScreen } from './terminal.js';
import { padded, textWidth } from './text-width.js';

export async function runOverlayList({
  audit,
  json,
}: {
  readonly audit: boolean;
  readonly json: boolean;
}): Promise<void> {
  await withDesk(async (desk) => {
    const read = await overlayDocument(desk, systemClock.wallMs(), folderRules);
    if (!read.ok) return refuseRelease(read.error);
    if (json) return console.log(JSON.stringify(read.value, null, 2));
    const screen = openScreen();
    for (const { heading, rows } of sections(read.value)) {
      screen.say(screen.paint('bold', heading));
      for (const line of inColumns(rows.map((cells) => cells.map(visible)))) screen.say(`  ${line}`);
    }
    screen.say(visible(headText(read.value)));
    if (audit) for (const line of auditLines(read.value)) screen.say(visible(line));
  });
}

interface Section {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
}

function sections({ switches, snoozes, brakes }: OverlayDocument): readonly Section[] {
  const all: readonly Section[] = [
    {
      heading: 'switched off: as if they did not apply',
      rows: switches.map((one) => [killText(one), placeText(one), ...authorCells(one)]),
    },
    {
      heading: 'snoozed: findings are kept and not shown',
      rows: snoozes.map((one) => [one.rule, placeText(one), untilText(one), ...authorCells(one)]),
    },
    {
      heading: 'braked: findings are kept and not shown',
      rows: brakes.flatMap((brake) =>
        brake.rules.map((rule) => [
          rule,
          `version ${brake.version}${exemption(rule, brake)}`,
          `scene ${brake.scene}`,
          ...authorCells(brake),
        ]),
      ),
    },
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** A word is told with the rules that it stops now. */
function killText({ rule, stops }: OverlayDocument['switches'][number]): string {
  if (stops === null || (stops.length === 1 && stops[0] === rule)) return rule;
  return `${rule} (${stops.length === 0 ? 'no rule in force' : stops.join(', ')})`;
}

function exemption(rule: string, { released, ignored }: OverlayDocument['brakes'][number]): string {
  if (ignored.includes(rule)) return ', not believed';
  return released.includes(rule) ? ', taken off' : '';
}

function untilText({ until, isOver }: OverlayDocument['snoozes'][number]): string {
  return `${isOver ? 'over since' : 'until'} ${minute(until)}`;
}

type Authored = Pick<OverlayDocument['switches'][number], 'by' | 'at' | 'reason'>;

function authorCells({ by, at, reason }: Authored): readonly string[] {
  return [by, minute(at), reason];
}

function headText({ number, operator, changes }: OverlayDocument): string {
  if (number === 0) return 'no overlay: every rule stands as its version says';
  const believed = changes.flatMap((change) => ('refused' in change ? [] : [change]));
  const [before, last] = [believed.at(-2), believed.at(-1)];
  const isNodes = last !== undefined && serialOf(last) === serialOf(before);
  const node = isNodes ? `${brakeText(last.lastBrake)}; ` : '';
  const own = operator === null ? 'by nodes only' : `last by ${operator.by.name}: ${operator.reason}`;
  return `overlay ${number}, ${node}${isNodes && operator !== null ? 'of operators ' : ''}${own} (times are UTC)`;
}

function serialOf(change: { readonly operator: { readonly serial: number } | null } | undefined): number {
  return change?.operator?.serial ?? 0;
}

type BrakeMark = Pick<OverlayDocument['brakes'][number], 'version' | 'rules' | 'by'>;

function auditLines({ changes }: OverlayDocument): readonly string[] {
  let serialBefore = 0;
  return changes.map((change) => {
    const at = minute(change.storedAt);
    if ('refused' in change) return `${at}  not believed: ${change.refused.message}`;
    const { number, operator, lastBrake } = change;
    const isOperators = operator !== null && operator.serial !== serialBefore;
    serialBefore = operator?.serial ?? serialBefore;
    const what = isOperators ? `${operator.by.name}: ${operator.reason}` : brakeText(lastBrake);
    return `${at}  overlay ${number}, ${what}`;
  });
}

function brakeText(brake: BrakeMark | null): string {
  if (brake === null) return 'written again';
  return `${brake.by} has braked ${brake.rules.join(', ')} of version ${brake.version}`;
}

/** Each column as wide as its widest cell. */
function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => textWidth(row[i] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
