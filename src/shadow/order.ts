/**
 * Which version is tried beside the one in force: signed by somebody who may publish or activate. It takes no second
 * person, since no answer ever comes of it; it takes a signature, since it takes the processors of all nodes.
 */
import { fail, ok, type Result } from '../base/result.js';
import { leaps } from '../ruleset/release/counted-on.js';
import { isCount, isInstant, isText, orNull, readDocument, type Shape } from '../ruleset/release/document.js';
import type { SigningKey } from '../ruleset/release/keys.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import { type Signed, sign, type Verified, verify } from '../ruleset/release/statement.js';
import type { TrustedKey, TrustedKeys } from '../ruleset/release/trust.js';

export interface ShadowOrder {
  readonly format: 1;
  /** One more than that of the order before it: one that was overtaken cannot be brought back. */
  readonly serial: number;
  /** Null: none any more. */
  readonly version: number | null;
  /** Null with the version. */
  readonly rulesetId: string | null;
  readonly reason: string;
  readonly signedAt: string;
}

export interface GivenOrder {
  readonly order: ShadowOrder;
  readonly signer: TrustedKey;
}

const shape: Shape<ShadowOrder> = {
  format: (value): value is 1 => value === 1,
  serial: isCount,
  version: orNull(isCount),
  rulesetId: orNull(isText),
  reason: isText,
  signedAt: isInstant,
};

export function signOrder(order: ShadowOrder, key: SigningKey): Signed {
  return sign('shadow', order, key);
}

/** `serial`: of the order that was accepted last, which may come again; 0: none was. */
export function acceptOrder(
  signed: unknown,
  serial: number,
  trusted: TrustedKeys,
): Result<GivenOrder, Refusal> {
  const verified = verifyEither(signed, trusted);
  if (!verified.ok) return verified;
  const order = readDocument(verified.value.content, shape, 'order of a shadow');
  if (!order.ok) return order;
  if (leaps(order.value.serial, serial)) {
    return fail(refusal('unfit', `shadow order ${order.value.serial}: nobody counts so far`));
  }
  if (order.value.serial >= serial) return ok({ order: order.value, signer: verified.value.signer });
  return fail(refusal('overtaken', `shadow order ${order.value.serial} comes after order ${serial}`));
}

function verifyEither(signed: unknown, trusted: TrustedKeys): Result<Verified, Refusal> {
  const publisher = verify(signed, { kind: 'shadow', role: 'publish', trusted });
  if (publisher.ok || publisher.error.reason !== 'wrong-role') return publisher;
  return verify(signed, { kind: 'shadow', role: 'activate', trusted });
}
