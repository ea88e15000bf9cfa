/**
 * Everything that the simulated hospital can charge: common items and the items of the official knowledge tables,
 * each with the limits that its codes are under. Popularity follows Zipf's law within each pool.
 */
import type { LineKind } from '../../src/claim/claim.js';
import { type CommonItem, commonItems, plainSurgeries } from './common-items.js';
import { itemNames } from './item-names.js';
import type { KnowledgeRow } from './knowledge-rows.js';
import { type CodedLimit, type Limit, type LimitKind, limitsOf } from './limits.js';
import { Random, Zipf } from './random.js';

export type Pool =
  | 'consult'
  | 'bed'
  | 'nursing'
  | 'lab'
  | 'exam'
  | 'treatment'
  | 'surgery'
  | 'anaesthesia'
  | 'consumable'
  | 'drug'
  | 'patent'
  | 'piece';

export interface Item {
  readonly code: string;
  readonly name: string;
  /** False where the tables give a code only and the name is made up. */
  readonly named: boolean;
  readonly pool: Pool;
  /** Usual prices, ten-thousandths of a yuan. */
  readonly lowE4: number;
  readonly highE4: number;
}

export const pools = Object.keys(commonItems) as readonly Pool[];

/** National 收费类别 and our line kind of each pool. */
export const poolFacts: Readonly<Record<Pool, { readonly kind: LineKind; readonly chargeType: string }>> = {
  consult: { kind: 'service', chargeType: '02' },
  bed: { kind: 'service', chargeType: '01' },
  nursing: { kind: 'service', chargeType: '07' },
  lab: { kind: 'service', chargeType: '04' },
  exam: { kind: 'service', chargeType: '03' },
  treatment: { kind: 'service', chargeType: '05' },
  surgery: { kind: 'service', chargeType: '06' },
  anaesthesia: { kind: 'service', chargeType: '05' },
  consumable: { kind: 'consumable', chargeType: '08' },
  drug: { kind: 'drug', chargeType: '09' },
  patent: { kind: 'drug', chargeType: '11' },
  piece: { kind: 'piece', chargeType: '10' },
};

export class Catalogue {
  readonly #pools: Readonly<Record<Pool, readonly Item[]>>;
  readonly #ranks: Readonly<Record<Pool, Zipf>>;
  readonly #limits = new Map<string, Limit[]>();
  /** Partners that may not stand beside a code, in either direction. */
  readonly #rivals = new Map<string, Set<string>>();
  readonly #breakable = new Map<LimitKind, CodedLimit[]>();
  /** Of the breakable ones those whose items have a name that a person can read. */
  readonly #readable = new Map<LimitKind, readonly CodedLimit[]>();
  readonly #byCode = new Map<string, Item>();

  constructor(rows: readonly KnowledgeRow[]) {
    const limits = rows.flatMap(limitsOf);
    for (const limit of limits) this.#add(limit);
    const undecided = new Set(
      limits.filter(({ limit }) => limit.kind === 'undecided').map(({ code }) => code),
    );
    this.#pools = arrange(limits.flatMap(codesOf), undecided);
    // The exponent keeps about four lines in five with the common items at the top.
    this.#ranks = mapPools((pool) => new Zipf(this.#pools[pool].length, 1.5));
    for (const pool of pools) {
      for (const item of this.#pools[pool]) this.#byCode.set(item.code, item);
    }
    for (const [kind, all] of this.#breakable) {
      this.#readable.set(
        kind,
        all.filter((coded) => codesOf(coded).every((code) => this.#byCode.get(code)?.named === true)),
      );
    }
  }

  #add(coded: CodedLimit): void {
    const { code, limit, conditional } = coded;
    push(this.#limits, code, limit);
    if (!conditional) push(this.#breakable, limit.kind, coded);
    if (limit.kind !== 'pair') return;
    this.#rivals.set(code, (this.#rivals.get(code) ?? new Set()).add(limit.included));
    this.#rivals.set(limit.included, (this.#rivals.get(limit.included) ?? new Set()).add(code));
  }

  /** Limits on a code; none for a common item that no table names. */
  limits(code: string): readonly Limit[] {
    return this.#limits.get(code) ?? [];
  }

  rivals(code: string): ReadonlySet<string> {
    return this.#rivals.get(code) ?? none;
  }

  /** Every code whose limit of this kind stands alone, so that breaking it is a violation. */
  breakable(kind: LimitKind): readonly CodedLimit[] {
    return this.#breakable.get(kind) ?? [];
  }

  /** The breakable limits whose items have a real name. */
  readable(kind: LimitKind): readonly CodedLimit[] {
    return this.#readable.get(kind) ?? [];
  }

  /** The item of a code, or null where the catalogue does not have it. */
  item(code: string): Item | null {
    return this.#byCode.get(code) ?? null;
  }

  items(pool: Pool): readonly Item[] {
    return this.#pools[pool];
  }

  /** An item of a pool by popularity, whatever its limits. */
  draw(pool: Pool, random: Random): Item {
    const item = this.#pools[pool][this.#ranks[pool].draw(random)];
    return item as Item;
  }
}

const none: ReadonlySet<string> = new Set();

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function codesOf({ code, limit }: CodedLimit): string[] {
  return limit.kind === 'pair' ? [code, limit.included] : [code];
}

/** Where a national code belongs, by its shape and its catalogue chapter; null: not a code that is charged. */
export function poolOf(code: string): Pool | null {
  if (/^X[A-Z]\d{2}[A-Z]{3}\d{3}[A-Z]\d{12}$/.test(code)) return 'drug';
  if (/^Z[A-Z]\d{2}[A-Z]{3}\d{13}$/.test(code)) return 'patent';
  if (/^T\d{9}$/.test(code)) return 'piece';
  if (/^C\d{19}(\d{7})?$/.test(code)) return 'consumable';
  if (!/^\d{15}$/.test(code)) return null;
  const chapter = servicePools.find(([prefix]) => code.startsWith(prefix));
  return chapter?.[1] ?? 'treatment';
}

/** Chapters of the service catalogue. */
const servicePools: readonly (readonly [prefix: string, pool: Pool])[] = [
  ['001102', 'consult'],
  ['001109', 'bed'],
  ['001201', 'nursing'],
  ['0021', 'exam'],
  ['0022', 'exam'],
  ['0023', 'exam'],
  ['0025', 'lab'],
  ['0027', 'lab'],
  ['003301', 'anaesthesia'],
  ['0033', 'surgery'],
];

const yuanOf: Readonly<Record<Pool, readonly [number, number]>> = {
  consult: [8, 40],
  bed: [20, 120],
  nursing: [8, 80],
  lab: [5, 120],
  exam: [40, 600],
  treatment: [10, 200],
  surgery: [600, 4500],
  anaesthesia: [200, 900],
  consumable: [5, 900],
  drug: [5, 260],
  patent: [10, 90],
  piece: [0.05, 1.2],
};

/** A price range that depends on the code alone, so that it is the same in every run. */
function pricesOf(pool: Pool, code: string): { lowE4: number; highE4: number } {
  const [low, high] = yuanOf[pool];
  const random = new Random(hashOf(code));
  const middle = low * (high / low) ** random.next();
  return { lowE4: Math.round(middle * 9_000), highE4: Math.round(middle * 11_000) };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * Common items first, then the tables' codes in an order that no seed of a run changes: those with a name first, the
 * rest behind them in the long tail. Codes that no claim alone can decide are rare drugs: they stay in the tail.
 */
function arrange(
  tableCodes: readonly string[],
  undecided: ReadonlySet<string>,
): Readonly<Record<Pool, readonly Item[]>> {
  const usual = mapPools((pool) => [
    ...commonItems[pool].map((item) => fromCommon(item, pool)),
    ...(pool === 'surgery' ? plainSurgeries.map((item) => fromCommon(item, pool)) : []),
  ]);
  const known = new Set(pools.flatMap((pool) => usual[pool].map((item) => item.code)));
  const fresh = [...new Set(tableCodes)].filter((code) => !known.has(code));
  const shuffled = new Random(20_260_101).shuffled(fresh);
  const first = (code: string): boolean => itemNames.has(code) && !undecided.has(code);
  const ordered = [...shuffled.filter(first), ...shuffled.filter((code) => !first(code))];
  for (const item of ordered.map(fromTable)) if (item !== null) usual[item.pool].push(item);
  return usual;
}

/** Null for what is no national code: nobody charges it. */
function fromTable(code: string): Item | null {
  const pool = poolOf(code);
  if (pool === null) return null;
  const name = itemNames.get(code);
  return {
    code,
    name: name ?? unnamed(code, pool),
    named: name !== undefined,
    pool,
    ...pricesOf(pool, code),
  };
}

function unnamed(code: string, pool: Pool): string {
  return `${poolFacts[pool].kind === 'service' ? '医疗服务项目' : '药品'}${code.slice(0, 10)}`;
}

function fromCommon([code, name, low, high]: CommonItem, pool: Pool): Item {
  return {
    code,
    name,
    named: true,
    pool,
    lowE4: Math.round(low * 10_000),
    highE4: Math.round(high * 10_000),
  };
}

function mapPools<T>(make: (pool: Pool) => T): Readonly<Record<Pool, T>> {
  return Object.fromEntries(pools.map((pool) => [pool, make(pool)])) as Record<Pool, T>;
}
