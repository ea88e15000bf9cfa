/**
 * Whom a node trusts: a file of its own, which nothing that comes over the broker can change.
 *
 *   { "keys": [{ "name": "zhao", "publicKey": "MCowBQYD…", "may": ["publish"] }] }
 */
import type { KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '../../base/result.js';
import { type Role, readPublicKey, roles } from './keys.js';

export interface TrustedKey {
  readonly id: string;
  /** Of the person, for people. */
  readonly name: string;
  readonly may: readonly Role[];
  readonly key: KeyObject;
}

/** By id. */
export type TrustedKeys = ReadonlyMap<string, TrustedKey>;

/** Fails with a sentence that names the entry. */
export function readTrustedKeys(text: string): Result<TrustedKeys, string> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return fail('the file of trusted keys is not JSON');
  }
  const entries = (document as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(entries)) return fail('the file of trusted keys has no list "keys"');
  const trusted = new Map<string, TrustedKey>();
  for (const [i, entry] of entries.entries()) {
    const read = readEntry(entry);
    if (!read.ok) return fail(`trusted key ${i + 1}: ${read.error}`);
    if (trusted.has(read.value.id)) return fail(`trusted key ${i + 1}: ${read.value.id} is there twice`);
    trusted.set(read.value.id, read.value);
  }
  return ok(trusted);
}

function readEntry(entry: unknown): Result<TrustedKey, string> {
  const { name, publicKey, may } = (entry ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return fail('"name" is missing');
  if (typeof publicKey !== 'string') return fail('"publicKey" is missing');
  if (!Array.isArray(may) || may.length === 0) return fail('"may" is missing');
  const unknown = may.find((role) => !roles.includes(role as Role));
  if (unknown !== undefined)
    return fail(`"may" holds ${JSON.stringify(unknown)}; there are ${roles.join(', ')}`);
  const read = readPublicKey(publicKey);
  return read.ok ? ok({ ...read.value, name, may: may as Role[] }) : read;
}
