/** A random load for tests that put faults into what becomes of it. */
import { drawSeed } from '../judge/seed.js';
import { type Delivery, deliveriesOf, type RunOptions } from './events.js';
import { honestClaims } from './honest-product.js';
import type { Message } from './meaning.js';
import { type Entry, Meanings } from './streams.js';

export interface DrawnLoad {
  readonly seed: number;
  readonly deliveries: readonly Delivery[];
  readonly claims: readonly Entry[];
  readonly messages: readonly Message[];
}

/** A few of a hundred loads miss something by chance; this many in a row have it left out on purpose. */
const mostDraws = 20;

/** The first in which everything happens that is needed; where none has it, the last, for the tests to say so. */
export function drawLoad(
  options: Omit<RunOptions, 'seed'>,
  hasAll: (messages: readonly Message[]) => boolean,
): DrawnLoad {
  let load = loadOf({ ...options, seed: drawSeed() });
  for (let draws = 1; draws < mostDraws && !hasAll(load.messages); draws++) {
    load = loadOf({ ...options, seed: drawSeed() });
  }
  return load;
}

function loadOf(options: RunOptions): DrawnLoad {
  const deliveries = deliveriesOf(options);
  const claims = honestClaims(deliveries);
  return { seed: options.seed, deliveries, claims, messages: new Meanings(deliveries).messages(claims) };
}
