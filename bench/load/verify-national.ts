/**
 * Before any clock starts over HTTP: the national answers say of every claim what the native ones say. An answer counts
 * by its HTTP status while the clock runs, and one without screening, or of half a claim, would be a fast one.
 */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import type { RenderedClaim } from '../claims/render.js';
import { type BodyPlan, makeBodies } from './bodies.js';

interface Answered {
  readonly status: string;
  readonly excessFen: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly lines: readonly { readonly id: string; readonly role: string }[];
  }[];
}

/** `origin`: scheme, host and port. Throws where a claim was not screened, or answers differ. */
export async function verifyNational(
  origin: string,
  plan: Omit<BodyPlan, 'format'>,
): Promise<{ readonly claims: number; readonly findings: number }> {
  const national = makeBodies({ ...plan, format: 'nhsa' });
  const native = makeBodies({ ...plan, format: 'native-json' });
  let findings = 0;
  for (const [i, claim] of national.entries()) {
    const answer = await ask<{ infcode: string; output: { decision: Answered } }>(origin, claim);
    equal(answer.infcode, '0', `claim ${i}: infcode`);
    const { decision } = answer.output;
    ok(decision.status !== 'not_screened', `claim ${i} was not screened`);
    const expected = await ask<Answered>(origin, withoutDays(native[i] as RenderedClaim));
    deepStrictEqual(
      essence(decision),
      essence(expected),
      `claim ${i}: the national answer says something else`,
    );
    findings += decision.findings.length;
  }
  return { claims: national.length, findings };
}

/** The one fact of a simulated line for which a national order has a place that the town leaves empty. */
function withoutDays(claim: RenderedClaim): RenderedClaim {
  const { lines, ...rest } = JSON.parse(Buffer.from(claim.body).toString('utf8'));
  const orders = lines.map((line: object) => ({ ...line, days: undefined }));
  return { ...claim, body: Buffer.from(JSON.stringify({ ...rest, lines: orders })) };
}

function essence({ status, excessFen, findings }: Answered): object {
  return { status, excessFen, findings: findings.map(({ rule, lines }) => ({ rule, lines })) };
}

async function ask<T>(origin: string, { route, contentType, institution, body }: RenderedClaim): Promise<T> {
  const response = await fetch(`${origin}${route}`, {
    method: 'POST',
    headers: { 'content-type': contentType, 'claimgate-institution': institution },
    body: Buffer.from(body),
  });
  ok(response.ok, `${route}: ${response.status}`);
  return (await response.json()) as T;
}
