/** A decision explained to a person: what was found, what could not be judged, what was wrong with the data. */
import Table from 'cli-table3';
import type { Claim, DataQualityNote } from '../claim/claim.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import type { Decision, Finding, NotEvaluated } from '../decision/decision.js';
import type { Screen } from './terminal.js';
import { fitted, wrapped } from './text-width.js';
import { effectWords, gapWords, notScreenedWords, severityWords, statusWords, yuan } from './words.js';

export interface Explained {
  readonly decision: Decision;
  /** Null where the message could not be read. */
  readonly claim: Claim | null;
  readonly format: WireFormat;
  /** How to appeal, by rule; absent: nobody says. */
  readonly appeals?: ReadonlyMap<string, string>;
}

/** The whole explanation, ready to print. */
export function explain(screen: Screen, explained: Explained): string {
  const { decision, claim } = explained;
  const parts = [
    header(screen, explained),
    decision.findings.length > 0 ? findingsTable(screen, decision.findings, claim) : '',
    appeals(screen, explained),
    coverage(screen, decision),
    claim === null ? '' : notes(screen, claim.notes),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const sceneWords: Readonly<Record<number, string>> = {
  1: '门诊挂号',
  2: '门诊收费登记',
  3: '住院登记',
  4: '住院收费登记',
  5: '住院执行医嘱',
  6: '门诊结算',
  7: '门诊预结算',
  8: '住院结算',
  9: '住院预结算',
  10: '购药划卡',
};

function header(screen: Screen, { decision, claim, format }: Explained): string {
  const { style, words } = statusWords[decision.status];
  const name = screen.paint('bold', decision.claimId ?? decision.eventId ?? '(no id)');
  const lines = [`claim    ${name}`];
  if (claim !== null) lines.push(`         ${claimFacts(claim, format)}`);
  lines.push(`status   ${screen.paint(style, decision.status)} ${words}`);
  if (decision.cause !== null) lines.push(`cause    ${decision.cause}: ${notScreenedWords[decision.cause]}`);
  if (decision.detail !== null) lines.push(`         ${decision.detail}`);
  if (decision.findings.length > 0)
    lines.push(`excess   ¥${yuan(decision.excessFen)}, the same money counted once`);
  if (decision.ruleset !== null) {
    const { name: title, version, id } = decision.ruleset;
    lines.push(`rules    ${title} version ${version}, ${id.slice(0, 19)}…`);
  }
  return lines.join('\n');
}

function claimFacts(claim: Claim, format: WireFormat): string {
  const payable = claim.lines.filter((line) => line.payable);
  const totalFen = payable.reduce((sum, line) => sum + (line.netAmountFen ?? 0), 0);
  const left = claim.lines.length - payable.length;
  return [
    format,
    claim.kind,
    claim.scene === null ? 'scene unknown' : `scene ${claim.scene} ${sceneWords[claim.scene] ?? ''}`,
    claim.encounter.type ?? 'encounter type unknown',
    `${payable.length} lines of ¥${yuan(totalFen)}${left > 0 ? ` (${left} refunded or self-paid, not judged)` : ''}`,
  ].join(' · ');
}

/** Widths that the columns keep; the message takes what is left. */
const widths = { rule: 24, severity: 10, effect: 12, lines: 30, excess: 12, basis: 22 } as const;
const wholeTable = 160;

/** Seven columns where the terminal has room for them, else four with several things in each. */
function findingsTable(screen: Screen, findings: readonly Finding[], claim: Claim | null): string {
  const names = new Map(claim?.lines.map((line) => [line.id, line.itemName ?? line.itemCode ?? '']) ?? []);
  return screen.columns >= wholeTable
    ? wideTable(screen.columns, findings, names)
    : narrowTable(Math.max(80, screen.columns), findings, names);
}

type Names = ReadonlyMap<string, string>;

function wideTable(columns: number, findings: readonly Finding[], names: Names): string {
  const fixed = Object.values(widths).reduce((sum, width) => sum + width, 0);
  const message = Math.min(columns, 200) - fixed - bordersOf(7);
  const table = emptyTable(['rule', 'severity', 'effect', 'lines', 'excess ¥', 'message', 'basis'], 4);
  for (const finding of findings) {
    table.push([
      cell(`${finding.title}\n${finding.rule}`, widths.rule),
      cell(severityWords[finding.severity], widths.severity),
      cell(effectWords[finding.effect], widths.effect),
      cell(lineWords(finding, names), widths.lines),
      yuan(finding.excessFen),
      cell(finding.message, message),
      cell(basisWords(finding), widths.basis),
    ]);
  }
  return table.toString();
}

function narrowTable(columns: number, findings: readonly Finding[], names: Names): string {
  const rule = 21;
  const room = columns - rule - widths.excess - bordersOf(4);
  const lines = Math.floor(room * 0.45);
  const table = emptyTable(['rule', 'lines', 'excess ¥', 'message and basis'], 2);
  for (const finding of findings) {
    const { title, severity, effect } = finding;
    table.push([
      cell(`${title}\n${finding.rule}\n${severityWords[severity]}\n${effectWords[effect]}`, rule),
      cell(lineWords(finding, names, lines), lines),
      yuan(finding.excessFen),
      cell(`${finding.message}\n${basisWords(finding)}`, room - lines),
    ]);
  }
  return table.toString();
}

/** A rule between any two columns and at both ends, and a blank on either side of each cell. */
function bordersOf(columns: number): number {
  return columns + 1 + columns * 2;
}

function emptyTable(head: string[], numberColumn: number): Table.Table {
  const colAligns = head.map((_, i) => (i === numberColumn ? 'right' : 'left'));
  return new Table({ head, style: { head: [], border: [] }, colAligns });
}

function cell(text: string, columns: number): string {
  return wrapped(text, columns).join('\n');
}

const shownLines = 6;

function lineWords(finding: Finding, names: Names, columns: number = widths.lines): string {
  const shown = finding.lines.slice(0, shownLines).map(({ id, role }) => {
    const mark = role === 'violating' ? '●' : '○';
    return `${mark} ${fitted(`${id} ${names.get(id) ?? ''}`.trim(), columns - 2)}`;
  });
  const more = finding.lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}

function basisWords({ basis }: Finding): string {
  const batch = basis.batch === null ? '' : `\n第${basis.batch}批`;
  const point = basis.point === null ? '' : `\n${basis.point}`;
  return `${basis.document}${batch}${point}`;
}

/** Most rules say the same, which then stands once. */
function appeals(screen: Screen, { decision, appeals: all }: Explained): string {
  const rules = [...new Set(decision.findings.map(({ rule }) => rule))];
  const byWords = new Map<string, readonly string[]>();
  for (const rule of rules) {
    const words = all?.get(rule);
    if (words !== undefined) byWords.set(words, [...(byWords.get(words) ?? []), rule]);
  }
  const lines = [...byWords].map(([words, own]) =>
    own.length === rules.length ? `  ${words}` : `  ${own.join(', ')}: ${words}`,
  );
  return lines.length === 0 ? '' : [screen.paint('dim', 'how to appeal'), ...lines].join('\n');
}

function coverage(screen: Screen, { coverage: covered, status }: Decision): string {
  if (status === 'not_screened') return '';
  if (covered.complete) return 'coverage complete: every rule that applies was decided';
  const head = `coverage ${screen.paint('cyan', 'incomplete')}: ${gaps(covered.notEvaluated)}`;
  return [head, ...covered.notEvaluated.map(gapLine)].join('\n');
}

function gaps(all: readonly NotEvaluated[]): string {
  const rules = new Set(all.map(({ rule }) => rule)).size;
  if (rules === 0) return 'the claim holds no lines to judge';
  return rules === 1 ? 'one rule could not be decided' : `${rules} rules could not be decided`;
}

function gapLine({ rule, cause, facts, lines }: NotEvaluated): string {
  // For history the cause says it all; a list or a missing fact has a name that a person can act on.
  const named = cause === 'history' || facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const where = lines.length === 0 ? '' : ` · ${lineList(lines)}`;
  return `  ${rule}: ${gapWords[cause]}${named}${where}`;
}

function lineList(ids: readonly string[]): string {
  const shown = ids.slice(0, shownLines).join(', ');
  return ids.length > shownLines ? `lines ${shown} and ${ids.length - shownLines} more` : `lines ${shown}`;
}

const problemWords: Readonly<Record<DataQualityNote['problem'], string>> = {
  malformed: 'not in a form that can be read; taken as unknown',
  placeholder: 'a placeholder, taken as unknown',
  'unknown-code': 'a code of no national shape or dictionary',
  repaired: 'repaired while reading',
  missing: 'missing',
  conflict: 'contradicts something else in the claim',
};

/** Notes on the same field and problem stand on one line, however many lines of the claim they touch. */
function notes(screen: Screen, all: readonly DataQualityNote[]): string {
  if (all.length === 0) return 'data quality: nothing to note';
  const groups = new Map<string, { readonly problem: DataQualityNote['problem']; lines: string[] }>();
  for (const { field, problem, line } of all) {
    const key = `${field}: ${problemWords[problem]}`;
    const group = groups.get(key) ?? { problem, lines: [] };
    if (line !== null) group.lines.push(line);
    groups.set(key, group);
  }
  const lines = [...groups].map(([key, group]) => {
    const where = group.lines.length === 0 ? '' : ` · ${lineList(group.lines)}`;
    return `  ${key}${where}`;
  });
  return [screen.paint('dim', 'data quality (never a violation)'), ...lines].join('\n');
}
