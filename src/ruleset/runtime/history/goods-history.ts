/** Questions about packs and stock, which belong to institutions and need no patient. Undefined: not known. */
import { lineFlag } from '../../../claim/columns/line-columns.js';
import { isPackCode } from '../../../claim/trace-code.js';
import { saleOf } from '../../../history/events/trace-record.js';
import type { TraceSale } from '../../../history/patient-history.js';
import type { ClaimView } from '../claim-view.js';
import type { Answer } from './item-history.js';

/** Whether a pack of the line was sold before, in another settlement, and not taken back. Split packs share a code. */
export function soldBefore(view: ClaimView, line: number): Answer<boolean> {
  const { lines, history, head } = view;
  const codes = lines.traceCodesAt(line).filter(isPackCode);
  if (codes.length === 0 || lines.hasFlag(line, lineFlag.splitPack)) return false;
  const { source } = history;
  // Without an id of its own, every sale would be another's.
  if (source === null || head.claimId === null) return undefined;
  return codes.some((code) => source.sales(code).some((sale) => !sale.split && !isOwn(view, sale, line)));
}

/** A screening speaks of lines that may have been settled since, under the id of the settlement. */
function isOwn(view: ClaimView, { sale, line: sold }: TraceSale, line: number): boolean {
  const { kind, claimId, institution } = view.head;
  const here = institution.code;
  if (here === null) return sale === claimId;
  const isSold = kind === 'screening' && sale.startsWith(`${here}/`) && sold === view.lineId(line);
  return isSold || sale === saleOf(here, claimId ?? '');
}

/** Undefined where the institution has sent no stock of the item. */
export function remaining(view: ClaimView, item: number): Answer<number> {
  const { head, history, items } = view;
  if (history.source === null) return undefined;
  if (head.institution.code === null) return null;
  const balance = history.source.stockE4(head.institution.code, items.textOf(item));
  return balance === null ? undefined : balance / 10_000;
}
