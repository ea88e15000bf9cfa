/**
 * A batch counts from the day of its publication on, so it changes nothing in the claims before. To measure what it
 * will do, claims of a past period are judged as if it had been published when the period began.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { type CsvRow, readCsv, writeCsv } from './csv-text.js';
import { type Batch, withBatch } from './import-batch.js';
import type { TablePlan } from './import-plan.js';

/** `day`: `YYYY-MM-DD`. Fails with a text that names the table that cannot be read. */
export function asIfInForce(source: RulesSource, batch: Batch, day: string): Result<RulesSource, string> {
  const files = new Map(batch.files);
  for (const plan of batch.plans) {
    const path = `tables/${plan.table}.csv`;
    const text = files.get(path);
    if (text === undefined) continue;
    const rows = readCsv(plan.table, text);
    if (!rows.ok) return fail(rows.error);
    files.set(path, writeCsv(columnsOf(text), movedTo(day, plan, rows.value)));
  }
  const knownUpTo = [day, batch.asOf ?? '', batch.newestDay ?? ''].toSorted().at(-1) ?? day;
  return ok(withBatch(source, { files }, knownUpTo));
}

/** What the batch brings begins, and what it ends, ends on that day; neither later than it says itself. */
function movedTo(day: string, { added, superseded }: TablePlan, rows: readonly CsvRow[]): readonly CsvRow[] {
  const came = new Set(added.map(({ point }) => point));
  const went = new Set(superseded.map(({ point }) => point));
  const earlier = (said = '') => (said > day ? day : said);
  return rows.map((row) => {
    if (came.has(row['point'])) {
      return { ...row, knownFrom: earlier(row['knownFrom']), validFrom: earlier(row['validFrom']) };
    }
    return went.has(row['point'] ?? '') ? { ...row, validTo: earlier(row['validTo']) } : row;
  });
}

function columnsOf(text: string): readonly string[] {
  return text.slice(0, text.indexOf('\n')).split(',');
}
