/**
 * The numbers of records of sale (3505), by which a deletion (3507) finds what it undoes. A record deleted is as if it
 * had not been sent: it may be sent again. A settlement that the sale was of stands without it.
 */
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import type { Scope } from './applied.js';
import { carryThrough } from './claim-effects.js';
import { type ClaimRecord, type RecordedLine, readClaimRecord, saysNothing } from './claim-record.js';
import { readEncounter, writeEncounter } from './encounter-record.js';
import { readMovements, type SoldUnder, writeMovements } from './movement-record.js';
import { viewOf } from './standing.js';

/** Remembers the numbers of a sale's records. Answers the lines of those that were deleted before they came. */
export function numberSale(
  { claim, recordIds }: DurableEvent,
  claimId: string,
  scope: Scope,
): ReadonlySet<string> {
  const deleted = new Set<string>();
  for (const [number, lines] of linesByNumber(claim.lines, recordIds)) {
    const record = readMovements(scope.institution, number, scope.state);
    const waiting = record.parked.indexOf('sale');
    if (waiting >= 0) {
      for (const line of lines) deleted.add(line);
      const undone = record.undone.includes('sale') ? record.undone : [...record.undone, 'sale' as const];
      const parked = record.parked.toSpliced(waiting, 1);
      writeMovements(scope.institution, number, { ...record, parked, undone }, scope.streamMs, scope.state);
    } else {
      const sales = withSale(record.sales, { claimId, lines });
      writeMovements(scope.institution, number, { ...record, sales }, scope.streamMs, scope.state);
    }
  }
  return deleted;
}

function linesByNumber(
  lines: DurableEvent['claim']['lines'],
  recordIds: DurableEvent['recordIds'],
): ReadonlyMap<string, readonly string[]> {
  const numbers = new Map<string, string[]>();
  for (const [i, number] of recordIds.entries()) {
    const line = lines[i]?.id;
    if (number === null || line === undefined) continue;
    const known = numbers.get(number);
    if (known === undefined) numbers.set(number, [line]);
    else known.push(line);
  }
  return numbers;
}

/** What is sold last comes last. */
function withSale(sales: readonly SoldUnder[], { claimId, lines }: SoldUnder): readonly SoldUnder[] {
  const known = sales.find((sale) => sale.claimId === claimId)?.lines ?? [];
  const all = [...new Set([...known, ...lines])].sort();
  return [...sales.filter((sale) => sale.claimId !== claimId), { claimId, lines: all }];
}

/** Takes the sale of these lines out of a claim; answers the findings that fall with it, ascending. */
export function deleteSale({ claimId, lines: ids }: SoldUnder, scope: Scope): readonly string[] {
  const { institution, streamMs, state } = scope;
  const before = viewOf(readClaimRecord(institution, claimId, state));
  const { record } = before;
  const lines = new Map(record.lines);
  for (const id of ids) {
    const line = withoutSale(record.lines.get(id));
    if (line === null) lines.delete(id);
    else lines.set(id, line);
  }
  const isNothing = lines.size === 0 && record.head?.settled === false;
  const now: ClaimRecord = isNothing
    ? { ...record, head: null, lines, findings: new Map() }
    : { ...record, lines };
  const { fallen } = carryThrough(claimId, before, now, null, scope);
  const encounterId = record.head?.encounter ?? null;
  if (isNothing && encounterId !== null && saysNothing(now)) {
    const visit = readEncounter(institution, encounterId, state);
    const claims = visit.claims.filter((other) => other !== claimId);
    writeEncounter(institution, encounterId, { ...visit, claims }, streamMs, state);
  }
  return isNothing ? [...record.findings.keys()].sort() : [...fallen].sort();
}

/** Null where nobody but the sale told of it. */
function withoutSale(line: RecordedLine | undefined): RecordedLine | null {
  if (line === undefined || line.ofSale) return null;
  return { ...line, ...line.unreported, unreported: null, stockSeq: null };
}
