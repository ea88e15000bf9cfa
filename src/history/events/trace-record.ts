/**
 * The standing sales of a trace code. Sales undone leave the record; a code without sales has none. Nor has one that
 * cannot be a pack's. Of one that was sold very often the earliest are kept: a further one is sold again whoever asks.
 */
import type { EpochMs } from '../../base/calendar.js';
import { isPackCode } from '../../claim/trace-code.js';
import type { TraceSale } from '../patient-history.js';
import { key16, type State, type StateReader } from '../state.js';
import { byText, packRecord, unpackRecord } from './packed-record.js';

/**
 * What names a sale: the claim id, with the institution before it where it does not begin with it anyway. A settlement
 * and the pharmacy's report of it (2207, 3505) share the claim id, and so are one sale.
 */
export function saleOf(institution: string, claimId: string): string {
  return claimId.startsWith(`${institution}/`) ? claimId : `${institution}/${claimId}`;
}

/** The standing sales of a code, by sale; at most one entry per sale. */
export function salesOf(traceCode: string, state: StateReader): readonly TraceSale[] {
  const bytes = state.get('traces', key16(traceCode));
  return bytes === undefined ? [] : readSales(bytes);
}

export function readSales(bytes: Uint8Array): readonly TraceSale[] {
  const rows = unpackRecord(bytes) as [string, string, boolean][];
  return rows.map(([sale, line, split]) => ({ sale, line, split }));
}

/** Sales of one code. Each takes about fifty bytes, and all of them are written whenever one comes. */
export const mostSales = 64;

/** Sets what one sale says of a code; null: the sale no longer stands. */
export function setSale(
  traceCode: string,
  sale: string,
  now: Omit<TraceSale, 'sale'> | null,
  streamMs: EpochMs,
  state: State,
): void {
  const key = key16(traceCode);
  const bytes = state.get('traces', key);
  const sales = (bytes === undefined ? [] : readSales(bytes)).filter((other) => other.sale !== sale);
  const isKept = now !== null && isPackCode(traceCode);
  if (isKept && sales.length >= mostSales) return;
  const after = isKept ? [...sales, { sale, line: now.line, split: now.split }] : sales;
  if (after.length === 0) {
    if (bytes !== undefined) state.remove('traces', key);
    return;
  }
  after.sort((a, b) => byText(a.sale, b.sale));
  const rows = after.map((entry) => [entry.sale, entry.line, entry.split]);
  state.put('traces', key, packRecord(streamMs, rows));
}
