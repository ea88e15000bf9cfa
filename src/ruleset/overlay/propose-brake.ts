/** A node writes down that rules of a version have left their band. */
import { fail, ok, type Result } from '../../base/result.js';
import { Desk } from '../release/desk.js';
import { type Refusal, refusal } from '../release/refusal.js';
import type { Shelf } from '../release/shelf.js';
import type { TrustedKeys } from '../release/trust.js';
import type { BelievedOverlay } from './accept-overlay.js';
import { putOverlay, standingOverlay } from './overlay-shelf.js';
import { type BrakeEntry, mostEntries } from './stored-overlay.js';
import { sweptBrakes } from './sweep-brakes.js';

export type BrakeProposal = BrakeEntry;

/** `braked`: the rules that are braked now and were not; none: all were, or operators have taken them off the brake. */
export interface Proposed {
  readonly number: number;
  readonly braked: readonly string[];
}

/** Others write at the same time: operators, and nodes that have seen the same. */
const mostAttempts = 20;

/** Adds it to the overlay; nodes go by it once they have read it there, this one as well. */
export async function proposeBrake(
  shelf: Shelf,
  proposal: BrakeProposal,
  trusted: TrustedKeys,
): Promise<Result<Proposed, Refusal>> {
  const desk = new Desk(shelf, trusted);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const standing = await standingOverlay(shelf, trusted);
    if (!standing.ok) return standing;
    const { believed, number } = standing.value;
    const rules = stillToBrake(proposal, believed);
    if (rules.length === 0) return ok({ number, braked: [] });
    const swept = await sweptBrakes(desk, believed?.brakes ?? [], Date.parse(proposal.at));
    if (!swept.ok) return swept;
    const brakes = [...swept.value, { ...proposal, rules }];
    if (brakes.length > mostEntries) return fail(refusal('unfit', `there are ${mostEntries} brakes already`));
    const operator = believed?.operator?.signed ?? null;
    const put = await putOverlay(shelf, standing.value, { operator, brakes });
    if (put.ok) return ok({ number: put.value, braked: rules });
    if (put.error.kind === 'broker') return fail(refusal('unreachable', put.error.message));
  }
  return fail(refusal('overtaken', `others were quicker ${mostAttempts} times`));
}

function stillToBrake(
  { version, rules }: BrakeProposal,
  believed: BelievedOverlay | null,
): readonly string[] {
  const known = new Set<string>();
  for (const entry of believed?.brakes ?? []) {
    if (entry.version === version) for (const rule of entry.rules) known.add(rule);
  }
  for (const entry of believed?.operator?.overlay.unbraked ?? []) {
    if (entry.version === version) known.add(entry.rule);
  }
  return [...new Set(rules)].filter((rule) => !known.has(rule));
}
