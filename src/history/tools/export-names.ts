/** The trace codes behind their keys: the state holds them as hashes alone, but the claims that sold them say them. */
import { type ClaimRecord, readClaimRecord } from '../events/claim-record.js';
import { readSales } from '../events/trace-record.js';
import { key16 } from '../state.js';
import type { HistorySnapshot } from './snapshot.js';

export interface NamedSales {
  readonly code: string;
  /** Claim ids, ascending. */
  readonly sales: readonly string[];
}

/** A trace code with its standing sales. */
export function nameSales(key: Uint8Array, record: Uint8Array, state: HistorySnapshot): NamedSales {
  const wanted = hex(key);
  let code: string | null = null;
  const sales = readSales(record).map(({ sale, line }) => {
    const { claimId, claim } = claimOf(sale, state);
    const codes =
      claim.lines.get(line)?.traceCodes ?? [...claim.lines.values()].flatMap((one) => one.traceCodes);
    code ??= codes.find((one) => hex(key16(one)) === wanted) ?? null;
    return claimId;
  });
  return { code: code ?? `unknown ${wanted}`, sales: sales.sort() };
}

/** A sale names institution and claim; the claim's own id may begin with the institution, or not. */
function claimOf(
  sale: string,
  state: HistorySnapshot,
): { readonly claimId: string; readonly claim: ClaimRecord } {
  const slash = sale.indexOf('/');
  const institution = sale.slice(0, slash);
  const claim = readClaimRecord(institution, sale, state);
  if (claim.head !== null) return { claimId: sale, claim };
  const claimId = sale.slice(slash + 1);
  return { claimId, claim: readClaimRecord(institution, claimId, state) };
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
