/** A second signature under a pointer: above the ceiling of PG-16 one activator is not enough. */
import { acceptPointer } from './release.js';
import type { Signed } from './statement.js';
import type { TrustedKey, TrustedKeys } from './trust.js';

/** Signed by one; the second has signed the very same words. */
export interface SignedPointer extends Signed {
  readonly second?: Pick<Signed, 'key' | 'signature'>;
}

/** Another activator than the first who has signed, too; null: nobody. */
export function approverOf(signed: unknown, trusted: TrustedKeys): TrustedKey | null {
  const { statement, key, second } = (signed ?? {}) as Partial<SignedPointer>;
  if (second === undefined || second === null || second.key === key) return null;
  const again = { statement, key: second.key, signature: second.signature };
  const said = acceptPointer(again, { serial: 0, floor: 0 }, trusted);
  return said.ok ? said.value.activator : null;
}
