/**
 * What one decision can carry: what a screen shows and a message holds. A decision that the broker does not take would
 * hold up all that come after it, and every node has to make the same bytes of the same claim. So the bounds ask no
 * broker: they follow from the smallest one that is accepted.
 */
import { leastPayloadBytes, messageHeadroomBytes } from '../base/broker-limits.js';
import type { Effect, Finding, NotEvaluated, Severity } from './decision.js';

const bytes = leastPayloadBytes - messageHeadroomBytes;
/** Beside findings and what was not evaluated: ids, the rule set, and 1,400 ids of findings that are retracted. */
const retractsBytes = 48 * 1024;
const restBytes = 16 * 1024;

/** What is cut is said in `detail`. */
export const decisionLimits = {
  findings: 500,
  linesPerEntry: 500,
  /** Of a message: a decision, a receipt, an answer in any encoding. */
  bytes,
  /** Of findings and of what was not evaluated, as JSON. */
  listBytes: bytes - retractsBytes - restBytes,
  /** Of `retracts` in a decision, and in a receipt, which holds little else. */
  retractsBytes,
  receiptRetractsBytes: bytes - restBytes,
} as const;

export interface Shown {
  /** In the order they came. */
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  /** Sentences on what is left out. */
  readonly said: readonly string[];
}

/** Of findings the gravest, in at most `listBytes`; of what was not evaluated as much as fits beside them. */
export function shownOf(
  findings: readonly Finding[],
  notEvaluated: readonly NotEvaluated[],
  listBytes: number,
): Shown {
  const few = gravest(findings, decisionLimits.findings).map(cutFinding);
  const shown = fitting({ findings: few, notEvaluated: notEvaluated.map(cutEntry) }, listBytes);
  const said: string[] = [];
  const [count, gaps] = [shown.findings.length, shown.notEvaluated.length];
  if (count < findings.length) said.push(`Shows ${count} of ${findings.length} findings.`);
  if (gaps < notEvaluated.length)
    said.push(`Shows ${gaps} of ${notEvaluated.length} entries of what was not evaluated.`);
  if (areLong(findings) || areLong(notEvaluated)) {
    const whole = new Set<unknown>([...findings, ...notEvaluated]);
    const areCut = [...shown.findings, ...shown.notEvaluated].some((one) => !whole.has(one));
    if (areCut) said.push(`Shows the first ${decisionLimits.linesPerEntry} lines of each entry.`);
  }
  return { findings: shown.findings, notEvaluated: shown.notEvaluated, said };
}

/** `retracts` as far as it fits into so many bytes, with a sentence where it does not; else null. */
export function cutRetracts(
  retracts: readonly string[],
  mostBytes: number,
): { readonly retracts: readonly string[]; readonly said: string | null } {
  const units = retracts.reduce((sum, id) => sum + id.length + beside.text, 0);
  const count = units * unitBytes <= mostBytes ? retracts.length : countFitting(retracts, mostBytes);
  if (count === retracts.length) return { retracts, said: null };
  const said = `Names ${count} of ${retracts.length} retracted findings.`;
  return { retracts: retracts.slice(0, count), said };
}

/** One text of several; null where there is none. */
export function sentences(...parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null);
  return said.length === 0 ? null : said.join(' ');
}

const areLong = (list: readonly { readonly lines: readonly unknown[] }[]) =>
  list.some(({ lines }) => lines.length > decisionLimits.linesPerEntry);

const effectWeight: Readonly<Record<Effect, number>> = { hold: 3, justify: 2, remind: 1, record: 0 };
const severityWeight: Readonly<Record<Severity, number>> = {
  definite: 2,
  highly_suspicious: 1,
  suspicious: 0,
};

function byGravity(a: Finding, b: Finding): number {
  const byEffect = effectWeight[b.effect] - effectWeight[a.effect];
  return byEffect === 0 ? severityWeight[b.severity] - severityWeight[a.severity] : byEffect;
}

/** As many, in the order they came. */
function gravest(findings: readonly Finding[], count: number): readonly Finding[] {
  if (findings.length <= count) return findings;
  const kept = new Set(findings.toSorted(byGravity).slice(0, count));
  return findings.filter((finding) => kept.has(finding));
}

function cutFinding(finding: Finding): Finding {
  if (finding.lines.length <= decisionLimits.linesPerEntry) return finding;
  const violatingFirst = finding.lines.toSorted(
    (a, b) => Number(a.role === 'involved') - Number(b.role === 'involved'),
  );
  return { ...finding, lines: violatingFirst.slice(0, decisionLimits.linesPerEntry) };
}

function cutEntry(entry: NotEvaluated): NotEvaluated {
  if (entry.lines.length <= decisionLimits.linesPerEntry) return entry;
  return { ...entry, lines: entry.lines.slice(0, decisionLimits.linesPerEntry) };
}

type Lists = Pick<Shown, 'findings' | 'notEvaluated'>;

function fitting(lists: Lists, listBytes: number): Lists {
  const { findings, notEvaluated } = lists;
  // Nearly all decisions are small: then nothing is written just to be measured.
  if (most(findings, unitsOfFinding) + most(notEvaluated, unitsOfEntry) <= listBytes) return lists;
  const gapBytes = notEvaluated.reduce((sum, entry) => sum + sizeOf(entry), 0);
  const graveFirst = findings.toSorted(byGravity);
  const count = countFitting(graveFirst, Math.max(listBytes - gapBytes, listBytes * 0.75));
  const kept = gravest(findings, count);
  const left = listBytes - kept.reduce((sum, finding) => sum + sizeOf(finding), 0);
  return { findings: kept, notEvaluated: notEvaluated.slice(0, countFitting(notEvaluated, left)) };
}

/** How many, from the first on, fit into so many bytes as elements of a JSON list. */
function countFitting(list: readonly unknown[], mostBytes: number): number {
  let left = mostBytes;
  for (const [i, one] of list.entries()) {
    left -= sizeOf(one);
    if (left < 0) return i;
  }
  return list.length;
}

/** With the comma behind it. */
function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}

/** What a UTF-16 unit takes in JSON at the most: an escape. */
const unitBytes = 6;
/** Keys, numbers and words of closed lists, in units. */
const beside = { finding: 64, entry: 24, line: 6, text: 1, fact: 6 } as const;

/** Bytes of a list, at the most. */
function most<Item>(list: readonly Item[], unitsOf: (item: Item) => number): number {
  let units = 0;
  for (const item of list) units += unitsOf(item);
  return units * unitBytes;
}

function unitsOfFinding(finding: Finding): number {
  const { findingId, rule, title, national, lines, message, basis, facts } = finding;
  let units = beside.finding + findingId.length + rule.length + title.length + message.length;
  units += (national ?? '').length + basis.document.length + (basis.point ?? '').length;
  for (const { id } of lines) units += beside.line + id.length;
  for (const [name, value] of Object.entries(facts))
    units += beside.fact + name.length + (typeof value === 'string' ? value.length : 0);
  return units;
}

function unitsOfEntry({ rule, facts, lines }: NotEvaluated): number {
  let units = beside.entry + rule.length;
  for (const fact of facts) units += beside.text + fact.length;
  for (const line of lines) units += beside.text + line.length;
  return units;
}
