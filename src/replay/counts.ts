/**
 * What every claim adds to, as numbers that lie ready: a tally makes its figures of them when somebody asks. Looking a
 * figure up by its name for each claim took longer than judging some of them.
 */
import type { Status } from '../decision/decision.js';
import type { JudgedClaim, Side, Verdict } from './verdict.js';

/** By name of a figure. */
type Figures = Record<string, number>;

/** Tables of a tally that are filled from here. */
type CountedTable =
  | 'scenes'
  | 'institutions'
  | 'departments'
  | 'rules'
  | 'ruleInstitutions'
  | 'ruleDepartments'
  | 'ruleScenes';

const statuses = ['pass', 'partial', 'alert', 'hold', 'not_screened'] as const satisfies readonly Status[];
const placeOf: Readonly<Record<Status, number>> = {
  pass: 0,
  partial: 1,
  alert: 2,
  hold: 3,
  not_screened: 4,
};
/** Of each side: claims by status, then claims that somebody sees, money, claims in all. */
const [seenAt, fenAt, toldAt, perSide] = [5, 6, 7, 8];

/** Claims of one scene and day, of one institution, of one department. */
class ClaimCounts {
  #claims = 0;
  readonly #numbers = new Float64Array(2 * perSide);

  add(verdicts: readonly Verdict[]): void {
    this.#claims += 1;
    const numbers = this.#numbers;
    for (let side = 0; side < verdicts.length; side++) {
      const { status, excessFen } = verdicts[side] as Verdict;
      const from = side * perSide;
      numbers[from + placeOf[status]]! += 1;
      if (status === 'alert' || status === 'hold') numbers[from + seenAt]! += 1;
      numbers[from + fenAt]! += excessFen;
      numbers[from + toldAt]! += 1;
    }
  }

  figures(): Figures {
    const figures: Figures = { claims: this.#claims };
    for (const side of [0, 1]) {
      const [seen, fen, told] = [seenAt, fenAt, toldAt].map((at) => this.#at(side, at));
      if (told === 0) continue;
      for (const status of statuses) {
        const count = this.#at(side, placeOf[status]);
        if (count > 0) figures[`${status}${side}`] = count;
      }
      figures[`seen${side}`] = seen as number;
      figures[`fen${side}`] = fen as number;
    }
    return figures;
  }

  #at(side: number, place: number): number {
    return this.#numbers[side * perSide + place] as number;
  }
}

/** Counts by one name, which is made when it first comes. */
class CountsByName {
  readonly #counts = new Map<string, ClaimCounts>();

  of(name: string): ClaimCounts {
    return madeIn(this.#counts, name, newClaimCounts);
  }

  entries(): Iterable<readonly [string, ClaimCounts]> {
    return this.#counts;
  }
}

/** Findings of one rule of one side. */
class RuleCounts {
  readonly side: Side;
  readonly rule: string;
  undecided = 0;
  findings = 0;
  fen = 0;
  hits = 0;
  readonly institutions = new Map<string, number>();
  readonly departments = new Map<string, number>();
  readonly scenes = new Map<string, number>();
  #claim = -1;

  constructor(side: Side, rule: string) {
    this.side = side;
    this.rule = rule;
  }

  /** `claim`: its number; findings of one claim come together. */
  find(claim: number, place: Pick<JudgedClaim, 'institution' | 'department' | 'scene'>, fen: number): void {
    this.findings += 1;
    this.fen += fen;
    if (this.#claim === claim) return;
    this.#claim = claim;
    this.hits += 1;
    addOne(this.institutions, place.institution);
    addOne(this.departments, place.department);
    addOne(this.scenes, place.scene);
  }

  figures(): Figures {
    const { undecided, findings, fen, hits } = this;
    return { ...(undecided > 0 ? { undecided } : {}), ...(findings > 0 ? { findings, fen, hits } : {}) };
  }
}

function addOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** What every claim adds to, until somebody asks for it. */
export class Counts {
  /** By day, then by scene: days mostly come one after another. */
  readonly #days = new Map<string, CountsByName>();
  readonly #institutions = new CountsByName();
  readonly #departments = new CountsByName();
  readonly #rules = [0, 1].map(() => new Map<string, RuleCounts>());
  #claims = 0;

  add(claim: JudgedClaim): void {
    const { verdicts } = claim;
    this.#claims += 1;
    madeIn(this.#days, claim.day, newCounts).of(claim.scene).add(verdicts);
    this.#institutions.of(claim.institution).add(verdicts);
    this.#departments.of(claim.department).add(verdicts);
    for (let side = 0; side < verdicts.length; side++) {
      const { findings, undecided } = verdicts[side] as Verdict;
      for (const rule of undecided) this.#of(side as Side, rule).undecided += 1;
      for (const { rule, excessFen } of findings)
        this.#of(side as Side, rule).find(this.#claims, claim, excessFen);
    }
  }

  *rows(): Iterable<readonly [CountedTable, string, Figures]> {
    for (const [day, scenes] of this.#days)
      for (const [scene, counts] of scenes.entries()) yield ['scenes', `${scene}\t${day}`, counts.figures()];
    yield* rowsOf('institutions', this.#institutions);
    yield* rowsOf('departments', this.#departments);
    for (const counts of this.#rules.flatMap((rules) => [...rules.values()])) {
      const rule = `${counts.side}\t${counts.rule}`;
      yield ['rules', rule, counts.figures()];
      const { institutions, departments, scenes } = counts;
      for (const [name, hits] of institutions) yield ['ruleInstitutions', `${rule}\t${name}`, { hits }];
      for (const [name, hits] of departments) yield ['ruleDepartments', `${rule}\t${name}`, { hits }];
      for (const [name, hits] of scenes) yield ['ruleScenes', `${rule}\t${name}`, { hits }];
    }
  }

  #of(side: Side, rule: string): RuleCounts {
    return madeIn(this.#rules[side] as Map<string, RuleCounts>, rule, () => new RuleCounts(side, rule));
  }
}

function* rowsOf(
  table: CountedTable,
  counts: CountsByName,
): Iterable<readonly [CountedTable, string, Figures]> {
  for (const [name, own] of counts.entries()) yield [table, name, own.figures()];
}

const newCounts = () => new CountsByName();
const newClaimCounts = () => new ClaimCounts();

/** What stands under a key, made where nothing does. */
export function madeIn<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
