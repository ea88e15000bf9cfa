/**
 * What a request says about itself outside its body: encoding, version, budget, institution. The same words
 * on NATS and HTTP (ARCHITECTURE §3), read in one place for both doors.
 */

import { isInstitutionCode } from '../base/institution-code.js';
import { fail, ok, type Result } from '../base/result.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import type { NotScreenedCause } from '../decision/decision.js';
import type { Envelope, Outcome } from './protocol.js';

export const header = {
  contentType: 'Content-Type',
  budget: 'Claimgate-Budget-Ms',
  version: 'Claimgate-Version',
  institution: 'Claimgate-Institution',
  status: 'Claimgate-Status',
  duration: 'Claimgate-Duration-Ms',
} as const;

export const interfaceVersion = '1';

export interface Answer {
  readonly bytes: Uint8Array;
  readonly outcome: Outcome;
}

/** Screens one body. Always answers; whatever goes wrong is an answer of status `not_screened`. */
export type Screen = (body: Uint8Array, envelope: Envelope) => Promise<Answer>;

/**
 * An answer without a screening, in the form that the request asks for. Reads of the body what recognising it
 * takes.
 */
export type Refuse = (
  body: Uint8Array,
  envelope: Envelope,
  cause: NotScreenedCause,
  detail: string | null,
) => Answer;

export type TermsProblem = 'unsupported-content-type' | 'unsupported-version';

export interface Terms {
  /** Null: the worker recognises it from the bytes. */
  readonly format: WireFormat | null;
  /** Milliseconds that the caller grants; null where it says nothing usable. */
  readonly callerBudgetMs: number | null;
}

/** Reads the three headers of a request; each may be absent. */
export function readTerms(given: {
  readonly contentType: string | null;
  readonly budget: string | null;
  readonly version: string | null;
}): Result<Terms, TermsProblem> {
  const version = given.version ?? interfaceVersion;
  if (version !== interfaceVersion) return fail('unsupported-version');
  const format = formatOf(given.contentType);
  if (!format.ok) return format;
  const budget = Number(given.budget ?? Number.NaN);
  return ok({ format: format.value, callerBudgetMs: budget > 0 ? budget : null });
}

const msgpackTypes = new Set(['application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack']);
/** Senders that do not know what they send say one of these, and the bytes decide. */
const anyTypes = new Set([
  '',
  'application/json',
  'text/json',
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
]);
const chineseCharsets = new Set(['gbk', 'gb2312', 'gb18030', 'cp936']);

/**
 * The encoding that a Content-Type names; null where the bytes have to tell (JSON may be native or national).
 */
export function formatOf(contentType: string | null): Result<WireFormat | null, 'unsupported-content-type'> {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  if (msgpackTypes.has(type.trim())) return ok('native-msgpack');
  if (!anyTypes.has(type.trim())) return fail('unsupported-content-type');
  const charset = parameters.map((part) => /^\s*charset\s*=\s*"?([^"\s]+)/.exec(part)?.[1]).find(Boolean);
  return ok(charset !== undefined && chineseCharsets.has(charset) ? 'nhsa-gbk' : null);
}

/** The Content-Type of an answer. */
export function contentTypeOf(format: WireFormat): string {
  if (format === 'native-msgpack') return 'application/msgpack';
  return format === 'nhsa-gbk' ? 'application/json; charset=GBK' : 'application/json; charset=utf-8';
}

/** The institution in a `Claimgate-Institution` header; null where none is sent. */
export function institutionNamed(value: unknown): Result<string | null, 'invalid-institution'> {
  if (value === undefined) return ok(null);
  return typeof value === 'string' && isInstitutionCode(value) ? ok(value) : fail('invalid-institution');
}

/** What an answer says about itself, on either transport. `durationMs` counts from receipt. */
export function answerHeaders(outcome: Outcome, durationMs: number): Readonly<Record<string, string>> {
  return {
    [header.contentType]: contentTypeOf(outcome.format),
    [header.version]: interfaceVersion,
    [header.status]: outcome.status,
    [header.duration]: durationMs.toFixed(3),
  };
}
