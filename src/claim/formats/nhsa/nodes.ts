/**
 * Nodes of the national message as they are really sent: snake_case or camelCase, a list or the one object
 * that it would hold, an empty text for "none".
 */
import { type Fields, isFields, limitSize, own, wrongShape } from '../structure.js';

/** A node by its national name, in either spelling. */
export function node(fields: Fields, name: string): unknown {
  const value = own(fields, name);
  if (value !== undefined) return value;
  const camel = camelName(name);
  return camel === name ? undefined : own(fields, camel);
}

/** The other spelling of a national name; the name itself where it has but one. */
export function camelName(name: string): string {
  return camelNames.get(name) ?? camelCase(name);
}

// Names come from this folder's sources, never from a message, so the cache is bounded by them.
const camelNames = new Map<string, string>();

function camelCase(name: string): string {
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  camelNames.set(name, camel);
  return camel;
}

export function isBlank(value: unknown): boolean {
  if (typeof value !== 'string') return value === undefined || value === null;
  const text = value.trim();
  return text === '' || text === '-';
}

/** Objects of a list node; none where it is blank, one where it is a single object. */
export function nodeList(value: unknown, place: string, limit: number): readonly Fields[] {
  if (isBlank(value)) return [];
  if (isFields(value)) return [value];
  if (!Array.isArray(value)) return wrongShape(place, 'a list');
  limitSize(value.length, limit, place);
  return value
    .filter((entry) => !isBlank(entry))
    .map((entry, i) => (isFields(entry) ? entry : wrongShape(`${place}[${i}]`, 'an object')));
}

/** An object node; the empty object where it is blank, the first of a list where it is one. */
export function nodeObject(value: unknown, place: string): Fields {
  if (isBlank(value)) return {};
  const first = Array.isArray(value) ? value[0] : value;
  return isFields(first) ? first : wrongShape(place, 'an object');
}

/** A short text to be repeated in the answer; null where there is none that could be. */
export function echo(value: unknown): string | null {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  return text === '' || text.length > 128 || /[\u0000-\u001f\u007f]/.test(text) ? null : text;
}
