/**
 * The same messages once more, in the same order, on one node that nobody disturbs. Same input, same bytes: a decision
 * that was made in the middle of a disaster is the one that would have been made in peace. Sales that came back are
 * among the messages; those that the twin takes apart once more come behind them all, and change nothing.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { BrokerProcess } from './broker-process.js';
import { claimSequence, type Disagreement, firstEntries, same } from './entries.js';
import { NodeProcess } from './node-process.js';
import { type Entry, readStream } from './streams.js';

const partHeader = 'Claimgate-Part-Of';

/** Decisions of an undisturbed node for these messages. */
export async function undisturbed(claims: readonly Entry[], folder: string): Promise<Entry[]> {
  const broker = await BrokerProcess.start(join(folder, 'twin-broker'));
  const node = new NodeProcess('twin', folder, broker.url);
  const connection = await broker.connect();
  try {
    node.start();
    while (!(await node.ready())) {
      if (!node.running) throw new Error(`the undisturbed twin did not start; its log is in ${folder}`);
      await sleep(100);
    }
    // What it takes apart must come behind all that it has to say the same of.
    await node.end('SIGTERM');
    for (const { subject, body, headers: sent } of claims) {
      const made = headers();
      for (const name of ['Content-Type', partHeader]) {
        const value = sent.get(name);
        if (value !== undefined) made.set(name, value);
      }
      await jetstream(connection).publish(subject, body, { headers: made });
    }
    node.start();
    const last = claims.at(-1)?.sequence ?? 0;
    const comingBack = claims.filter((entry) => entry.headers.has(partHeader)).length;
    for (let waits = 0; waits < 300; waits++) {
      const end = await readStream(connection, 'DECISIONS', 100 + comingBack);
      if (end.some((entry) => claimSequence(entry) === last))
        return await readStream(connection, 'DECISIONS');
      await sleep(300);
    }
    throw new Error('the undisturbed twin did not come to the end');
  } finally {
    await node.end('SIGKILL');
    await connection.close();
    await broker.kill('SIGKILL');
  }
}

/** Both streams of CLAIMS count from one and hold the same, so that sequences mean the same message. */
export function checkTwin(decisions: readonly Entry[], twin: readonly Entry[]): Disagreement[] {
  const inPeace = firstEntries(twin);
  return [...firstEntries(decisions)].flatMap(([sequence, entry]) => {
    const other = inPeace.get(sequence);
    if (other !== undefined && same(entry.body, other.body) && entry.subject === other.subject) return [];
    const text = (one: Entry | undefined) =>
      one === undefined ? 'none' : Buffer.from(one.body).toString().slice(0, 600);
    return [
      {
        rule: 'same input, same bytes',
        detail: `CLAIMS ${sequence}: ${text(entry)}\n  in peace: ${text(other)}`,
      },
    ];
  });
}
