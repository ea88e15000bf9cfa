/**
 * Child process: the service that a team would write in an afternoon. Unpacks a claim, judges it with a known
 * engine behind a code index, packs the findings. It counts on well-formed claims: no limits, no budget, no
 * coverage.
 */
import { connect, type Msg } from '@nats-io/transport-node';
import { pack, unpack } from 'msgpackr';
import { readConcerns } from './concerns.js';
import type { PeerAnswer, PeerEngine } from './engines.js';
import { openJsonRules } from './json-rules.js';
import type { Judge, NativeClaim } from './suspects.js';
import { openZen } from './zen.js';

const plan = JSON.parse(process.env['BENCH_PEER'] ?? '') as {
  readonly engine: PeerEngine;
  readonly subject: string;
  readonly day: string;
};

async function answer(judge: Judge, message: Msg): Promise<void> {
  const findings = await judge(unpack(message.data) as NativeClaim);
  message.respond(pack({ status: findings.length === 0 ? 'pass' : 'alert', findings } satisfies PeerAnswer));
}

const index = readConcerns('rules/tables', plan.day);
const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
const options = { queue: plan.engine };
if (plan.engine === 'zen') {
  // ZEN works on threads of its own: the more claims it is given at once, the better.
  const judge = openZen(index);
  connection.subscribe(plan.subject, { ...options, callback: (_, message) => void answer(judge, message) });
} else {
  const judge = openJsonRules(index);
  void (async () => {
    for await (const message of connection.subscribe(plan.subject, options)) await answer(judge, message);
  })();
}
await connection.flush();
process.on('SIGTERM', () => {
  void connection.drain().then(() => process.exit(0));
});
process.send?.({ ready: true });
