/** The public subjects. Nothing else in the program spells one. */
import { isInstitutionCode } from '../base/institution-code.js';
import { fail, ok, type Result } from '../base/result.js';

const root = 'claimgate';

/** Every institution's advisory requests. */
export const screenWildcard = `${root}.screen.*`;
/** All ready nodes share the requests of this group. */
export const screenQueueGroup = 'claimgate-screen';

/** What the streams hold, each a kind of message with the words that follow it. */
export const settleWildcard = `${root}.settle.*`;
export const decisionsWildcard = `${root}.decisions.*.*`;
export const adviceWildcard = `${root}.advice.*.*`;
export const feedbackWildcard = `${root}.feedback.*`;
export const deadLetterWildcard = `${root}.deadletter.*`;

/** `claimgate.screen.<institution>`; fails with a sentence where the code could not stand in a subject. */
export function screenSubject(institution: string): Result<string, string> {
  return ofInstitution(`${root}.screen`, institution);
}

/** `claimgate.settle.<institution>`; fails likewise. */
export function settleSubject(institution: string): Result<string, string> {
  return ofInstitution(`${root}.settle`, institution);
}

/** `claimgate.feedback.<institution>`; fails likewise. */
export function feedbackSubject(institution: string): Result<string, string> {
  return ofInstitution(`${root}.feedback`, institution);
}

/** `claimgate.decisions.<institution>.<status>`; fails likewise. */
export function decisionsSubject(institution: string, status: string): Result<string, string> {
  return withWord(ofInstitution(`${root}.decisions`, institution), status);
}

/** `claimgate.advice.<institution>.<status>`; fails likewise. */
export function adviceSubject(institution: string, status: string): Result<string, string> {
  return withWord(ofInstitution(`${root}.advice`, institution), status);
}

/** `claimgate.deadletter.<reason>`; fails likewise. */
export function deadLetterSubject(reason: string): Result<string, string> {
  return withWord(ok(`${root}.deadletter`), reason);
}

/** The institution that a received advisory subject names, or null where what stands there is no code. */
export function institutionOf(subject: string): string | null {
  return codeAfter(`${root}.screen.`, subject);
}

/** The institution that a subject of `CLAIMS` names, or null where what stands there is no code. */
export function settlingInstitution(subject: string): string | null {
  return codeAfter(`${root}.settle.`, subject);
}

function ofInstitution(prefix: string, institution: string): Result<string, string> {
  if (isInstitutionCode(institution)) return ok(`${prefix}.${institution}`);
  return fail('an institution code is 1 to 30 letters, digits, "-" or "_"');
}

function withWord(start: Result<string, string>, word: string): Result<string, string> {
  if (!start.ok) return start;
  if (/^[a-z][a-z_-]{0,39}$/.test(word)) return ok(`${start.value}.${word}`);
  return fail('a status or reason is lower-case letters, "-" and "_"');
}

function codeAfter(prefix: string, subject: string): string | null {
  const institution = subject.startsWith(prefix) ? subject.slice(prefix.length) : '';
  return isInstitutionCode(institution) ? institution : null;
}
