/** Holds the product's answer against the judge's: findings exactly, what was left open table by table. */
import type { Finding, NotEvaluated } from '../../src/decision/decision.js';
import type { Found, Judgement } from './judgement.js';
import type { Row } from './tables.js';

/** What the product says to one claim. */
export interface ProductAnswer {
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
}

export class Agreement {
  readonly #tableOfPoint: ReadonlyMap<string, string>;
  /** Learnt from findings, and from claims that leave exactly one table open; a rule has one table. */
  readonly #tableOfRule = new Map<string, string>();

  constructor(rows: readonly Row[]) {
    this.#tableOfPoint = new Map(rows.map((row) => [row.point, row.table]));
  }

  /** The rules seen, each with its table. */
  get rules(): ReadonlyMap<string, string> {
    return this.#tableOfRule;
  }

  /** Every difference in one line each; empty where both say the same. */
  differences(answer: ProductAnswer, judgement: Judgement): readonly string[] {
    for (const finding of answer.findings) this.#learn(finding.rule, this.#tableOf(finding, judgement));
    return [
      ...findingDifferences(answer.findings, judgement.found),
      ...this.#openDifferences(answer, judgement),
    ];
  }

  #tableOf(finding: Finding, { found }: Judgement): string | undefined {
    const { point } = finding.basis;
    if (point !== null) return this.#tableOfPoint.get(point);
    return found.find((judged) => keyOf(judged.point, judged.lines) === keyOfFinding(finding))?.table;
  }

  #openDifferences(answer: ProductAnswer, judgement: Judgement): readonly string[] {
    const expected = judgement.open.map(({ table, line }) => `${table} ${line}`);
    const tables = new Set(judgement.open.map(({ table }) => table));
    const strangers = new Set(answer.notEvaluated.map(({ rule }) => rule));
    for (const rule of [...strangers]) {
      if (!this.#tableOfRule.has(rule)) continue;
      tables.delete(this.#tableOfRule.get(rule) as string);
      strangers.delete(rule);
    }
    if (tables.size === 1 && strangers.size === 1) this.#learn([...strangers][0] as string, [...tables][0]);
    const got = answer.notEvaluated.flatMap(({ rule, lines }) =>
      lines.map((line) => `${this.#tableOfRule.get(rule) ?? `rule ${rule}`} ${line}`),
    );
    // A line that stands in a finding of the class is judged, whether or not it is listed as open besides.
    const judged = judgement.found.flatMap(({ table, lines }) => lines.map((line) => `${table} ${line}`));
    return [
      ...without(expected, got).map((text) => `not left open: ${text}`),
      ...without(got, [...expected, ...judged]).map((text) => `left open: ${text}`),
    ];
  }

  #learn(rule: string, table: string | undefined): void {
    if (table === undefined) return;
    const known = this.#tableOfRule.get(rule);
    if (known !== undefined && known !== table)
      throw new Error(`rule ${rule} speaks for ${known} and ${table}`);
    this.#tableOfRule.set(rule, table);
  }
}

function findingDifferences(got: readonly Finding[], expected: readonly Found[]): readonly string[] {
  const keys = got.map(keyOfFinding);
  const wanted = expected.map((found) => keyOf(found.point, found.lines));
  return [
    ...without(wanted, keys).map((key) => `missing finding ${key}`),
    ...without(keys, wanted).map((key) => `wrong finding ${key}`),
    ...keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `repeated finding ${key}`),
    ...expected.flatMap((found, i) => excessDifferences(found, got[keys.indexOf(wanted[i] as string)])),
  ];
}

function excessDifferences({ point, excessFen }: Found, finding: Finding | undefined): readonly string[] {
  if (finding === undefined || excessFen === null || finding.excessFen === excessFen) return [];
  return [`excess of ${point}: ${finding.excessFen} instead of ${excessFen}`];
}

function keyOfFinding({ basis, lines }: Finding): string {
  const blamed = lines.filter(({ role }) => role === 'violating').map(({ id }) => id);
  return keyOf(basis.point, blamed.sort());
}

function keyOf(point: string | null, lines: readonly string[]): string {
  return `${point ?? 'of no point'} [${lines.join(' ')}]`;
}

function without(these: readonly string[], those: readonly string[]): readonly string[] {
  const known = new Set(those);
  return these.filter((text) => !known.has(text));
}
