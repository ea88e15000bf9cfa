/**
 * Everything that a node remembers, as lines of JSON: first position and digest, then the patients by key,
 * then held fees, stock and trace codes. All of it in one turn of the event loop, so that it is one state.
 */
import { byText } from './events/packed-record.js';
import { balanceName, readBalance } from './events/stock-record.js';
import { heldVisits } from './tools/export-held.js';
import { nameSales } from './tools/export-names.js';
import { exportPatient, quantityText } from './tools/export-patient.js';
import type { HistorySnapshot } from './tools/snapshot.js';

export interface ExportWatch {
  /** So many of so many records have been gone through. */
  progress(done: number, total: number): void;
}

/** `write` is called with pieces of the text, and must take each before it returns. */
export function exportAll(
  state: HistorySnapshot,
  write: (text: string) => void,
  { progress }: ExportWatch = { progress: () => {} },
): void {
  const position = state.refresh();
  const total = totalOf(state);
  let done = 0;
  const watch = () => progress(++done, total);
  write(`${JSON.stringify({ position: position?.committed ?? 0, digest: state.digest(watch) })}\n`);
  for (const [key, record] of state.records('patients')) {
    write(`${JSON.stringify(exportPatient(key, record))}\n`);
    watch();
  }
  writeList('held', heldVisits(state, null, watch), write);
  writeList('stock', stockOf(state, watch), write);
  writeList('traces', tracesOf(state, watch), write);
}

/** The digest goes through every record, and the export again through those that it shows. */
function totalOf(state: HistorySnapshot): number {
  const counts = state.counts();
  const { patients, encounters, claims, traces, stock, ledger } = counts;
  const digested = [patients, encounters, claims, traces, stock, ledger];
  return [...digested, patients, encounters, stock, traces].reduce((sum, { records }) => sum + records, 0);
}

interface ExportedStock {
  readonly institution: string;
  readonly itemCode: string;
  readonly quantity: string;
}

function stockOf(state: HistorySnapshot, watch: () => void): readonly ExportedStock[] {
  const rows: ExportedStock[] = [];
  for (const [, record] of state.records('stock')) {
    watch();
    const name = balanceName(record);
    if (name !== null) rows.push({ ...name, quantity: quantityText(readBalance(record)) });
  }
  return rows.sort((a, b) => byText(a.institution, b.institution) || byText(a.itemCode, b.itemCode));
}

function tracesOf(state: HistorySnapshot, watch: () => void) {
  const rows = [...state.records('traces')].map(([key, record]) => {
    watch();
    return nameSales(key, record, state);
  });
  return rows.sort((a, b) => byText(a.code, b.code));
}

/** In pieces, since all rows together may be longer than a text can be. */
function writeList(name: string, rows: readonly object[], write: (text: string) => void): void {
  write(`{"${name}":[`);
  rows.forEach((row, i) => {
    write(`${i === 0 ? '' : ','}${JSON.stringify(row)}`);
  });
  write(']}\n');
}
