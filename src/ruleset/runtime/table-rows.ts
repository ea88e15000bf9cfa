/** Knowledge rows as a worker holds them: columns, rows by key, and when and where a row is in force. */
import { assert } from '../../base/assert.js';
import { dayOf, type EpochDay, type EpochMs } from '../../base/calendar.js';
import type { ArtifactTable } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import { and, or, type Truth, Unknown } from './unknown.js';

export interface Validity {
  readonly from: readonly (EpochDay | null)[];
  /** Exclusive. */
  readonly to: readonly (EpochDay | null)[];
  readonly region: readonly (string | null)[];
}

export interface RowIndex {
  rowsOf(key: string): readonly number[];
}

const none: readonly number[] = [];

export class Table {
  readonly rows: number;
  readonly validity: Validity;
  readonly #columns: ArtifactTable['columns'];
  readonly #key: string | null;
  #index: ReadonlyMap<string, readonly number[]> | null = null;

  constructor(table: ArtifactTable) {
    this.rows = table.rows;
    this.#columns = table.columns;
    this.#key = table.key;
    this.validity = {
      from: this.column('validFrom') as Validity['from'],
      to: this.column('validTo') as Validity['to'],
      region: this.column('region') as Validity['region'],
    };
  }

  column(name: string): readonly unknown[] {
    const column = this.#columns[name];
    assert(column !== undefined && Object.hasOwn(this.#columns, name), `no column ${name}`);
    return column;
  }

  /** Rows whose key holds this value, in order. */
  rowsOf(key: string): readonly number[] {
    this.#index ??= indexRows(this.#keys());
    return this.#index.get(key) ?? none;
  }

  /** The same without the index. */
  rowsOfByScan(key: string): readonly number[] {
    return this.#keys().flatMap((cell, row) => (keysOf(cell).includes(key) ? [row] : []));
  }

  #keys(): readonly unknown[] {
    return this.#key === null ? [] : this.column(this.#key);
  }

  /** Every key value with its rows. */
  get index(): ReadonlyMap<string, readonly number[]> {
    this.#index ??= indexRows(this.#keys());
    return this.#index;
  }
}

function keysOf(cell: unknown): readonly string[] {
  return Array.isArray(cell) ? (cell as readonly string[]) : typeof cell === 'string' ? [cell] : [];
}

function indexRows(keys: readonly unknown[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  for (const [row, cell] of keys.entries()) {
    for (const key of keysOf(cell)) {
      const rows = index.get(key);
      if (rows === undefined) index.set(key, [row]);
      else rows.push(row);
    }
  }
  return index;
}

/** In force at a time? A row with neither first nor last day is, at any time, even an unknown one. */
export function standsAt(validity: Validity, row: number, time: EpochMs | Unknown): boolean | Unknown {
  const from = validity.from[row] ?? null;
  const to = validity.to[row] ?? null;
  if (from === null && to === null) return true;
  if (time instanceof Unknown) return time;
  const day = dayOf(time);
  return (from === null || from <= day) && (to === null || day < to);
}

/** In force where the institution is? Null where that is not known. */
export function standsHere(view: ClaimView, validity: Validity, row: number): boolean | null {
  const region = validity.region[row] ?? null;
  if (region === null) return true;
  const here = view.claim.institution.region;
  return here === null ? null : here.startsWith(region);
}

/**
 * Is there a row in force with these key values? Keys and time may be unknown: a code that no row has is not
 * listed, whatever the time. `elsewhere` is the Unknown of the region, null for a table without regions.
 */
export function listed(
  view: ClaimView,
  index: RowIndex,
  validity: Validity,
  elsewhere: Unknown | null,
  key: string | Unknown,
  others: readonly (readonly [readonly unknown[], unknown])[],
  time: EpochMs | Unknown,
): Truth {
  if (key instanceof Unknown) return key;
  let answer: Truth = false;
  for (const row of index.rowsOf(key)) {
    let stands: Truth = standsAt(validity, row, time);
    for (const [column, value] of others) stands = kleeneAnd(stands, holds(column[row], value));
    stands = kleeneAnd(stands, standsHere(view, validity, row) ?? elsewhere ?? false);
    if (stands === true) return true;
    answer = or(answer, stands);
  }
  return answer;
}

function kleeneAnd(a: Truth, b: Truth): Truth {
  return a === false ? false : and(a, b);
}

function holds(cell: unknown, value: unknown): Truth {
  if (value instanceof Unknown) return value;
  return Array.isArray(cell) ? cell.includes(value) : cell === value;
}
