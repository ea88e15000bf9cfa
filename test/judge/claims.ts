/** Generated claims for every point: one that must be found, some that must not, and the days around its end. */
import { draftClaim, draftLine, refundOf, settleScene, sometime } from './drafts.js';
import type { NativeClaim, NativeLine } from './native-claim.js';
import type { Random } from './random.js';
import { type Recipe, recipes, type Stage } from './recipes.js';
import { neverDecided } from './single-items.js';
import type { Row } from './tables.js';

export type CaseKind = 'hit' | 'miss' | 'before end' | 'after end' | 'unknown';

export interface Case {
  readonly kind: CaseKind;
  readonly row: Row;
  /** What makes it what it is, for the failure's text. */
  readonly how: string;
  readonly claim: NativeClaim;
  /** What must come out by construction; `not found`: this point is not, another of its table may well be. */
  readonly expected: 'found' | 'open' | 'not found' | 'neither';
  /** The lines that a hit blames, finding by finding. */
  readonly blamed: readonly (readonly string[])[];
}

/** Tables of points, as against registers and local exemptions. */
export function isPoint(row: Row): boolean {
  return Object.hasOwn(recipes, row.table);
}

/** History or a list that is still to be written would have to decide. */
export function cannotBeDecided(row: Row): boolean {
  return neverDecided.has(row.table) || row.cells['firstOnly'] === 'true';
}

/** All cases of one point; `code` is the one of its codes whose turn it is. */
export function casesOf(row: Row, code: string, rows: readonly Row[], random: Random): readonly Case[] {
  const recipe = recipes[row.table] as Recipe;
  const make = caseMaker(row, code, rows, random, recipe);
  const hit = cannotBeDecided(row) ? 'unknown' : 'hit';
  const ended = row.validTo !== Number.POSITIVE_INFINITY;
  return [
    make(hit, 'somewhere in its time', somewhere(row, random), () => {}),
    make(hit, 'on its first day', row.validFrom, () => {}),
    make('miss', 'the day before its first', row.validFrom - 1, () => {}),
    make('miss', 'refunded', somewhere(row, random), refundAll),
    make('miss', 'self-paid', somewhere(row, random), selfPayAll),
    ...(ended ? [make('before end', 'on its last day', row.validTo - 1, () => {})] : []),
    ...(ended ? [make('after end', 'on its end date', row.validTo, () => {})] : []),
    ...Object.entries(recipe.misses).map(([how, change]) =>
      make('miss', how, somewhere(row, random), change),
    ),
    ...Object.entries(recipe.unknowns).map(([how, change]) =>
      make('unknown', how, somewhere(row, random), change),
    ),
  ];
}

type Change = (stage: Stage, blamed: readonly NativeLine[]) => void;

function caseMaker(row: Row, code: string, rows: readonly Row[], random: Random, recipe: Recipe) {
  const peers = rows.filter((other) => other.table === row.table);
  return (kind: CaseKind, how: string, day: number, change: Change): Case => {
    const claim = draftClaim(random, day);
    const inTime = peers.filter((other) => other.validFrom <= day && day < other.validTo);
    const partners = inTime.length > 0 ? inTime : peers;
    const stage: Stage = { random, row, rows: partners, claim, code, day };
    const lines = recipe.hit(stage);
    change(
      stage,
      claim.lines.filter((line) => lines.includes(line.id)),
    );
    settleScene(stage);
    const inForce = row.validFrom <= day && day < row.validTo;
    return {
      kind,
      row,
      how,
      claim,
      expected: inForce ? expectation(kind, row) : 'not found',
      blamed: [lines],
    };
  };
}

function expectation(kind: CaseKind, row: Row): Case['expected'] {
  if (kind === 'miss') return 'neither';
  return kind === 'unknown' || cannotBeDecided(row) ? 'open' : 'found';
}

/** Some day of the row's time, within its first two months. */
function somewhere(row: Row, random: Random): number {
  return random.whole(row.validFrom, Math.min(row.validTo - 1, row.validFrom + 60));
}

const refundAll: Change = ({ claim }, blamed) => {
  claim.lines = claim.lines.filter((line) => line.reverses === null);
  for (const line of blamed) claim.lines.push(refundOf(line, line.quantity));
};

const selfPayAll: Change = (_stage, blamed) => {
  for (const line of blamed) line.selfPaid = true;
};

/** A hit for every code of every point, many codes of one point in one claim. */
export function walkCodes(rows: readonly Row[], random: Random): readonly Case[] {
  return rows
    .filter(isPoint)
    .flatMap((row) => chunks(row.codes, 40).map((codes) => hitAll(row, codes, rows, random)));
}

function hitAll(row: Row, codes: readonly string[], rows: readonly Row[], random: Random): Case {
  const day = somewhere(row, random);
  const claim = draftClaim(random, day);
  const stages = codes.map((code): Stage => ({ random, row, rows, claim, code, day }));
  const blamed = stages.map((stage) => (recipes[row.table] as Recipe).hit(stage));
  settleScene({ random, claim });
  return { kind: 'hit', row, how: 'all codes', claim, expected: expectation('hit', row), blamed };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return items.flatMap((_item, i) => (i % size === 0 ? [items.slice(i, i + size)] : []));
}

/** A claim with the codes of a point that was left out, on a patient of either sex and any age. */
export function leftOutClaims(row: Row, random: Random): readonly NativeClaim[] {
  return ['female', 'male'].flatMap((sex) =>
    ['2026-01-20', '1950-05-05'].map((birthDate) => {
      const claim = draftClaim(random, row.validFrom + 200);
      claim.patient.sex = sex;
      claim.patient.birthDate = birthDate;
      claim.lines = row.codes.map((code, i) =>
        draftLine(random, `L${i + 1}`, code, sometime(random, row.validFrom + 200)),
      );
      return claim;
    }),
  );
}
