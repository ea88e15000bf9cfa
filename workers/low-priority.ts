/** A thread that steps back while it does what nobody waits for. */
import { constants, getPriority, setPriority } from 'node:os';

/** Not the lowest: where claims take all of the processor, it must come to its end as well. */
const low = constants.priority.PRIORITY_BELOW_NORMAL;

/** Null: not tried yet. */
let comesBack: boolean | null = null;

/**
 * Does something with a low priority, so that whoever has an answer to give goes first. Only on Linux, where a
 * priority is a thread's own, and only where this process may take the usual one again: with others it would be for
 * good, so they do it as they are.
 */
export function withLowPriority<T>(work: () => T): T {
  const usual = getPriority();
  comesBack ??= process.platform === 'linux' && mayComeBackTo(usual);
  if (!comesBack) return work();
  setPriority(low);
  try {
    return work();
  } finally {
    setPriority(usual);
  }
}

/** By one step, which does no harm where it turns out to be for good. */
function mayComeBackTo(usual: number): boolean {
  if (usual >= low) return false;
  try {
    setPriority(usual + 1);
    setPriority(usual);
    return true;
  } catch {
    return false;
  }
}
