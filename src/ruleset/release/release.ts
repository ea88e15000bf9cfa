/** From what lies at the broker to what a node may run: signatures, roles, order. */
import { fail, ok, type Result } from '../../base/result.js';
import type { SigningKey } from './keys.js';
import { type Manifest, readManifest } from './manifest.js';
import { type Accepted, follows, type Pointer, readPointer } from './pointer.js';
import { type Refusal, refusal } from './refusal.js';
import { type Signed, sign, verify } from './statement.js';
import type { TrustedKey, TrustedKeys } from './trust.js';

export interface Published {
  readonly manifest: Manifest;
  readonly publisher: TrustedKey;
}

export interface Activated {
  readonly pointer: Pointer;
  readonly activator: TrustedKey;
}

export function signManifest(manifest: Manifest, key: SigningKey): Signed {
  return sign('manifest', manifest, key);
}

export function signPointer(pointer: Pointer, key: SigningKey): Signed {
  return sign('pointer', pointer, key);
}

export function acceptManifest(
  signed: unknown,
  version: number,
  trusted: TrustedKeys,
): Result<Published, Refusal> {
  const verified = verify(signed, { kind: 'manifest', role: 'publish', trusted });
  if (!verified.ok) return verified;
  const manifest = readManifest(verified.value.content);
  if (!manifest.ok) return manifest;
  if (manifest.value.version !== version) {
    return fail(
      refusal('tampered', `under version ${version} lies the manifest of ${manifest.value.version}`),
    );
  }
  return ok({ manifest: manifest.value, publisher: verified.value.signer });
}

/**
 * Who says it and whether it may follow what was accepted; the versions it names are checked with `agree`. `last`: the
 * pointer accepted last, where it is known.
 */
export function acceptPointer(
  signed: unknown,
  accepted: Accepted,
  trusted: TrustedKeys,
  last: Pointer | null = null,
): Result<Activated, Refusal> {
  const verified = verify(signed, { kind: 'pointer', role: 'activate', trusted });
  if (!verified.ok) return verified;
  const pointer = readPointer(verified.value.content);
  if (!pointer.ok) return pointer;
  const may = follows(pointer.value, accepted, last);
  return may.ok ? ok({ pointer: pointer.value, activator: verified.value.signer }) : may;
}

/**
 * It takes two: whoever publishes a version does not put it in force, neither for those meant nor for all others.
 * `base`: the published version that the pointer names so; null where it names none.
 */
export function agree(
  { pointer, activator }: Activated,
  published: Published,
  base: Published | null,
): Result<null, Refusal> {
  const { manifest } = published;
  if (pointer.rulesetId !== manifest.rulesetId) {
    const sentence = `version ${manifest.version} is ${manifest.rulesetId}, not ${pointer.rulesetId}`;
    return fail(refusal('other-content', sentence));
  }
  const own = [published, base].find((one) => one?.publisher.id === activator.id);
  if (own === undefined || own === null) return ok(null);
  const sentence = `${activator.name} has published version ${own.manifest.version}: another activates it`;
  return fail(refusal('same-signer', sentence));
}
