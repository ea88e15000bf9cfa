/** What the national answer repeats of a scanned request. */
import { echo } from '../formats/nhsa/nodes.js';
import type { NationalMessage } from '../formats/nhsa/read-national.js';
import { replyTo } from '../formats/nhsa/reply.js';
import type { ReplyContext, ReplyLine } from '../unreadable.js';
import type { ClaimColumns } from './claim-columns.js';
import { spanField, spanValue } from './line-spans.js';
import type { ScannedClaim } from './scanned.js';
import { orNull } from './settle-numbers.js';
import { kindBits, kindMask } from './span-table.js';

/** Good until the next claim is scanned; of the lines only those are made that are asked for. */
export function scannedReply(
  scanned: ScannedClaim,
  message: NationalMessage,
  body: Buffer,
  columns: ClaimColumns,
): ReplyContext {
  let rows: ReadonlyMap<string, number> | null = null;
  return replyTo(message, (id) => {
    rows ??= rowsById(columns);
    const row = rows.get(id);
    return row === undefined ? undefined : lineSent(scanned, message, body, columns, row);
  });
}

function rowsById({ lines }: ClaimColumns): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: lines.count }, (_, row) => [lines.id.at(row) ?? '', row]));
}

function lineSent(
  { lines: { starts, metas, fields }, encounters }: ScannedClaim,
  { visit }: NationalMessage,
  body: Buffer,
  { lines }: ClaimColumns,
  row: number,
): ReplyLine {
  const cell = row * fields + spanField.id;
  const meta = metas[cell] as number;
  const sent = spanValue(body, starts[cell] as number, meta >>> kindBits, meta & kindMask);
  return {
    lineId: echo(sent),
    encounterId: visit.encounters[encounters?.[row] ?? 0]?.id ?? null,
    netAmountFen: orNull(lines.netAmountFen[row] as number),
  };
}
