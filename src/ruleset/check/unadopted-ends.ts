/**
 * Ends of rows that came with rows which are not adopted yet. A new batch is written into the tables before the rule
 * set adopts it, and what it supersedes gets its end at once; until it is adopted, that end does not count, or between
 * the old row and the new one there would be nothing.
 */
import { type EpochDay, formatDay } from '../../base/calendar.js';
import { type ParsedRecord, type ParsedTable, provenanceColumns } from '../parse/table-text.js';

const [knownFromAt, validFromAt, validToAt] = (['knownFrom', 'validFrom', 'validTo'] as const).map((name) =>
  provenanceColumns.indexOf(name),
) as [number, number, number];

export function withoutUnadoptedEnds(table: ParsedTable, asOf: EpochDay): ParsedTable {
  const day = formatDay(asOf);
  const isWhole = table.records.every(({ cells }) => (cells[knownFromAt] ?? '') <= day);
  if (isWhole) return table;
  const successors = new Successors(table);
  const records = table.records.map((record) =>
    successors.areUnknown(record, day) ? { ...record, cells: record.cells.with(validToAt, '') } : record,
  );
  return { ...table, records };
}

/**
 * What ended a row: the rows that begin where it ends, on one of its codes. An end that is still to come may also have
 * come with rows of other codes: a batch that gives a thing another code ends the old one.
 */
class Successors {
  readonly #keyAt: number;
  /** By first day and code: when the first of them became known; empty: it always was. */
  readonly #knownFrom = new Map<string, string>();
  /** By first day: when the last of all rows that begin on it became known. */
  readonly #knownOn = new Map<string, string>();

  constructor({ header, key, records }: ParsedTable) {
    this.#keyAt = header.indexOf(key[0]?.value ?? '');
    for (const { cells } of records) {
      const [first = '', since = ''] = [cells[validFromAt], cells[knownFromAt]];
      if (since > (this.#knownOn.get(first) ?? '')) this.#knownOn.set(first, since);
      for (const code of this.#codesOf(cells)) {
        const name = `${first} ${code}`;
        const other = this.#knownFrom.get(name);
        if (other === undefined || since < other) this.#knownFrom.set(name, since);
      }
    }
  }

  /** Whether there are some, and none was known on a day. */
  areUnknown({ cells }: ParsedRecord, day: string): boolean {
    const end = cells[validToAt] ?? '';
    if (end === '') return false;
    const own = this.#codesOf(cells).flatMap((code) => this.#knownFrom.get(`${end} ${code}`) ?? []);
    if (own.length > 0) return own.every((known) => known > day);
    return end > day && (this.#knownOn.get(end) ?? '') > day;
  }

  #codesOf(cells: readonly string[]): readonly string[] {
    return (cells[this.#keyAt] ?? '').split(' ').filter((code) => code !== '');
  }
}
