/**
 * The judge: what the official points say about a claim, worked out the slow way. Every payable line is held against
 * every row that has a code of the claim; no plan, no generated code. It shares nothing with the compiler but the tables.
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
  const touching = rowsWith(
    lines.map(({ code }) => code),
    rows,
  );
  const answers = [
    ...touching.flatMap((row) => judgeRow(row, claim, lines, touching)),
    ...judgeSurgery(claim, lines, touching),
    ...judgePiecesAlone(claim, lines, touching),
  ];
  const found = answers.filter((answer): answer is Found => 'point' in answer);
  const open = answers.filter((answer): answer is Open => !('point' in answer));
  return { found: distinct(found), open: distinct(open) };
}

/** Where each code stands, of the lists of rows that were judged by so far. */
const placesOf = new WeakMap<readonly Row[], ReadonlyMap<string, readonly number[]>>();

/** Those of the rows that have one of these codes, in their order. */
function rowsWith(codes: readonly string[], rows: readonly Row[]): readonly Row[] {
  let places = placesOf.get(rows);
  if (places === undefined) {
    const made = new Map<string, number[]>();
    for (const [i, row] of rows.entries()) {
      for (const code of row.has) {
        const known = made.get(code);
        if (known === undefined) made.set(code, [i]);
        else known.push(i);
      }
    }
    places = made;
    placesOf.set(rows, places);
  }
  const found = new Set(codes.flatMap((code) => places.get(code) ?? []));
  return [...found].sort((a, b) => a - b).map((i) => rows[i] as Row);
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
