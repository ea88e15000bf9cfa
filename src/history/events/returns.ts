/**
 * What came back: sums by what a refund line names. Sums do not depend on the order of arrival, and a return may wait
 * here for the line that it takes from.
 */
import type { Line } from '../../claim/claim.js';
import { byText, inKeyOrder } from './packed-record.js';

/** What waits with one encounter or claim at most: as with held fees, the record is written whole with each message. */
export const waitingAtMost = { refunds: 20_000, characters: 4 * 1024 * 1024 } as const;

export interface Return {
  /** Line id that the refund names; null: none. */
  readonly line: string | null;
  /** The refund's item, which finds its lines where it names none of them. */
  readonly itemCode: string | null;
  /** Ten-thousandths of a unit, not negative. */
  readonly quantityE4: number;
  /** A refund that did not say how much cancels what it names. */
  readonly whole: boolean;
  /** Trace codes of what came back, where it lists them; ascending. */
  readonly codes: readonly string[];
  /** Id of the fee line that says so, where a settlement bills it later than what it takes from; else null. */
  readonly source: string | null;
}

export type Returns = ReadonlyMap<string, Return>;

/** What a line of a refund or return gives back. */
export function returnOf(line: Line): Return {
  const { quantityE4, traceCodes, reverses, itemCode } = line;
  return {
    line: reverses,
    itemCode,
    quantityE4: quantityE4 === null ? 0 : Math.abs(quantityE4),
    whole: quantityE4 === null,
    codes: [...new Set(traceCodes)].sort(byText),
    source: null,
  };
}

/** The returns with more of them. */
export function withReturns(returns: Returns, more: readonly Return[]): Returns {
  if (more.length === 0) return returns;
  const sums = new Map(returns);
  for (const back of more) {
    const key = keyOf(back);
    const before = sums.get(key);
    sums.set(key, before === undefined ? back : sumOf(before, back));
  }
  return sums;
}

/** Whether more would wait than may; what waits already, from an earlier version, may become less. */
export function overfills(before: Returns, after: Returns): boolean {
  if (after === before) return false;
  if (after.size > waitingAtMost.refunds && after.size > before.size) return true;
  const characters = charactersOf(after);
  return characters > waitingAtMost.characters && characters > charactersOf(before);
}

function charactersOf(returns: Returns): number {
  let sum = 0;
  for (const [key, { codes }] of returns) {
    sum += key.length;
    for (const code of codes) sum += code.length;
  }
  return sum;
}

function sumOf(a: Return, b: Return): Return {
  const codes = b.codes.length === 0 ? a.codes : [...new Set([...a.codes, ...b.codes])].sort(byText);
  // A fee line that is billed anew is one and the same.
  const sum = a.source === null ? a.quantityE4 + b.quantityE4 : Math.max(a.quantityE4, b.quantityE4);
  const quantityE4 = Math.min(sum, Number.MAX_SAFE_INTEGER);
  return { ...a, quantityE4, whole: a.whole || b.whole, codes };
}

const keyOf = ({ line, itemCode, source }: Pick<Return, 'line' | 'itemCode' | 'source'>) =>
  JSON.stringify(source === null ? [line, itemCode] : [line, itemCode, source]);

export type PackedReturn = [
  line: string | null,
  itemCode: string | null,
  quantityE4: number,
  whole: boolean,
  codes: readonly string[],
  source: string | null,
];

export function packReturns(returns: Returns): readonly PackedReturn[] {
  return inKeyOrder(returns).map(([, { line, itemCode, quantityE4, whole, codes, source }]) => [
    line,
    itemCode,
    quantityE4,
    whole,
    codes,
    source,
  ]);
}

export function unpackReturns(rows: readonly PackedReturn[]): Returns {
  return new Map(
    rows.map(([line, itemCode, quantityE4, whole, codes, source]) => [
      keyOf({ line, itemCode, source }),
      { line, itemCode, quantityE4, whole, codes, source },
    ]),
  );
}

/** Which returns take from these lines, and which still wait. */
export function matchReturns(
  returns: Returns,
  lines: Iterable<{
    readonly id: string;
    readonly itemCode: string | null;
    readonly traceCodes: readonly string[];
  }>,
): { readonly own: readonly Return[]; readonly rest: Returns } {
  if (returns.size === 0) return { own: [], rest: returns };
  const [ids, items, codes] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const line of lines) {
    ids.add(line.id);
    if (line.itemCode !== null) items.add(line.itemCode);
    for (const code of line.traceCodes) codes.add(code);
  }
  const isOwn = (back: Return) => {
    if (back.line !== null) return ids.has(back.line);
    if (back.itemCode !== null) return items.has(back.itemCode);
    return back.codes.some((code) => codes.has(code));
  };
  const entries = [...returns];
  return {
    own: entries.filter(([, back]) => isOwn(back)).map(([, back]) => back),
    rest: new Map(entries.filter(([, back]) => !isOwn(back))),
  };
}

/** The returns without those that fee lines of these ids say. */
export function withoutSources(returns: Returns, sources: ReadonlySet<string>): Returns {
  if (returns.size === 0 || sources.size === 0) return returns;
  return new Map([...returns].filter(([, { source }]) => source === null || !sources.has(source)));
}

/** Those that fee lines say: they outlive the claim that they take from. */
export function sourced(returns: Returns): readonly Return[] {
  return [...returns.values()].filter(({ source }) => source !== null);
}
