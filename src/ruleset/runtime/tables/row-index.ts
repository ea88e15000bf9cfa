/**
 * Rows by key as arrays of numbers: a key has a position, found by hashing, and at each position stands where the
 * key's rows begin. Its size goes by the keys that the table has, not by those that there are.
 */
export interface RowIndex {
  /** Power of two long, at most half of them taken; position + 1, 0 where free. */
  readonly slots: Int32Array;
  /** By position, ascending. */
  readonly keyNumbers: Int32Array;
  /** The rows at position p: `rowNumbers` from `rowStart[p]` up to `rowStart[p + 1]`. */
  readonly rowStart: Int32Array;
  /** Ascending within a key. */
  readonly rowNumbers: Int32Array;
}

/** `cells` are a key column: a text or a list of texts per row; `numberOf` gives the number of each text. */
export function indexRows(cells: readonly unknown[], numberOf: (text: unknown) => number): RowIndex {
  const rowsByKey = new Map<number, number[]>();
  let entries = 0;
  for (const [row, cell] of cells.entries()) {
    for (const text of Array.isArray(cell) ? cell : typeof cell === 'string' ? [cell] : []) {
      const key = numberOf(text);
      const rows = rowsByKey.get(key);
      if (rows === undefined) rowsByKey.set(key, [row]);
      else if (rows.at(-1) === row) continue;
      else rows.push(row);
      entries++;
    }
  }
  const keyNumbers = Int32Array.from(rowsByKey.keys()).sort();
  const rowStart = new Int32Array(keyNumbers.length + 1);
  const rowNumbers = new Int32Array(entries);
  for (const [position, key] of keyNumbers.entries()) {
    const rows = rowsByKey.get(key) ?? [];
    rowNumbers.set(rows, rowStart[position]);
    rowStart[position + 1] = (rowStart[position] as number) + rows.length;
  }
  return { slots: slotsOf(keyNumbers), keyNumbers, rowStart, rowNumbers };
}

/** The position of a key; -1 where no row has it. */
export function positionOf(key: number, slots: Int32Array, keyNumbers: Int32Array): number {
  const mask = slots.length - 1;
  for (let slot = hashOf(key) & mask; ; slot = (slot + 1) & mask) {
    const position = (slots[slot] as number) - 1;
    if (position < 0 || keyNumbers[position] === key) return position;
  }
}

function slotsOf(keyNumbers: Int32Array): Int32Array {
  let size = 2;
  while (size < keyNumbers.length * 2) size *= 2;
  const slots = new Int32Array(size);
  for (const [position, key] of keyNumbers.entries()) {
    let slot = hashOf(key) & (size - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
    slots[slot] = position + 1;
  }
  return slots;
}

/** Neighbouring keys, which most are, get neighbouring slots of their own. */
function hashOf(key: number): number {
  return key ^ (key >>> 15);
}
