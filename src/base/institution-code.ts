/** The one shape that every institution code has, wherever it comes from: a setting, a header, a subject. */

/**
 * A national institution code is letters and digits (`H35010200417`); local ones also carry `-` and `_`.
 * Whatever a message subject treats as syntax (dot, star, `>`, white space) is thereby impossible.
 */
const institutionCode = /^[A-Za-z0-9_-]{1,30}$/;

/** Whether a text can be an institution's code; whether one has it, only the claim's side knows. */
export function isInstitutionCode(text: string): boolean {
  return institutionCode.test(text);
}
