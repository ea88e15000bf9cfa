/** The public subjects. Nothing else in the program spells one. */
import { isInstitutionCode } from '../base/institution-code.js';
import { fail, ok, type Result } from '../base/result.js';

const root = 'claimgate';

/** Every institution's advisory requests. */
export const screenWildcard = `${root}.screen.*`;
/** All ready nodes share the requests of this group. */
export const screenQueueGroup = 'claimgate-screen';

/** `claimgate.screen.<institution>`; fails with a sentence where the code could not stand in a subject. */
export function screenSubject(institution: string): Result<string, string> {
  if (isInstitutionCode(institution)) return ok(`${root}.screen.${institution}`);
  return fail('an institution code is 1 to 30 letters, digits, "-" or "_"');
}

/** The institution that a received advisory subject names, or null where what stands there is no code. */
export function institutionOf(subject: string): string | null {
  const prefix = `${root}.screen.`;
  const institution = subject.startsWith(prefix) ? subject.slice(prefix.length) : '';
  return isInstitutionCode(institution) ? institution : null;
}
