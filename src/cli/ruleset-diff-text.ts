/** A diff of two rule sets as a person reads it. */
import { visible } from '../base/visible-text.js';
import type { ExceptionChange, Side } from '../ruleset/release/diff.js';
import type { Beside, DiffDocument, Replayed, ReplayPeriod } from '../ruleset/release/diff-document.js';
import type { ChangedKey, ChangedRule, RuleName } from '../ruleset/release/diff-rules.js';
import type { TableChange } from '../ruleset/release/diff-tables.js';
import { rowCounts, rowLines } from './row-lines.js';
import type { Screen, Style } from './terminal.js';
import { textWidth } from './text-width.js';
import { count, yuan } from './words.js';

/** A value that takes more columns stands in lines of its own. */
const shortValue = 60;

type Paint = Screen['paint'];

export function diffText(diff: DiffDocument, { paint }: Pick<Screen, 'paint'>): string {
  const { added, removed, changed, tables, exceptions, regions } = diff;
  const lines = [
    paint('bold', `${diff.before === null ? 'nothing' : sideText(diff.before)} → ${sideText(diff.after)}`),
    ...replayLines(diff),
    '',
    `rules: ${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...added.flatMap((rule) => ruleLines('+', 'green', rule, paint)),
    ...removed.flatMap((rule) => ruleLines('-', 'red', rule, paint)),
    ...changed.flatMap((rule) => changedRuleLines(rule, paint)),
    ...section(
      'tables',
      tables.flatMap((table) => tableLines(table, paint)),
    ),
    ...section(
      'exceptions',
      exceptions.flatMap((exception) => exceptionLines(exception, paint)),
    ),
    ...section(
      'code dictionaries, through which every rule reads',
      regions.map((region) => `  ${region}`),
    ),
  ];
  const isSame = added.length + removed.length + changed.length + tables.length + exceptions.length === 0;
  return [...lines, ...(isSame && regions.length === 0 ? ['nothing differs but the number'] : [])].join('\n');
}

function sideText({ name, version, asOf }: Side): string {
  return visible(`${name} version ${version} (knowledge up to ${asOf})`);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function replayLines({ replays }: DiffDocument): readonly string[] {
  const text = (which: string, replay: ReplayPeriod | null) =>
    replay === null
      ? []
      : [`${which} replayed ${replay.from} to ${replay.to}: ${count(replay.claims)} claims`];
  return [...text('before', replays.before), ...text('after ', replays.after)];
}

function ruleLines(mark: string, style: Style, rule: RuleName & Beside, paint: Paint): readonly string[] {
  return [paint(style, `${mark} ${rule.id}  ${visible(rule.title)}`), ...effectLines(rule)];
}

function changedRuleLines(rule: ChangedRule & Beside, paint: Paint): readonly string[] {
  const { keys, tables, exceptions } = rule;
  const through = [
    ...tables.map((table) => `table ${table}`),
    ...exceptions.map((name) => `exception ${name}`),
  ];
  return [
    ...ruleLines('~', 'yellow', rule, paint),
    ...keys.flatMap((key) => keyLines(key, paint)),
    ...(through.length === 0 ? [] : [`    through ${through.join(', ')}`]),
  ];
}

/** What replays have shown, where one is attached. */
function effectLines({ replayed: { before, after }, change }: Beside): readonly string[] {
  const shown = [replayedText('before', before), replayedText('after', after)].filter((text) => text !== '');
  const moved =
    change === null ? [] : [`+${count(change.gainedClaims)} and -${count(change.lostClaims)} claims`];
  const all = [...shown, ...moved];
  return all.length === 0 ? [] : [`    replayed ${all.join('; ')}`];
}

function replayedText(which: string, replayed: Replayed | null): string {
  if (replayed === null) return '';
  return `${which} ${replayed.hitsPer10000} of 10,000 claims, ${yuan(replayed.excessFen)} yuan`;
}

function keyLines({ key, before, after }: ChangedKey, paint: Paint): readonly string[] {
  return [`    ${key}`, ...betweenLines(before, after, '      ', paint)];
}

/** Short ones in a line, long ones below each other. */
function betweenLines(
  before: string | null,
  after: string | null,
  indent: string,
  paint: Paint,
): readonly string[] {
  const values = [before, after].map((value) => visible((value ?? '(absent)').replace(/\s+/g, ' ')));
  const [was = '', is = ''] = values;
  if (values.every((value) => textWidth(value) <= shortValue)) {
    return [`${indent}${paint('red', was)} → ${paint('green', is)}`];
  }
  return [`${indent}${paint('red', `- ${was}`)}`, `${indent}${paint('green', `+ ${is}`)}`];
}

function tableLines(change: TableChange, paint: Paint): readonly string[] {
  const { table, title, rowsBefore, rowsAfter, schemaChanged, waiting } = change;
  const told = [
    ...rowCounts(change),
    ...(schemaChanged ? ['its columns differ'] : []),
    ...(waiting > 0 ? [`${count(waiting)} wait for a later asOf`] : []),
  ];
  const sizes = `${count(rowsBefore)} → ${count(rowsAfter)} rows`;
  return [`  ${table}  ${visible(title)}: ${sizes}; ${told.join(', ')}`, ...rowLines(change, paint)];
}

function exceptionLines({ name, before, after }: ExceptionChange, paint: Paint): readonly string[] {
  return [`  ${name}`, ...betweenLines(before, after, '    ', paint)];
}
