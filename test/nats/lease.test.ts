import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import { Lease, type LeaseEvents } from '../../src/nats/lease.js';
import { type Jetstream, killBroker, startJetstream, until } from './jetstream-fixture.js';

const maxAgeMs = 1_200;
let js: Jetstream;
let leases: Lease[];

beforeEach(async () => {
  js = await startJetstream();
  leases = [];
});
afterEach(async () => {
  await Promise.all(leases.map((lease) => lease.release()));
  await js.stop();
});

interface Seeker {
  readonly lease: Lease;
  readonly happened: string[];
}

interface Seeking {
  readonly clock?: Clock;
  readonly ageMs?: number;
}

function seek(holder: string, { clock = systemClock, ageMs = maxAgeMs }: Seeking = {}): Seeker {
  const happened: string[] = [];
  const events: LeaseEvents = {
    onHeld: () => happened.push('held'),
    onLost: (why) => happened.push(`lost: ${why}`),
    onTrouble: (problem) => happened.push(problem),
  };
  const lease = new Lease({
    link: js.link,
    bucket: 'lease',
    key: 'decider',
    holder,
    maxAgeMs: ageMs,
    replicas: 1,
    clock,
    events,
  });
  leases.push(lease);
  return { lease, happened };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asked again where a busy broker has not answered. */
async function untilHeldBy(holder: string, { lease }: Seeker): Promise<void> {
  await until(async () => (await lease.holder()) === holder);
}

describe('a lease', () => {
  test('is held by one of several at a time, through many renewals', async () => {
    const seekers = ['a', 'b', 'c'].map((holder) => seek(holder));
    const holders = (): Seeker[] => seekers.filter(({ lease }) => lease.stillMine());
    await until(() => holders().length > 0);
    const bucket = await new Kvm(jetstream(js.link.connection)).open('lease');
    const takeOvers = () =>
      seekers.flatMap(({ happened }) => happened.filter((what) => what === 'held')).length;
    // Whoever holds it renews it; a busy machine may cost somebody the lease, but not at each renewal.
    await until(async () => {
      expect(holders().length).toBeLessThanOrEqual(1);
      const revision = (await bucket.get('decider'))?.revision ?? 0;
      return revision - takeOvers() >= 6;
    });
  });

  test('that is released goes to another at once, which is before it would have grown old', async () => {
    const first = seek('first', { ageMs: 20_000 });
    await until(() => first.lease.stillMine());
    const second = seek('second', { ageMs: 20_000 });
    await untilHeldBy('first', second);
    expect(second.lease.stillMine()).toBe(false);
    await first.lease.release();
    expect(first.lease.stillMine()).toBe(false);
    expect(first.happened).toEqual(['held', 'lost: released']);
    await until(() => second.lease.stillMine());
    await untilHeldBy('second', second);
  });

  test('outlives a broker that is killed and comes back', async () => {
    const only = seek('only');
    const { lease, happened } = only;
    await until(() => lease.stillMine());
    await killBroker(js, js.link);
    await pause(maxAgeMs * 2);
    await untilHeldBy('only', only);
    await until(() => lease.stillMine());
    expect(happened.filter((what) => what === 'held').length).toBe(
      happened.filter((what) => what.startsWith('lost')).length + 1,
    );
  });

  test('a holder without a broker stops before its entry grows old', async () => {
    const { lease, happened } = seek('cut off');
    await until(() => lease.stillMine());
    await js.broker.broker.stop();
    await until(() => !lease.stillMine());
    await until(() => happened.includes('lost: not-renewed'));
  });

  test('a renewal that somebody else’s entry refuses is a loss', async () => {
    const { lease, happened } = seek('robbed');
    await until(() => lease.stillMine());
    const bucket = await new Kvm(jetstream(js.link.connection)).open('lease');
    // Robbed again where a busy machine has cost us the lease before we could see that.
    await until(async () => {
      if (lease.stillMine()) await bucket.put('decider', 'robber');
      return happened.includes('lost: taken');
    });
    // The robber renews nothing: in the end the entry is ours again.
    await until(() => lease.stillMine());
  });

  test('a bucket that is gone is made again', async () => {
    const only = seek('only');
    const { lease, happened } = only;
    await until(() => lease.stillMine());
    await js.manager.streams.delete('KV_lease');
    await until(() => happened.some((what) => what.startsWith('lost')));
    await until(() => lease.stillMine());
    await untilHeldBy('only', only);
  });

  test('a bucket whose entries never grow old is refused', async () => {
    await new Kvm(jetstream(js.link.connection)).create('lease', { history: 1 });
    const { lease, happened } = seek('only');
    // A busy broker may be too late with its answer before.
    await until(() => happened.includes(`bucket lease: ttl should be ${maxAgeMs} ms and is not set`));
    expect(happened).not.toContain('held');
    expect(lease.stillMine()).toBe(false);
  });

  test('the holder’s own clock decides: time that has passed unseen has passed', async () => {
    let jumpedMs = 0;
    const clock = { ...systemClock, tickMs: () => systemClock.tickMs() + jumpedMs };
    const { lease, happened } = seek('sleeper', { clock });
    await until(() => lease.stillMine());
    jumpedMs = maxAgeMs;
    expect(lease.stillMine()).toBe(false);
    await until(() => happened.includes('lost: not-renewed'));
  });
});

describe('two processes, one frozen', () => {
  const program = new URL('test/nats/lease-holder.js', dist()).pathname;
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  interface Said {
    readonly what: string;
    readonly at: bigint;
  }

  function start(holder: string): { readonly child: ChildProcess; readonly said: Said[] } {
    if (!existsSync(program)) throw new Error('dist/ is not built: npm run build');
    const args = [program, js.broker.url, holder, String(maxAgeMs)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const said: Said[] = [];
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const [what = '', at = '0'] = line.split(' ');
      said.push({ what, at: BigInt(at) });
    });
    return { child, said };
  }

  const heard = (said: readonly Said[], what: string): Said[] => said.filter((one) => one.what === what);

  test('the frozen holder acts no more when it wakes, and learns that it has lost', async () => {
    const first = start('first');
    await until(() => heard(first.said, 'act').length > 0);
    const second = start('second');

    first.child.kill('SIGSTOP');
    await until(() => heard(second.said, 'act').length > 10);
    first.child.kill('SIGCONT');
    await until(() => first.said.some(({ what }) => what.startsWith('lost')));
    await pause(maxAgeMs);

    // A busy machine may cost the second one the lease as well, before we look.
    const lost = second.said.findIndex(({ what }) => what.startsWith('lost'));
    const held = second.said.slice(0, lost < 0 ? undefined : lost).map(({ at }) => at);
    const [taken = 0n, last = 0n] = [held[0], held.at(-1)];
    expect(heard(first.said, 'act').filter(({ at }) => at >= taken && at <= last)).toEqual([]);

    second.child.kill('SIGKILL');
    await until(() => heard(first.said, 'held').length > 1);
  });
});

/** Processes run compiled; another build than `dist` can be named. */
function dist(): string {
  return process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
}
