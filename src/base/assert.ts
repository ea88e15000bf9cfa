/** A broken promise between two parts of this program. It ends the process (or the worker): never caught to go on. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** States what must be true here if the program is right. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Marks the place that a closed union cannot reach. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${String(value)}`);
}
