import { systemClock } from '../../src/base/clock.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import type { NatsLink } from '../../src/nats/connection.js';

/** Longer than any broker takes, on a busy machine too. */
export const longMs = 600_000;

/**
 * Its time passes when something is the matter: then whoever waits `longMs` has waited enough. `retryMs`: how long no
 * answer is nothing yet.
 */
export function patientPublisher(
  link: NatsLink,
  { trouble = [], retryMs = 60_000 }: { readonly trouble?: string[]; readonly retryMs?: number } = {},
): ConfirmedPublisher {
  let passedMs = 0;
  const onTrouble = (problem: string) => {
    trouble.push(problem);
    passedMs += longMs;
  };
  const clock = { ...systemClock, tickMs: () => systemClock.tickMs() + passedMs };
  return new ConfirmedPublisher({ link, retryMs, clock, onTrouble });
}
