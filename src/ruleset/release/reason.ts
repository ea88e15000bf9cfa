/** Why somebody changes something, as it is kept with the change and shown in lists of one line each. */
import { steers } from '../../base/visible-text.js';

/** Characters. */
export const mostReason = 300;

/** What is wrong with a reason; null: nothing. Only desks ask: nodes go by what was signed before it was asked. */
export function oddReason(reason: string): string | null {
  if (reason.trim() === '' || reason.length > mostReason) {
    return `say why, in ${mostReason} characters at most`;
  }
  return steers(reason) ? 'the reason has line breaks or other control characters' : null;
}

/** Clocks of those who sign and those who check differ. */
export const clocksApartMs = 5 * 60 * 1000;
