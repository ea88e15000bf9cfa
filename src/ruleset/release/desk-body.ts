/** What clients send to a desk, as it comes: read beside the service, as texts of rules are long. */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import type { Declined } from './publish.js';
import type { Refusal } from './refusal.js';

/** Why a body comes to nothing. */
export type Objection =
  /** It makes no sense; a sentence. */
  | { readonly is: 'malformed'; readonly message: string }
  | { readonly is: 'refused'; readonly refusal: Refusal | Declined }
  /** It is not the body. */
  | { readonly is: 'failed'; readonly message: string };

export type Members = Readonly<Record<string, unknown>>;

export function malformed(message: string) {
  return fail({ is: 'malformed', message } as const);
}

export function refused(refusal: Refusal | Declined) {
  return fail({ is: 'refused', refusal } as const);
}

/** The members of a JSON object. Fails with a sentence. */
export function membersIn(bytes: Uint8Array): Result<Members, string> {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return fail('The body is not JSON.');
  }
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject ? ok(body as Members) : fail('The body is not a JSON object.');
}

const partOfRules = /^(ruleset|exceptions)\.yaml$|^(packs|tables|regions)\/.*\.(yaml|csv)$/;

/** Named from the folder down: nothing above it, and no path in two spellings. */
function isWithin(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** `files` of a body: texts by path. What is no part of a rule set is left, as in a folder. Fails with a sentence. */
export function sourceIn(files: unknown): Result<RulesSource, string> {
  if (typeof files !== 'object' || files === null || Array.isArray(files)) {
    return fail('The body has no "files": texts by path within the rules folder.');
  }
  const all = new Map<string, string>();
  for (const [path, text] of Object.entries(files)) {
    if (!isWithin(path)) return fail(`"${path}" is no file of a rule set.`);
    if (!partOfRules.test(path)) continue;
    if (typeof text !== 'string') return fail(`"${path}" is not a text.`);
    all.set(path, text);
  }
  return ok({ label: '', files: all });
}

/** An answer as it leaves. */
export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
