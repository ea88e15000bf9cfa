/**
 * The judge: what the official points say about a claim, worked out the slow way. Every payable line is held against
 * every row; no index, no plan, no generated code. It shares nothing with the compiler but the tables.
 */
import type { Answer, Found, Judgement, Open, Verdict } from './judgement.js';
import type { NativeClaim } from './native-claim.js';
import { type PayableLine, payableLines } from './payable.js';
import { judgePair, judgePiecesAlone, judgeSurgery } from './several-items.js';
import { judgeFrequency, judgeLine, lineClasses, neverDecided } from './single-items.js';
import type { Row } from './tables.js';

/** Judges one claim by all rows. Findings that name the same point and lines are one. */
export function judge(claim: NativeClaim, rows: readonly Row[]): Judgement {
  const lines = payableLines(claim);
  const touching = rows.filter((row) => lines.some((line) => row.has.has(line.code)));
  const answers = [
    ...touching.flatMap((row) => judgeRow(row, claim, lines, touching)),
    ...judgeSurgery(claim, lines, touching),
    ...judgePiecesAlone(claim, lines, touching),
  ];
  const found = answers.filter((answer): answer is Found => 'point' in answer);
  const open = answers.filter((answer): answer is Open => !('point' in answer));
  return { found: distinct(found), open: distinct(open) };
}

function judgeRow(
  row: Row,
  claim: NativeClaim,
  lines: readonly PayableLine[],
  rows: readonly Row[],
): readonly Answer[] {
  if (row.table === 'included_items') return judgePair(row, claim, lines, rows);
  if (row.table === 'frequency_items') return judgeFrequency(row, claim, lines);
  if (neverDecided.has(row.table)) return judgeLines(row, claim, lines, () => 'unknown');
  const decide = lineClasses[row.table];
  if (decide === undefined) return [];
  return judgeLines(row, claim, lines, (line) => decide(row, claim, line));
}

function judgeLines(
  row: Row,
  claim: NativeClaim,
  lines: readonly PayableLine[],
  decide: (line: PayableLine) => Verdict,
): readonly Answer[] {
  return lines.flatMap((line) => judgeLine(row, claim, line, decide));
}

function distinct<T extends object>(items: readonly T[]): readonly T[] {
  const seen = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...seen.keys()].sort().map((key) => seen.get(key) as T);
}
