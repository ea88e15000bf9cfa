/**
 * Before any clock starts: the service answers what it should. The same claim gives the same bytes when asked
 * alone and in a crowd, and the same decision in every encoding.
 */

import { deepStrictEqual, ok } from 'node:assert/strict';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { unpackWire } from '../../src/base/wire.js';
import { claimLimits } from '../../src/claim/fields.js';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';

export interface Verified {
  readonly claims: number;
  readonly statuses: Readonly<Record<string, number>>;
}

/** Throws where two answers differ or a claim was not screened. */
export async function verifyAnswers(natsUrl: string, plan: Omit<BodyPlan, 'format'>): Promise<Verified> {
  const connection = await connect({ servers: natsUrl });
  const json = makeBodies({ ...plan, format: 'native-json' });
  const packed = makeBodies({ ...plan, format: 'native-msgpack' });
  const alone: Uint8Array[] = [];
  for (const claim of json) alone.push(await ask(connection, claim));
  const crowd = await Promise.all(json.map((claim) => ask(connection, claim)));
  const fromPacked = await Promise.all(packed.map((claim) => ask(connection, claim)));
  await connection.close();
  const statuses: Record<string, number> = {};
  json.forEach((_, i) => {
    const bytes = alone[i] as Uint8Array;
    deepStrictEqual(
      Buffer.from(crowd[i] as Uint8Array),
      Buffer.from(bytes),
      `claim ${i}: two answers differ`,
    );
    const decision = JSON.parse(Buffer.from(bytes).toString()) as { status: string };
    const unpacked = unpackWire(fromPacked[i] as Uint8Array, claimLimits);
    ok(unpacked.ok, `claim ${i}: the MessagePack answer cannot be read`);
    deepStrictEqual(
      withoutIdentity(unpacked.value),
      withoutIdentity(decision),
      `claim ${i}: encodings differ`,
    );
    ok(decision.status !== 'not_screened', `claim ${i} was not screened`);
    statuses[decision.status] = (statuses[decision.status] ?? 0) + 1;
  });
  return { claims: json.length, statuses };
}

/** The decision id is a hash over the body's bytes, which differ between encodings. */
function withoutIdentity(decision: unknown): unknown {
  return { ...(decision as object), decisionId: null };
}

async function ask(connection: NatsConnection, claim: RenderedClaim): Promise<Uint8Array> {
  const fields = headers();
  fields.set('Content-Type', claim.contentType);
  const answer = await connection.request(`claimgate.screen.${claim.institution}`, claim.body, {
    timeout: 20_000,
    headers: fields,
  });
  return answer.data;
}
