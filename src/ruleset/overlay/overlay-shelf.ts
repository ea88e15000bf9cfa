/** The overlay that lies at the broker, read as a node would, for those who change it. */
import { setImmediate } from 'node:timers/promises';
import { ok, type Result } from '../../base/result.js';
import { countedOn } from '../release/counted-on.js';
import { unreachable } from '../release/desk.js';
import type { Refusal } from '../release/refusal.js';
import type { Shelf } from '../release/shelf.js';
import { type Signed, unverified } from '../release/statement.js';
import type { TrustedKeys } from '../release/trust.js';
import {
  acceptOverlay,
  type BelievedOverlay,
  isLaterChange,
  nothingAccepted,
  type Operated,
} from './accept-overlay.js';
import { type BrakeEntry, readOperatorOverlay, readStoredOverlay } from './stored-overlay.js';

/** One change of the overlay, as it was written. */
export interface OverlayTrailEntry {
  readonly storedMs: number;
  /** What it says; or why nobody believes it. */
  readonly said: Result<BelievedOverlay, Refusal>;
}

export interface StandingOverlay {
  /** Of what lies there; 0: nothing. */
  readonly revision: number;
  /** The last that is believed, with what operators have signed last; null: none. */
  readonly believed: BelievedOverlay | null;
  /** The highest that anybody has counted to, believed or not: whoever writes goes on from here. */
  readonly number: number;
  readonly serial: number;
  /** Oldest first, as far back as the broker keeps it. */
  readonly trail: readonly OverlayTrailEntry[];
}

export async function standingOverlay(
  shelf: Shelf,
  trusted: TrustedKeys,
): Promise<Result<StandingOverlay, Refusal>> {
  const lies = unreachable(await shelf.document('overlay'));
  if (!lies.ok) return lies;
  const history = unreachable(await shelf.history('overlay'));
  if (!history.ok) return history;
  const trail: OverlayTrailEntry[] = [];
  const counts: ReturnType<typeof countsIn>[] = [];
  for (const { value, storedMs } of history.value) {
    trail.push({ storedMs, said: acceptOverlay(value, nothingAccepted, trusted) });
    counts.push(countsIn(value));
    // Long ones take milliseconds each, and nodes have claims to answer meanwhile.
    await setImmediate();
  }
  const number = countedOn(counts.map((count) => count?.number ?? null));
  const said = trail.flatMap((entry) => (entry.said.ok ? [entry.said.value] : []));
  const sound = said.filter((one) => one.number <= number);
  const last = sound.reduce<BelievedOverlay | null>(
    (a, b) => (a === null || b.number > a.number ? b : a),
    null,
  );
  const serial = countedOn(counts.map((count) => count?.serial ?? null));
  // Signed for all; what lies beside it is of whoever has written it.
  const operator = said.reduce<Operated | null>(
    (latest, { operator: one }) =>
      one !== null && one.overlay.serial <= serial && isLaterChange(one, latest) ? one : latest,
    null,
  );
  return ok({
    revision: lies.value?.revision ?? 0,
    believed: last === null ? null : { ...last, operator },
    number,
    serial,
    trail,
  });
}

/** Of an operator whose key has been taken away, too: nodes have accepted it once. Null: it is no overlay. */
function countsIn(value: unknown): { readonly number: number; readonly serial: number } | null {
  const stored = readStoredOverlay(value);
  if (!stored.ok) return null;
  const { number, operator } = stored.value;
  const read = readOperatorOverlay(unverified(operator));
  return { number, serial: read.ok ? read.value.serial : 0 };
}

/** Over what was found standing. */
export async function putOverlay(
  shelf: Shelf,
  { revision, number }: StandingOverlay,
  { operator, brakes }: { readonly operator: Signed | null; readonly brakes: readonly BrakeEntry[] },
) {
  const next = { format: 1, number: number + 1, operator, brakes };
  const put = await shelf.put('overlay', next, revision);
  return put.ok ? ok(next.number) : put;
}
