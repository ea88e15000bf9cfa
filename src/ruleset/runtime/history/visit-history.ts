/** Questions about the patient's other encounters. Undefined: the past is not known; null: the claim lacks a fact. */
import { dayOf, type EpochMs } from '../../../base/calendar.js';
import type { ClaimView } from '../claim-view.js';
import { beginningOf } from './as-of.js';
import type { Answer } from './item-history.js';
import { type Past, startsWithAny } from './past.js';

/**
 * Other encounters of a type that began within so many days up to this one's beginning. With `except`, neither
 * emergencies count nor those whose main diagnosis begins with one of these, or is not known.
 */
export function visitsWithin(
  view: ClaimView,
  type: string,
  days: number,
  except?: readonly string[],
): Answer<number> {
  const past = view.history.past(view);
  if (past === null) return undefined;
  const now = beginningOf(view.head);
  if (Number.isNaN(now)) return null;
  const { patient, ownEncounter } = past;
  let count = 0;
  for (let e = 0; e < patient.encounters; e++) {
    if (e === ownEncounter || patient.encounterType(e) !== type) continue;
    const began = past.beginningOf(e);
    if (began > now || !isWithin(began, now, days)) continue;
    if (except === undefined || isOrdinary(past, e, except)) count++;
  }
  return count;
}

function isOrdinary({ patient }: Past, encounter: number, except: readonly string[]): boolean {
  const diagnosis = patient.mainDiagnosis(encounter);
  return !patient.emergency(encounter) && diagnosis !== null && !startsWithAny(diagnosis, except);
}

/** Undefined where there is none. */
export function lastDischarge(view: ClaimView, isHere: boolean): Answer<EpochMs> {
  const past = view.history.past(view);
  if (past === null) return undefined;
  const now = beginningOf(view.head);
  const here = view.head.institution.code;
  if (Number.isNaN(now) || (isHere && here === null)) return null;
  const { patient, ownEncounter } = past;
  let last: EpochMs | undefined;
  for (let e = 0; e < patient.encounters; e++) {
    if (e === ownEncounter || patient.encounterType(e) !== 'inpatient') continue;
    if (isHere && patient.encounterInstitution(e) !== here) continue;
    const discharged = patient.dischargedAt(e);
    if (discharged !== null && discharged <= now) last = Math.max(last ?? discharged, discharged);
  }
  return last;
}

export function dischargedWithin(view: ClaimView, days: number, isHere: boolean): Answer<boolean> {
  if (view.history.past(view) === null) return undefined;
  const last = lastDischarge(view, isHere);
  if (last === null) return null;
  return last !== undefined && isWithin(last, beginningOf(view.head), days);
}

/** NaN is within nothing. */
function isWithin(instant: EpochMs, now: EpochMs, days: number): boolean {
  return dayOf(instant) > dayOf(now) - days;
}
