/** Single facts of feedback, whichever form they come in. */
import type { EpochMs } from '../../base/calendar.js';
import { readTime } from '../dates.js';
import { echo } from '../formats/nhsa/nodes.js';
import { wrongShape } from '../formats/structure.js';
import { feedbackLimits } from './feedback.js';

/** An id that can be written anywhere; null where there is none. */
export const idOf = echo;

/** The same where it must be there. */
export function idAt(value: unknown, place: string): string {
  return echo(value) ?? wrongShape(place, 'an id');
}

/** An instant; null where there is none, or something else. */
export function instantOf(value: unknown): EpochMs | null {
  const time = typeof value === 'string' ? readTime(value.trim()) : null;
  return time?.is === 'instant' ? time.at : null;
}

/** Numbers of persons, cards and telephones have that many digits; doses, days and amounts do not. */
const longNumber = /[\d０-９](?:[ -]?[\d０-９]){10,}[XxＸｘ]?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const controls = /[\u0000-\u001f\u007f]+/g;

/** Why, in a person's words: one line, bounded, without long numbers; null where nothing is said. */
export function reasonOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // Cut afterwards: what a cut leaves of a number would not be known as one.
  const blotted = value.replace(controls, ' ').replace(longNumber, '***').trim();
  if (blotted === '' || blotted === '-') return null;
  return blotted.length <= feedbackLimits.reason ? blotted : shortened(blotted);
}

/** At the limit, with no character halved. */
function shortened(text: string): string {
  const cut = text.slice(0, feedbackLimits.reason - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
