/** Reads the few documents of a release, strictly: what is signed is still only what somebody wrote. */
import { fail, ok, type Result } from '../../base/result.js';
import { type Refusal, refusal } from './refusal.js';

type Guard<T> = (value: unknown) => value is T;

export const isText: Guard<string> = (value): value is string => typeof value === 'string';
/** A whole number from 0 on. */
export const isCount: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
/** UTC, of a day and hour that there is. */
export const isInstant: Guard<string> = (value): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
/** SHA-256, hex. */
export const isDigest: Guard<string> = (value): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
export const isTexts: Guard<readonly string[]> = (value): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** For what documents from before it do not have. */
export function orAbsent<T>(guard: Guard<T>): Guard<T> {
  return (value): value is T => value === undefined || guard(value);
}

export type Shape<T> = { readonly [Key in keyof T]-?: Guard<T[Key]> };

export function isShaped<T>(shape: Shape<T>): Guard<T> {
  return (value): value is T => misfit(value, shape) === null;
}

/** Every key of the shape with a value that fits it, and no other key. */
export function readDocument<T>(value: unknown, shape: Shape<T>, what: string): Result<T, Refusal> {
  const odd = misfit(value, shape);
  return odd === null ? ok(value as T) : fail(refusal('unsigned', `this is no ${what}: ${odd}`));
}

function misfit<T>(value: unknown, shape: Shape<T>): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object';
  const keys = Object.keys(shape) as (keyof T & string)[];
  const wrong = keys.find((key) => !shape[key]((value as T)[key]));
  if (wrong !== undefined) return `"${wrong}" is missing or odd`;
  const extra = Object.keys(value).find((key) => !Object.hasOwn(shape, key));
  return extra === undefined ? null : `"${extra}" is unknown`;
}
