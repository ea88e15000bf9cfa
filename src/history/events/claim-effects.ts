/**
 * What a claim's record means elsewhere: the patient's history, trace codes, stock. Everything follows from the record
 * before and after a message, so that each kind of event only has to say what becomes of the record.
 */
import type { Claim } from '../../claim/claim.js';
import type { Scope } from './applied.js';
import { type ClaimRecord, emptyClaim, writeClaimRecord } from './claim-record.js';
import { byText } from './packed-record.js';
import { changePatient } from './patient-effects.js';
import { type ClaimView, type StandingCodes, undoneFindings, viewOf } from './standing.js';
import { sellStock } from './stock-record.js';
import { saleOf, setSale } from './trace-record.js';

/**
 * Puts a claim's new record and carries the change through. `recorded`: the claim as settled, where the message is a
 * settlement or sale that counts. Answers which findings fall with their lines.
 */
export function carryThrough(
  claimId: string,
  before: ClaimView,
  record: ClaimRecord,
  recorded: Claim | null,
  scope: Scope,
): { readonly after: ClaimView; readonly fallen: readonly string[] } {
  const after = viewOf(record);
  changeTraces(claimId, before.codes, after.codes, scope);
  moveStock(before, after, scope);
  changePatient(claimId, before, after, recorded, scope);
  const fallen = undoneFindings(record, after.remaining);
  const findings = fallen.length === 0 ? record.findings : without(record.findings, fallen);
  writeClaimRecord(scope.institution, claimId, { ...record, findings }, scope.streamMs, scope.state);
  return { after, fallen };
}

function without<Value>(
  map: ReadonlyMap<string, Value>,
  keys: readonly string[],
): ReadonlyMap<string, Value> {
  const gone = new Set(keys);
  return new Map([...map].filter(([key]) => !gone.has(key)));
}

function changeTraces(claimId: string, before: StandingCodes, after: StandingCodes, scope: Scope): void {
  const sale = saleOf(scope.institution, claimId);
  for (const code of before.keys()) {
    if (!after.has(code)) setSale(code, sale, null, scope.streamMs, scope.state);
  }
  for (const [code, now] of after) {
    const was = before.get(code);
    if (was?.line === now.line && was.split === now.split) continue;
    setSale(code, sale, now, scope.streamMs, scope.state);
  }
}

/** What was sold and is not back has left the stock, at the time it was sold. */
function moveStock(before: ClaimView, after: ClaimView, scope: Scope): void {
  const moves = new Map<string, { itemCode: string; seq: number; quantityE4: number }>();
  const add = ({ record, remaining }: ClaimView, sign: 1 | -1) => {
    for (const { id, itemCode, stockSeq } of record.lines.values()) {
      if (stockSeq === null || itemCode === null) continue;
      const key = `${stockSeq} ${itemCode}`;
      const move = moves.get(key) ?? { itemCode, seq: stockSeq, quantityE4: 0 };
      move.quantityE4 += sign * (remaining.get(id) ?? 0);
      moves.set(key, move);
    }
  };
  add(before, -1);
  add(after, 1);
  for (const { itemCode, seq, quantityE4 } of moves.values()) {
    if (quantityE4 === 0) continue;
    // What is left of a line has risen or fallen by this.
    sellStock(scope.institution, itemCode, { seq, quantityE4 }, scope.streamMs, scope.state);
  }
}

/** A settled or sold claim undone: what remains is that it was. */
export function reversedRecord(record: ClaimRecord): ClaimRecord {
  return {
    ...record,
    stage: 'reversed',
    head: null,
    lines: new Map(),
    findings: new Map(),
    returns: new Map(),
    undoneLines: [...record.lines.values()]
      .filter(({ ofFees }) => !ofFees)
      .map(({ id }) => id)
      .sort(byText),
    sameAs: null,
  };
}

/** From now on a message that says `name` speaks of the claim `claimId`. */
export function writeOtherName(name: string, claimId: string, scope: Scope): void {
  const record: ClaimRecord = { ...emptyClaim, stage: 'same', sameAs: claimId };
  writeClaimRecord(scope.institution, name, record, scope.streamMs, scope.state);
}

/** The claims of a visit with one more, ascending. */
export function withClaim(claims: readonly string[], claimId: string): readonly string[] {
  return claims.includes(claimId) ? claims : [...claims, claimId].sort(byText);
}
