/**
 * Which claim a message speaks of. A settlement that was sent without its number is known by its visit alone, while its
 * reversal, the report of its sale and returns name the number, or the other way round: what they have in common is the
 * visit. The name that came first stays, and the other one becomes another name of it.
 */
import type { Claim, Line } from '../../claim/claim.js';
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import { defaultClaimId } from '../../claim/normalise.js';
import type { StateReader } from '../state.js';
import { type ClaimRecord, readClaimRecord, saysNothing } from './claim-record.js';
import { type EncounterRecord, readEncounter } from './encounter-record.js';

/**
 * The claim that goes by `named`; `named` itself where no other is known. Null: several claims of the visit stand, and
 * a reversal that names the visit alone does not say which of them it undoes. Native messages name their claim, so
 * only national ones are asked for more.
 */
export function claimNamed(
  institution: string,
  named: string,
  { claim: naming, format }: DurableEvent,
  state: StateReader,
): string | null {
  const record = readClaimRecord(institution, named, state);
  if (record.sameAs !== null) return record.sameAs;
  const byVisit = defaultClaimId({ code: institution }, naming.encounter);
  const isNational = format === 'nhsa-json' || format === 'nhsa-gbk';
  if (!isNational || byVisit === null || !saysNothing(record)) return named;
  if (named !== byVisit) return ofNumber(named, byVisit, naming, institution, state);
  const visit = readEncounter(institution, naming.encounter.id as string, state);
  return ofVisit(named, naming, known(visit, institution, state));
}

/** Named by a number that nobody has sent before: the claim that is known by the visit, if there is one. */
function ofNumber(
  named: string,
  byVisit: string,
  { kind, lines }: Claim,
  institution: string,
  state: StateReader,
): string {
  const record = readClaimRecord(institution, byVisit, state);
  if (saysNothing(record) || record.sameAs !== null) return named;
  if (kind !== 'settlement') return byVisit;
  // Two settlements are two; of what waits for one, this is it.
  if (isSettled(record)) return named;
  return theFitting([[byVisit, record]], lines) ?? named;
}

type KnownClaim = readonly [claimId: string, record: ClaimRecord];

function known({ claims }: EncounterRecord, institution: string, state: StateReader): readonly KnownClaim[] {
  return claims
    .map((claimId) => [claimId, readClaimRecord(institution, claimId, state)] as const)
    .filter(([, record]) => record.sameAs === null && !saysNothing(record));
}

/** Named by the visit alone: the claim of it that fits, if there is one. */
function ofVisit(named: string, naming: Claim, claims: readonly KnownClaim[]): string | null {
  switch (naming.kind) {
    case 'reversal':
      return (
        theOne(claims) ?? theOne(claims.filter(([, { head }]) => head !== null)) ?? noneOf(named, claims)
      );
    case 'settlement':
      return (
        theFitting(
          claims.filter(([, record]) => !isSettled(record)),
          naming.lines,
        ) ?? named
      );
    default:
      return theFitting(claims, naming.lines) ?? named;
  }
}

const isSettled = ({ stage }: ClaimRecord) => stage === 'standing' || stage === 'reversed';

function theOne(claims: readonly KnownClaim[]): string | null {
  return claims.length === 1 ? (claims[0] as KnownClaim)[0] : null;
}

/** A reversal of what has not come yet waits under the visit's name. */
function noneOf(named: string, claims: readonly KnownClaim[]): string | null {
  return claims.length === 0 ? named : null;
}

/** The claim that has something in common with these lines; where either says nothing of lines, the only one. */
function theFitting(claims: readonly KnownClaim[], lines: readonly Line[]): string | null {
  const fitting = claims.find(([, record]) => hasSome(record, lines));
  if (fitting !== undefined) return fitting[0];
  const [first, ...others] = claims;
  if (first === undefined || others.length > 0) return null;
  return lines.length === 0 || first[1].lines.size === 0 ? first[0] : null;
}

function hasSome({ lines: recorded }: ClaimRecord, lines: readonly Line[]): boolean {
  const items = new Set(lines.map(({ itemCode }) => itemCode));
  const codes = new Set(lines.flatMap(({ traceCodes }) => traceCodes));
  if (lines.some(({ id }) => recorded.has(id))) return true;
  return [...recorded.values()].some(
    ({ itemCode, traceCodes }) =>
      (itemCode !== null && items.has(itemCode)) || traceCodes.some((code) => codes.has(code)),
  );
}
