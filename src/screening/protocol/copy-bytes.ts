/** Copying into shared memory and out of it. */

/** Up to here it takes less time than to call out of JavaScript: keys of records are as short. */
const shortest = 32;

/**
 * Copies all of `from` to `to`, from `at` on, where it must fit. `set` would do; but where one side is shared it copies
 * byte by byte unless both lie alike to eight bytes: 10.7 instead of 0.8 µs for 20 KB, twice for every claim. `fill`
 * copies memory as it is; nobody writes there meanwhile, as a line says by atomics whose turn it is.
 */
export function copyBytes(from: Uint8Array, to: Buffer, at: number): void {
  const { length } = from;
  if (length <= shortest && at + length <= to.length) {
    for (let i = 0; i < length; i++) to[at + i] = from[i] as number;
    return;
  }
  to.fill(from, at, at + length);
}
