/** How much memory may grow before V8 collects some of it, and all of it. */
import { setFlagsFromString } from 'node:v8';

/** The heap of a warm main thread is some 25 MB: it then grows to 100 MB, or holds as much of bodies beside it. */
const growthPercent = 300;

/** Half of a young generation in MB: as large as V8 lets it become by itself. */
const youngMb = 16;
/**
 * The same for the threads that answer. A collection costs them about the same however much has come together, and of
 * settlements 100 KB each do.
 */
const threadsYoungMb = 32;
/** From its first size, 1 MB, to that in one step. */
const youngGrowth = 16;

/**
 * Lets the heaps of this process grow further between two full collections than V8 does by itself, which is by a third
 * for a heap as small as ours. Bodies on their way count as growth, though they are gone with the next small
 * collection: main went through its whole heap every few hundred claims. It changes nothing about heap limits.
 *
 * And lets young generations be as large as they may. V8 enlarges one for what survives in it, and of a claim nothing
 * does: they stayed at 1 or 2 MB, and every 100 claims a thread stood still until it and the helpers that collect for
 * it had had their turn on a core. Sizes are for threads that start from now on; main's was laid down before, so it
 * grows in one step.
 */
export function collectRarely(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  enlargeYoungGenerations();
  setFlagsFromString(`--max-semi-space-size=${threadsYoungMb}`);
  setFlagsFromString(`--min-semi-space-size=${threadsYoungMb}`);
}

/** Only that, for a process whose threads keep much and may not grow further than they need. */
export function enlargeYoungGenerations(): void {
  setFlagsFromString(`--min-semi-space-size=${youngMb}`);
  setFlagsFromString(`--semi-space-growth-factor=${youngGrowth}`);
}
