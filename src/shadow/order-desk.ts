/** The desk, as far as shadows go: what is ordered, and what somebody who orders one has to sign. */
import { fail, ok, type Result } from '../base/result.js';
import { countedOn } from '../ruleset/release/counted-on.js';
import { type Desk, unreachable } from '../ruleset/release/desk.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import type { Signed } from '../ruleset/release/statement.js';
import { acceptOrder, type GivenOrder, type ShadowOrder } from './order.js';

export interface Ordered {
  /** Of what lies there; 0: nothing. */
  readonly revision: number;
  /** The last order that is believed, be it that there is none any more; null: there has never been one. */
  readonly current: GivenOrder | null;
}

export interface WantedShadow {
  /** Null: none any more. */
  readonly version: number | null;
  readonly reason: string;
}

export async function readOrder({ shelf, trusted }: Desk): Promise<Result<Ordered, Refusal>> {
  const lies = unreachable(await shelf.document('shadow'));
  if (!lies.ok) return lies;
  const history = unreachable(await shelf.history('shadow'));
  if (!history.ok) return history;
  const believed = history.value.flatMap(({ value }) => {
    const accepted = acceptOrder(value, 0, trusted);
    return accepted.ok ? [accepted.value] : [];
  });
  const most = countedOn(believed.map(({ order }) => order.serial));
  const counted = believed.filter(({ order }) => order.serial <= most);
  const current = counted.reduce<GivenOrder | null>(later, null);
  return ok({ revision: lies.value?.revision ?? 0, current });
}

/** What is to be signed. */
export async function draftOrder(
  desk: Desk,
  { version, reason }: WantedShadow,
  nowMs: number,
): Promise<Result<ShadowOrder, Refusal>> {
  const ordered = await readOrder(desk);
  if (!ordered.ok) return ordered;
  const rulesetId = await idOf(desk, version);
  if (!rulesetId.ok) return rulesetId;
  return ok({
    format: 1,
    serial: (ordered.value.current?.order.serial ?? 0) + 1,
    version,
    rulesetId: rulesetId.value,
    reason,
    signedAt: new Date(nowMs).toISOString(),
  });
}

/** Checks as every desk does, whoever drafted and signed, and writes. */
export async function giveOrder(desk: Desk, signed: Signed): Promise<Result<GivenOrder, Refusal>> {
  const ordered = await readOrder(desk);
  if (!ordered.ok) return ordered;
  const before = ordered.value.current?.order.serial ?? 0;
  const given = acceptOrder(signed, before + 1, desk.trusted);
  if (!given.ok) return given;
  const { serial, version, rulesetId } = given.value.order;
  if (serial !== before + 1) {
    return fail(refusal('overtaken', `order ${serial} does not follow order ${before}`));
  }
  const meant = await idOf(desk, version);
  if (!meant.ok) return meant;
  if (meant.value !== rulesetId) {
    return fail(refusal('other-content', `version ${version} is ${meant.value}, not ${rulesetId}`));
  }
  const put = await desk.shelf.put('shadow', signed, ordered.value.revision);
  if (put.ok) return given;
  return put.error.kind === 'broker'
    ? fail(refusal('unreachable', put.error.message))
    : fail(refusal('overtaken', 'somebody else has ordered a shadow meanwhile: look again'));
}

/** Of a version that may come into force; it would be tried for nothing otherwise. */
async function idOf(desk: Desk, version: number | null): Promise<Result<string | null, Refusal>> {
  if (version === null) return ok(null);
  const published = await desk.version(version);
  if (!published.ok) return published;
  const live = await desk.live();
  if (!live.ok) return live;
  const { current, accepted } = live.value;
  if (version < accepted.floor) {
    return fail(
      refusal('older-than-floor', `version ${version} is below ${accepted.floor}, the lowest that may be`),
    );
  }
  const pointer = current?.pointer;
  if (pointer?.version === version && pointer.institutions === null && pointer.notBefore === null) {
    return fail(refusal('overtaken', `version ${version} is in force for all`));
  }
  return ok(published.value.manifest.rulesetId);
}

function later(a: GivenOrder | null, b: GivenOrder): GivenOrder {
  return a === null || b.order.serial > a.order.serial ? b : a;
}
