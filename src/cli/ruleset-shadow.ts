/** `claimgate ruleset shadow`: tries a version beside the one in force, ends that, and shows what a node has seen. */

import { systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { visible } from '../base/visible-text.js';
import type { Settings } from '../config/settings.js';
import type { Desk } from '../ruleset/release/desk.js';
import { oddReason } from '../ruleset/release/reason.js';
import { type GivenOrder, signOrder } from '../shadow/order.js';
import { draftOrder, giveOrder, readOrder } from '../shadow/order-desk.js';
import type { ShadowReport } from '../shadow/report.js';
import { refuse, settingsOrExit } from './exit.js';
import { keyFor, refuseRelease, withDesk } from './ruleset-desk.js';
import { shadowText } from './ruleset-shadow-text.js';

export interface ShadowOptions {
  readonly key?: string;
  readonly reason?: string;
  readonly end: boolean;
  readonly url?: string;
  readonly json: boolean;
}

export const shadowHelp = `
With a version: every node tries it on copies of the advisory claims that it has answered, whenever it has nothing else
to do. No hospital ever sees anything of it. Signed by a key that may publish or activate; it takes no second person.
Without: what one node has seen, of its own claims; other nodes have seen others (--url asks another one). It is asked
over HTTP, where CLAIMGATE_HTTP_HOST and CLAIMGATE_HTTP_PORT say, with CLAIMGATE_API_KEY. Figures begin anew when
something else comes into force and when the node starts. Settled claims are not tried: replay is for those.`;

export async function runShadow(version: number | undefined, options: ShadowOptions): Promise<void> {
  const { key, end, reason = end ? 'enough has been seen' : 'to see what it changes' } = options;
  if (end && version !== undefined) return refuse('--end takes no version: there is only one', 1);
  if (!end && version === undefined) return await show(options);
  const odd = oddReason(reason);
  if (odd !== null) return refuse(odd, 1);
  if (key === undefined) return refuse('--key is missing: an order is signed', 1);
  await withDesk((desk) => order(desk, version ?? null, key, reason));
}

async function order(desk: Desk, version: number | null, file: string, reason: string): Promise<void> {
  const publisher = await keyFor(desk, file, 'publish');
  const key = publisher.ok ? publisher : await keyFor(desk, file, 'activate');
  if (!key.ok) return refuse(key.error, 1);
  const drafted = await draftOrder(desk, { version, reason }, systemClock.wallMs());
  if (!drafted.ok) return refuseRelease(drafted.error);
  const given = await giveOrder(desk, signOrder(drafted.value, key.value));
  if (!given.ok) return refuseRelease(given.error);
  console.log(visible(orderText(given.value)));
}

async function show({ url, json }: ShadowOptions): Promise<void> {
  const settings = settingsOrExit();
  const asked = await reportAt(url ?? ownUrl(settings), settings.CLAIMGATE_API_KEY);
  if (asked.ok) return console.log(json ? JSON.stringify(asked.value, null, 2) : shadowText(asked.value));
  if (json) return refuse(asked.error, 2);
  await withDesk(async (desk) => {
    const ordered = await readOrder(desk);
    if (!ordered.ok) return refuseRelease(ordered.error);
    const { current } = ordered.value;
    console.log(current === null ? 'no version is tried' : visible(orderText(current)));
    refuse(`no figures: ${asked.error}`, 2);
  });
}

/** Fails with a sentence. */
export async function reportAt(base: string, apiKey: string | null): Promise<Result<ShadowReport, string>> {
  const headers: Record<string, string> = apiKey === null ? {} : { Authorization: `Bearer ${apiKey}` };
  try {
    const answer = await fetch(new URL('/v1/rulesets/shadow', base), { headers });
    if (!answer.ok) return fail(`${base} answers ${answer.status}`);
    return ok((await answer.json()) as ShadowReport);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return fail(`${base} does not answer (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

export function ownUrl(settings: Settings): string {
  const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port, CLAIMGATE_TLS_CERT: cert } = settings;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${cert === null ? 'http' : 'https'}://${name}:${port}`;
}

function orderText({ order: { version, serial, reason }, signer }: GivenOrder): string {
  const by = `(order ${serial}, ${signer.name}: ${reason})`;
  return version === null ? `no version is tried any more ${by}` : `version ${version} is tried ${by}`;
}
