/** The moment that a question about the past is asked for: a line of the claim, or the beginning of its encounter. */
import { dayOf, type EpochDay, type EpochMs } from '../../../base/calendar.js';
import type { ClaimHead } from '../../../claim/columns/claim-columns.js';
import type { ClaimView } from '../claim-view.js';
import { lastDayOf } from './service-days.js';

export class AsOf {
  /** The line; -1: the claim as a whole. */
  line = -1;
  at: EpochMs = Number.NaN;
  /** The last day of its service. */
  day: EpochDay = Number.NaN;

  /** False where the claim does not tell when that is. */
  set(view: ClaimView, line: number): boolean {
    this.line = line;
    this.at = line < 0 ? beginningOf(view.head) : view.lines.at[line]!;
    this.day = line < 0 ? dayOf(this.at) : lastDayOf(view.lines, line);
    return !Number.isNaN(this.at);
  }

  /** Whether a line of the claim comes up to this one, or strictly before it; null where its time is unknown. */
  hasSeen(view: ClaimView, line: number, isStrict: boolean): boolean | null {
    if (line === this.line) return !isStrict;
    const at = view.lines.at[line]!;
    if (Number.isNaN(at)) return null;
    if (at !== this.at) return at < this.at;
    return this.line < 0 ? !isStrict : line < this.line;
  }
}

/** When the encounter began, or the claim was sent; NaN where neither is known. */
export function beginningOf({ encounter, sentAt }: ClaimHead): EpochMs {
  return encounter.admittedAt ?? sentAt ?? Number.NaN;
}
