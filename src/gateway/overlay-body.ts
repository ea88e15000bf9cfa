/** What clients want done to single rules, as it comes in a body. */
import { ServiceError } from '../base/errors.js';
import { isInstitutionCode } from '../base/institution-code.js';
import type { OverlayChange } from '../ruleset/overlay/change-overlay.js';

type Body = Readonly<Record<string, unknown>>;

/** Throws ServiceError. */
export function overlayChangeIn(body: Body): OverlayChange {
  switch (body['do']) {
    case 'kill':
    case 'revive':
      return { do: body['do'], rule: textIn(body, 'rule'), institution: institutionIn(body) };
    case 'snooze':
      return { do: 'snooze', ...snoozePlace(body), until: untilIn(body) };
    case 'wake':
      return { do: 'wake', ...snoozePlace(body) };
    case 'release':
      return { do: 'release', version: versionIn(body), rules: rulesIn(body) };
    default:
      throw new ServiceError('malformed', '"do" is kill, revive, snooze, wake or release.');
  }
}

/** A text that says something. Throws ServiceError. */
export function textIn(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ServiceError('malformed', `"${name}" is missing.`);
}

function snoozePlace(body: Body) {
  const department = isAbsent(body, 'department') ? null : textIn(body, 'department');
  return { rule: textIn(body, 'rule'), institution: institutionIn(body), department };
}

function institutionIn(body: Body): string | null {
  if (isAbsent(body, 'institution')) return null;
  const code = textIn(body, 'institution');
  if (isInstitutionCode(code)) return code;
  throw new ServiceError('invalid-institution', '"institution" is no code of an institution.');
}

function isAbsent(body: Body, name: string): boolean {
  return body[name] === undefined || body[name] === null;
}

function untilIn(body: Body): string {
  const text = textIn(body, 'until');
  const ms = /[Z+-]/.test(text.slice(10)) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new ServiceError('malformed', '"until" is no time with an offset.');
  return new Date(ms).toISOString();
}

function versionIn({ version }: Body): number {
  if (Number.isSafeInteger(version) && Number(version) > 0) return Number(version);
  throw new ServiceError('malformed', '"version" is no number of a version.');
}

function rulesIn({ rules = [] }: Body): readonly string[] {
  if (Array.isArray(rules) && rules.every((rule) => typeof rule === 'string')) return rules;
  throw new ServiceError('malformed', '"rules" is no list of rule ids.');
}
