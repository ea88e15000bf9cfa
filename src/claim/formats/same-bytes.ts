/** Compares bytes in words. */

/** Whether the same bytes of JSON, at least three, stand at two places. */
export function isSameAt(view: DataView, a: number, b: number, length: number): boolean {
  if (length === 3)
    return view.getInt16(a) === view.getInt16(b) && view.getInt16(a + 1) === view.getInt16(b + 1);
  if (length < 8) {
    const back = length - 4;
    return view.getInt32(a) === view.getInt32(b) && view.getInt32(a + back) === view.getInt32(b + back);
  }
  // JSON has no byte of zero, so that equal numbers are equal bytes; some unequal ones are not even numbers.
  const last = length - 8;
  const middle = Math.min(8, last);
  if (view.getFloat64(a + last) !== view.getFloat64(b + last)) return false;
  if (view.getFloat64(a) !== view.getFloat64(b)) return false;
  if (view.getFloat64(a + middle) !== view.getFloat64(b + middle)) return false;
  for (let i = 16; i < last; i += 8) if (view.getFloat64(a + i) !== view.getFloat64(b + i)) return false;
  return true;
}
