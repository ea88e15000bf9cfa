/** What was tried and how it came out, class by class, for the test log. */
import type { Case, CaseKind } from './claims.js';

const kinds: readonly CaseKind[] = ['hit', 'miss', 'before end', 'after end', 'unknown'];

export class Summary {
  readonly #points = new Map<string, Set<string>>();
  readonly #counts = new Map<string, number>();

  add({ row, kind }: Case): void {
    const points = this.#points.get(row.table) ?? new Set();
    this.#points.set(row.table, points.add(row.point));
    const key = `${row.table} ${kind}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Points of all classes. */
  get points(): number {
    return [...this.#points.values()].reduce((sum, points) => sum + points.size, 0);
  }

  toString(): string {
    const head = ['class', 'points', ...kinds];
    const body = [...this.#points].map(([table, points]) => [
      table,
      points.size,
      ...kinds.map((kind) => this.#counts.get(`${table} ${kind}`) ?? 0),
    ]);
    const totals = kinds.map((kind) => this.#total(kind));
    return [head, ...body, ['all', this.points, ...totals]].map(formatRow).join('\n');
  }

  #total(kind: CaseKind): number {
    const counts = [...this.#counts].filter(([key]) => key.endsWith(` ${kind}`));
    return counts.reduce((sum, [, count]) => sum + count, 0);
  }
}

function formatRow([first, ...rest]: readonly (string | number)[]): string {
  return String(first).padEnd(22) + rest.map((cell) => String(cell).padStart(12)).join('');
}
