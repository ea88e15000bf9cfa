/** Invented people with keys, and the documents that they sign. */
import { createKey, type Role, readSigningKey, type SigningKey } from '../../../src/ruleset/release/keys.js';
import type { Manifest } from '../../../src/ruleset/release/manifest.js';
import type { Pointer } from '../../../src/ruleset/release/pointer.js';
import { readTrustedKeys, type TrustedKeys } from '../../../src/ruleset/release/trust.js';

export interface Person {
  readonly name: string;
  readonly may: readonly Role[];
  readonly publicKey: string;
  readonly signing: SigningKey;
}

export function person(name: string, ...may: Role[]): Person {
  const { privatePem, publicKey } = createKey();
  const signing = readSigningKey(privatePem);
  if (!signing.ok) throw new Error(signing.error);
  return { name, may, publicKey, signing: signing.value };
}

export function trusting(...people: readonly Person[]): TrustedKeys {
  const keys = people.map(({ name, may, publicKey }) => ({ name, may, publicKey }));
  const read = readTrustedKeys(JSON.stringify({ keys }));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

export function manifestOf(version: number, rest: Partial<Manifest> = {}): Manifest {
  return {
    format: 1,
    version,
    previous: version === 1 ? null : version - 1,
    rulesetId: `sha256:${String(version).padStart(64, '0')}`,
    name: 'national',
    asOf: '2026-06-29',
    sourceDigest: 'f'.repeat(64),
    publishedAt: '2026-07-01T08:00:00.000Z',
    added: [],
    removed: [],
    changed: ['duplicate-item-charge'],
    warnings: 0,
    replay: null,
    floor: 1,
    ...rest,
  };
}

export function pointerTo(version: number, rest: Partial<Pointer> = {}): Pointer {
  return {
    format: 1,
    serial: 1,
    version,
    rulesetId: manifestOf(version).rulesetId,
    institutions: null,
    base: null,
    notBefore: null,
    floor: 1,
    reason: 'without replay: 新一批知识点',
    signedAt: '2026-07-02T08:00:00.000Z',
    ...rest,
  };
}
