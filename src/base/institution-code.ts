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

/** As the nation gives them: hospitals H, pharmacies P. */
const nationalCode = /^[HP]\d{11}$/;

/** What a person who has typed such codes should look at again; null: nothing. Local codes are right all the same. */
export function oddCodes(codes: readonly string[]): string | null {
  const local = codes.filter((code) => !nationalCode.test(code));
  if (local.length === 0) return null;
  return `look again: ${local.join(', ')}: no national code (H35010200417), so it holds where claims name it just so`;
}
