import { systemClock } from '../../src/base/clock.js';
import { fail } from '../../src/base/result.js';
import type { DurableDoor } from '../../src/gateway/durable.js';

/** A door behind which no broker is. */
export const nothingStored: DurableDoor = {
  store: async () => fail('unavailable'),
  clock: systemClock,
  stored: () => {},
  unavailable: () => {},
  refused: () => {},
  failed: () => {},
};
