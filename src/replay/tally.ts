/**
 * What a replay counts, as sums: the same whatever the order, so that what several threads counted adds up to what one
 * would have. Plain data: it crosses threads as it is.
 */
import type { Finding } from '../decision/decision.js';
import { Counts, madeIn } from './counts.js';
import type { JudgedClaim, Side, Verdict } from './verdict.js';

/** A finding that only one of the two has, as a person looks it up. */
export interface Sample {
  readonly seq: number;
  readonly rule: string;
  readonly change: 'gained' | 'lost' | 'hit';
  readonly claimId: string | null;
  readonly lines: readonly string[];
  readonly message: string;
  readonly excessFen: number;
}

/** A message that nobody could use. */
export interface Spoilt {
  readonly seq: number;
  readonly place: string;
  readonly reason: string;
}

type Figures = Readonly<Record<string, number>>;

/** Sums by key; parts of a key are joined by tabs. */
type Table = Map<string, Record<string, number>>;

export const tableNames = [
  'messages',
  'scenes',
  'institutions',
  'departments',
  'rules',
  'ruleInstitutions',
  'ruleDepartments',
  'ruleScenes',
  'changes',
] as const;
export type TableName = (typeof tableNames)[number];

export interface TallyData {
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly samples: readonly Sample[];
  readonly spoilt: readonly Spoilt[];
}

/** So many of each rule and change, and of unusable messages: the first ones. */
export const kept = { samples: 3, spoilt: 100 } as const;

export class Tally {
  readonly #tables = emptyTables();
  readonly #samples = new Map<Sample['change'], Map<string, Sample[]>>();
  readonly #spoilt: Spoilt[] = [];
  #counts = new Counts();

  /** A message that was not judged, and what became of it instead. */
  count(what: string, messages = 1): void {
    bump(this.#row('messages', what), 'messages', messages);
  }

  /** `why`: as it is counted; `spoilt.reason` says more. */
  spoil(why: string, spoilt: Spoilt): void {
    this.count(`${why}`);
    keepFirst(this.#spoilt, spoilt, kept.spoilt);
  }

  judge(claim: JudgedClaim): void {
    this.#counts.add(claim);
    const [now, before] = claim.verdicts;
    if (now === undefined) return;
    if (before !== undefined) this.#compare(claim, now, before);
    else if (now.findings.length > 0)
      for (const finding of firstOfRules(now.findings)) this.#sample(claim, 'hit', finding);
  }

  /** A finding of this rule fell with a later message. */
  retract(side: Side, rule: string): void {
    this.#add('rules', `${side}\t${rule}`, { retracted: 1 });
  }

  merge({ tables, samples, spoilt }: TallyData): void {
    for (const name of tableNames) for (const [key, figures] of tables[name]) this.#add(name, key, figures);
    for (const sample of samples) this.#keepSample(sample);
    for (const one of spoilt) keepFirst(this.#spoilt, one, kept.spoilt);
  }

  data(): TallyData {
    for (const [name, key, figures] of this.#counts.rows()) this.#add(name, key, figures);
    this.#counts = new Counts();
    const samples = [...this.#samples.values()].flatMap((ofRules) => [...ofRules.values()].flat());
    return { tables: this.#tables, samples, spoilt: this.#spoilt };
  }

  #compare(claim: JudgedClaim, now: Verdict, before: Verdict): void {
    const gained = without(now.findings, before.findings);
    const lost = without(before.findings, now.findings);
    this.#change(claim, 'gained', gained);
    this.#change(claim, 'lost', lost);
    const effects = new Map(before.findings.map((finding) => [nameOf(finding), finding.effect]));
    for (const finding of now.findings) {
      const was = effects.get(nameOf(finding));
      if (was !== undefined && was !== finding.effect) this.#add('changes', finding.rule, { otherEffect: 1 });
    }
  }

  #change(claim: JudgedClaim, change: 'gained' | 'lost', findings: readonly Finding[]): void {
    const changed = new Set<string>();
    for (const finding of findings) {
      this.#add('changes', finding.rule, {
        [change]: 1,
        [`${change}Claims`]: changed.has(finding.rule) ? 0 : 1,
        [`${change}Fen`]: finding.excessFen,
      });
      changed.add(finding.rule);
      this.#sample(claim, change, finding);
    }
  }

  #sample({ seq, claimId }: JudgedClaim, change: Sample['change'], finding: Finding): void {
    const { rule, message, excessFen } = finding;
    // Mostly there are enough earlier ones.
    const last = this.#samplesOf(change, rule)[kept.samples - 1];
    if (last !== undefined && last.seq <= seq) return;
    this.#keepSample({ seq, rule, change, claimId, lines: violatingOf(finding), message, excessFen });
  }

  #keepSample(sample: Sample): void {
    keepFirst(this.#samplesOf(sample.change, sample.rule), sample, kept.samples);
  }

  #samplesOf(change: Sample['change'], rule: string): Sample[] {
    return madeIn(madeIn(this.#samples, change, newMap), rule, newList);
  }

  #add(name: TableName, key: string, figures: Figures): void {
    const row = this.#row(name, key);
    for (const figure in figures) bump(row, figure, figures[figure] as number);
  }

  #row(name: TableName, key: string): Record<string, number> {
    const table = this.#tables[name];
    const known = table.get(key);
    if (known !== undefined) return known;
    const row: Record<string, number> = {};
    table.set(key, row);
    return row;
  }
}

function bump(row: Record<string, number>, figure: string, by: number): void {
  row[figure] = (row[figure] ?? 0) + by;
}

const newMap = (): Map<string, Sample[]> => new Map();
const newList = (): Sample[] => [];

function emptyTables(): Record<TableName, Table> {
  return Object.fromEntries(tableNames.map((name) => [name, new Map()])) as unknown as Record<
    TableName,
    Table
  >;
}

/** By sequence, and within one message as they came. */
function keepFirst<Item extends { readonly seq: number }>(items: Item[], item: Item, most: number): void {
  const at = items.findLastIndex(({ seq }) => seq <= item.seq) + 1;
  if (at >= most) return;
  items.splice(at, 0, item);
  if (items.length > most) items.pop();
}

function violatingOf({ lines }: Finding): readonly string[] {
  return lines.filter(({ role }) => role === 'violating').map(({ id }) => id);
}

/** What makes two findings the same though they come from two rule sets. */
function nameOf(finding: Finding): string {
  return JSON.stringify([finding.rule, ...violatingOf(finding).toSorted()]);
}

/** Those of `findings` that `others` do not have; of equal ones as many as are more. */
function without(findings: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  if (findings.length === 0) return findings;
  const left = new Map<string, number>();
  for (const other of others) left.set(nameOf(other), (left.get(nameOf(other)) ?? 0) + 1);
  return findings.filter((finding) => {
    const name = nameOf(finding);
    const count = left.get(name) ?? 0;
    left.set(name, count - 1);
    return count <= 0;
  });
}

function firstOfRules(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ rule }, i) => findings.findIndex((other) => other.rule === rule) === i);
}
