/**
 * Entry of a process that replays claims of the stream beside the service, and ends. Its task comes in two parts on
 * standard input, which stays open: when that closes, the node has gone, and nobody waits. What it says leaves by a
 * pipe that nothing else is written to.
 */
import { writeSync } from 'node:fs';
import { PartsReader } from '../screening/compile-parts.js';
import { sidePipes } from '../screening/side-pipes.js';
import type { FromReplay, ReplayGround } from './order.js';
import { readOrder, shownOrder } from './read-order.js';

function say(said: FromReplay): void {
  const line = Buffer.from(`${JSON.stringify(said)}\n`);
  for (let left = line; left.byteLength > 0; ) left = left.subarray(writeSync(sidePipes.answer, left));
}

async function replay(ground: ReplayGround, body: Uint8Array): Promise<void> {
  const order = readOrder(body);
  if (!order.ok) return say({ is: 'malformed', message: order.error });
  say({ is: 'accepted', order: shownOrder(order.value) });
  // Whoever asked has the answer before all that it takes to replay is there.
  const { replayAsOrdered } = await import('./replay-process.js');
  await replayAsOrdered({ order: order.value, ground }, say);
}

const parts = new PartsReader();
process.stdin.once('close', () => process.exit(1));
process.stdin.on('data', (piece: Buffer) => {
  parts.take(piece);
  const [ground, order] = parts.whole;
  if (ground === undefined || order === undefined) return;
  const read = JSON.parse(Buffer.from(ground).toString('utf8')) as ReplayGround;
  void replay(read, new Uint8Array(order)).finally(() => process.exit(0));
});
