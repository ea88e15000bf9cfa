/**
 * A message that was decided twice: here, and by the node whose decision counts. What a message does to the state is
 * the same whatever rules say of it, but for the findings that stand at its claim; those are put right.
 */
import { key16, type StateReader, touchedOf, type Write } from '../state.js';
import type { StandingFinding } from './applied.js';
import { hasStanding, readClaimRecord, writeClaimRecord } from './claim-record.js';
import { undoneFindings, viewOf } from './standing.js';

/** What one decision says of its claim's findings. */
export interface Said {
  readonly findings: readonly StandingFinding[];
  /** Ids of findings that no longer stand, of this claim or another of the visit. */
  readonly retracts: readonly string[];
}

/** The claim's record as it is where `counting` was taken in instead of `own`; null: it is so already. */
export function recount(
  institution: string,
  claimId: string,
  own: Said,
  counting: Said,
  state: StateReader,
): Write | null {
  const key = key16(institution, claimId);
  const bytes = state.get('claims', key)?.slice();
  if (bytes === undefined) return null;
  const before = readClaimRecord(institution, claimId, { get: () => bytes });
  // Of what was undone since, nothing stands in either way.
  if (!hasStanding(before)) return null;
  const findings = new Map(before.findings);
  for (const { findingId } of own.findings) findings.delete(findingId);
  for (const { findingId, violating } of counting.findings) findings.set(findingId, violating);
  for (const id of counting.retracts) findings.delete(id);
  const record = { ...before, findings };
  for (const id of undoneFindings(record, viewOf(record).remaining)) findings.delete(id);
  let value: Uint8Array | null = null;
  const taker = {
    get: () => undefined,
    remove: () => {},
    put: (...[, , put]: [unknown, unknown, Uint8Array]) => {
      value = put;
    },
  };
  writeClaimRecord(institution, claimId, record, touchedOf(bytes), taker);
  return value === null || Buffer.compare(value, bytes) === 0 ? null : { table: 'claims', key, value };
}
