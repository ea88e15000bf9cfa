/** Times of scanned lines. */
import { CleanTimes } from '../clean-time.js';
import { notBefore } from '../lines.js';
import { lineFlag } from './line-columns.js';
import { type LineSpans, spanField } from './line-spans.js';
import { isNothing } from './settle-texts.js';
import { kindBits, kindMask, spanKind } from './span-table.js';

const times = new CleanTimes();

/** Times of service, and whether they are times of day. */
export function settleAt(spans: LineSpans): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { at, flags } = spans.columns;
  for (let row = 0, cell = spanField.at; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    flags[row] = (flags[row] as number) & ~lineFlag.timed;
    if ((meta & kindMask) === spanKind.text && times.read(body, start, end, at, row)) {
      if (times.timed) flags[row] = (flags[row] as number) | lineFlag.timed;
    } else slowAt(spans, row, cell);
  }
}

function slowAt(spans: LineSpans, row: number, cell: number): void {
  const read = spans.factsOf(row).instant('lines.at', spans.valueAt(cell));
  const { at, flags } = spans.columns;
  at[row] = read.at ?? Number.NaN;
  if (read.timed) flags[row] = (flags[row] as number) | lineFlag.timed;
}

/** Ends of long orders; one before its beginning is unknown. After `settleAt`. */
export function settleUntil(spans: LineSpans): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { at, until } = spans.columns;
  for (let row = 0, cell = spanField.until; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    if (isNothing(meta)) {
      until[row] = Number.NaN;
      continue;
    }
    const start = starts[cell] as number;
    const end = start + (meta >>> kindBits);
    if ((meta & kindMask) !== spanKind.text || !times.read(body, start, end, until, row)) {
      until[row] = spans.factsOf(row).instant('lines.until', spans.valueAt(cell)).at ?? Number.NaN;
    }
    // Nothing is before or after an unknown time.
    const from = at[row] as number;
    if ((until[row] as number) < from) {
      until[row] = notBefore(until[row] as number, from, spans.factsOf(row)) ?? Number.NaN;
    }
  }
}
