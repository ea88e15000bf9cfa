/**
 * Before any clock starts: for the rules that an afternoon service has, it finds exactly what claimgate
 * finds, claim by claim. A service that finds less would be faster for the wrong reason.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { unpack } from 'msgpackr';
import { peerRules } from '../peers/concerns.js';
import type { PeerAnswer } from '../peers/engines.js';
import { type BodyPlan, makeBodies } from './bodies.js';

/** As far as it is compared. */
interface Decision {
  readonly findings: readonly {
    readonly rule: string;
    readonly lines: readonly { readonly id: string; readonly role: string }[];
  }[];
}

/** Hits (claim, rule, line) that all agree on, by rule. Throws at the first claim on which two differ. */
export async function verifyPeers(
  natsUrl: string,
  plan: BodyPlan,
  subjects: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const connection = await connect({ servers: natsUrl });
  const counts: Record<string, number> = {};
  for (const [i, { body, institution }] of makeBodies(plan).entries()) {
    const decision = await ask<Decision>(connection, `claimgate.screen.${institution}`, body);
    const hits = hitsOfDecision(decision);
    for (const subject of subjects) {
      const { findings } = await ask<PeerAnswer>(connection, subject, body);
      const found = distinct(findings.map(({ rule, line }) => `${rule} ${line}`));
      deepStrictEqual(found, hits, `claim ${i}: ${subject} and claimgate find different things`);
    }
    for (const hit of hits) {
      const [rule = ''] = hit.split(' ');
      counts[rule] = (counts[rule] ?? 0) + 1;
    }
  }
  await connection.close();
  ok(Object.keys(counts).length > 0, 'no claim hits any of the compared rules');
  return counts;
}

function hitsOfDecision({ findings }: Decision): readonly string[] {
  const compared = new Set<string>(peerRules);
  return distinct(
    findings
      .filter(({ rule }) => compared.has(rule))
      .flatMap(({ rule, lines }) =>
        lines.filter(({ role }) => role === 'violating').map(({ id }) => `${rule} ${id}`),
      ),
  );
}

function distinct(hits: readonly string[]): readonly string[] {
  return [...new Set(hits)].sort();
}

async function ask<T>(connection: NatsConnection, subject: string, body: Uint8Array): Promise<T> {
  const answer = await connection.request(subject, body, { timeout: 20_000 });
  return unpack(answer.data) as T;
}
