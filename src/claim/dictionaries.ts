/**
 * Code dictionaries of the national messages. One built in, and overlays by region for the codes that mean
 * something else there; the longest matching region wins, table by table and code by code.
 */
import { fail, ok, type Result } from '../base/result.js';
import type { CodeTable } from './facts.js';
import {
  type CodeWords,
  type NationalTable,
  nationalCodes,
  prefixTables,
  tableWords,
} from './national-codes.js';

export type NationalTables = Readonly<Record<NationalTable, CodeTable>>;

export interface Dictionaries {
  /** The tables that hold in an area (six digits); the national ones for an unknown area. */
  forRegion(region: string | null): NationalTables;
}

/** One region's file, validated. */
interface Overlay {
  /** The leading digits that an area must have. */
  readonly prefix: string;
  readonly tables: Readonly<Partial<Record<NationalTable, CodeWords>>>;
}

/**
 * Builds the dictionaries from parsed `rules/regions/*.yaml`, keyed by region (six digits, trailing zero
 * pairs mean "and everything within"). Answers every problem found, each with its region and place.
 */
export function buildDictionaries(
  raw: Readonly<Record<string, unknown>>,
): Result<Dictionaries, readonly string[]> {
  const problems: string[] = [];
  const overlays = Object.entries(raw).map(([region, content]) => readOverlay(region, content, problems));
  return problems.length > 0 ? fail(problems) : ok(new RegionalDictionaries(overlays));
}

class RegionalDictionaries implements Dictionaries {
  readonly #overlays: readonly Overlay[];
  readonly #built = new Map<string, NationalTables>();
  /** What was asked last: a hospital's claims come from one region. */
  #last: { readonly region: string | null; readonly tables: NationalTables } | null = null;

  constructor(overlays: readonly Overlay[]) {
    this.#overlays = overlays.toSorted((a, b) => a.prefix.length - b.prefix.length);
  }

  forRegion(region: string | null): NationalTables {
    if (this.#last !== null && this.#last.region === region) return this.#last.tables;
    const tables = this.#find(region);
    this.#last = { region, tables };
    return tables;
  }

  #find(region: string | null): NationalTables {
    const applying = this.#overlays.filter((overlay) => region?.startsWith(overlay.prefix) === true);
    // Areas without overlays share one entry, so the cache holds no more than there are overlays.
    const key = applying.map((overlay) => overlay.prefix).join(' ');
    const known = this.#built.get(key);
    if (known !== undefined) return known;
    const tables = buildTables(applying);
    this.#built.set(key, tables);
    return tables;
  }
}

function buildTables(overlays: readonly Overlay[]): NationalTables {
  const entries = Object.entries(nationalCodes) as [NationalTable, CodeWords][];
  const tables = entries.map(([name, words]) => {
    const merged = new Map(Object.entries(words));
    for (const overlay of overlays) {
      for (const [code, word] of Object.entries(overlay.tables[name] ?? {})) merged.set(code, word);
    }
    return [name, prefixTables.has(name) ? longestPrefix(merged) : exactly(merged)] as const;
  });
  return Object.fromEntries(tables) as NationalTables;
}

const exactly =
  (words: ReadonlyMap<string, string | null>): CodeTable =>
  (code) =>
    words.get(code);

/** Sub-codes (140104 under 14) mean what their longest known prefix means. A code may be as long as a body. */
function longestPrefix(words: ReadonlyMap<string, string | null>): CodeTable {
  const longest = Math.max(0, ...[...words.keys()].map((code) => code.length));
  return (code) => {
    for (let length = Math.min(code.length, longest); length > 0; length--) {
      const word = words.get(code.slice(0, length));
      if (word !== undefined) return word;
    }
    return undefined;
  };
}

function readOverlay(region: string, content: unknown, problems: string[]): Overlay {
  const none: Overlay = { prefix: region, tables: {} };
  if (!/^\d{6}$/.test(region)) {
    problems.push(`${region}: a region is six digits`);
    return none;
  }
  if (!isRecord(content) || !isRecord(content['dictionaries'])) {
    problems.push(`${region}: expected an object with "dictionaries"`);
    return none;
  }
  const tables: Partial<Record<NationalTable, CodeWords>> = {};
  for (const [name, words] of Object.entries(content['dictionaries'])) {
    if (!isTableName(name)) {
      problems.push(`${region}: no table "${name}"; known are ${Object.keys(nationalCodes).join(', ')}`);
    } else {
      tables[name] = readWords(`${region}: ${name}`, words, tableWords[name], problems);
    }
  }
  return { prefix: region.replace(/(00)+$/, ''), tables };
}

function readWords(place: string, words: unknown, allowed: readonly string[], problems: string[]): CodeWords {
  if (!isRecord(words)) {
    problems.push(`${place}: expected codes and their words`);
    return {};
  }
  const read = Object.entries(words).filter(([code, word]) => {
    const known = word === null || (typeof word === 'string' && allowed.includes(word));
    if (!known) problems.push(`${place}.${code}: expected one of ${allowed.join(', ')}, or null`);
    return known;
  });
  return Object.fromEntries(read) as CodeWords;
}

function isTableName(name: string): name is NationalTable {
  return Object.hasOwn(nationalCodes, name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
