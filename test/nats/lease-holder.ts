/**
 * A process that seeks a lease and acts whenever it holds it. Says so in lines: `held`, `lost <why>`, `act <time>`;
 * the time is the machine's, the same for all its processes. `lease-holder.js <url> <holder> <age in ms>`.
 */
import { NatsLink } from '../../src/nats/connection.js';
import { Lease } from '../../src/nats/lease.js';

const [, , url = '', holder = '', maxAgeMs = ''] = process.argv;
const link = new NatsLink({ url, name: holder });
await link.up();
const say = (what: string, at = process.hrtime.bigint()): void =>
  void process.stdout.write(`${what} ${at}\n`);
const lease = new Lease({
  link,
  bucket: 'lease',
  key: 'decider',
  holder,
  maxAgeMs: Number(maxAgeMs),
  replicas: 1,
  events: { onHeld: () => say('held'), onLost: (why) => say(`lost-${why}`) },
});
setInterval(() => {
  // The time is that before the question: a freeze between the two says nothing.
  const at = process.hrtime.bigint();
  if (lease.stillMine()) say('act', at);
}, 5);
