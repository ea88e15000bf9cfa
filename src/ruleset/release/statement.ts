/** A signed text: what somebody says about releases, and proof of who. */
import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { Role, SigningKey } from './keys.js';
import { type Refusal, refusal } from './refusal.js';
import type { TrustedKey, TrustedKeys } from './trust.js';

export type StatementKind = 'manifest' | 'pointer' | 'overlay' | 'shadow' | 'trial';

/** As it is stored. */
export interface Signed {
  /** Canonical JSON; the signature is over these very bytes. */
  readonly statement: string;
  /** Id of the key. */
  readonly key: string;
  /** Base64. */
  readonly signature: string;
}

export interface Verified {
  /** The statement's content, of a shape that nobody has looked at yet. */
  readonly content: unknown;
  readonly signer: TrustedKey;
}

export function sign(kind: StatementKind, content: object, { id, key }: SigningKey): Signed {
  const statement = canonicalText(content);
  return {
    statement,
    key: id,
    signature: signBytes(null, signedBytes(kind, statement), key).toString('base64'),
  };
}

/** Whether `signed` says something of this kind, with the signature of somebody who may. */
export function verify(
  signed: unknown,
  {
    kind,
    role,
    trusted,
  }: { readonly kind: StatementKind; readonly role: Role; readonly trusted: TrustedKeys },
): Result<Verified, Refusal> {
  if (!isSigned(signed)) return fail(refusal('unsigned', `the ${kind} carries no signature`));
  const signer = trusted.get(signed.key);
  if (signer === undefined) {
    return fail(
      refusal('unknown-key', `the ${kind} is signed with ${signed.key}, which is not trusted here`),
    );
  }
  const signature = Buffer.from(signed.signature, 'base64');
  if (!verifyBytes(null, signedBytes(kind, signed.statement), signer.key, signature)) {
    return fail(refusal('tampered', `the signature of ${signer.name} does not fit the ${kind}`));
  }
  if (!signer.may.includes(role)) {
    return fail(refusal('wrong-role', `${signer.name} may not ${role}`));
  }
  const content = contentOf(signed.statement);
  return content.ok
    ? ok({ content: content.value, signer })
    : fail(refusal('unsigned', `the ${kind} is no JSON`));
}

/** What a statement says, whoever has signed it; null: nothing. Never to be gone by. */
export function unverified(signed: unknown): unknown {
  const content = isSigned(signed) ? contentOf(signed.statement) : fail(null);
  return content.ok ? content.value : null;
}

function contentOf(statement: string): Result<unknown, null> {
  try {
    return ok(JSON.parse(statement));
  } catch {
    // Whoever signs may sign anything.
    return fail(null);
  }
}

/** The kind stands before the text, so that a signature under one kind proves nothing of another. */
function signedBytes(kind: StatementKind, statement: string): Buffer {
  return Buffer.from(`claimgate ${kind} 1\n${statement}`);
}

function isSigned(value: unknown): value is Signed {
  return signedIn(value) !== null;
}

/** Its three texts and nothing else, whether they fit each other or not; null: they are not there. */
export function signedIn(value: unknown): Signed | null {
  const { statement, key, signature } = (value ?? {}) as Record<string, unknown>;
  return typeof statement === 'string' && typeof key === 'string' && typeof signature === 'string'
    ? { statement, key, signature }
    : null;
}
