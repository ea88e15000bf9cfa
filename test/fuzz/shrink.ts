/**
 * Makes a failing input small: drops parts of its tree, then bytes, as long as the same thing stays wrong.
 */
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { Random } from '../judge/random.js';
import { messagePackDialect } from './messagepack-dialect.js';
import { utf8Json } from './mutate.js';
import type { Input } from './subject.js';
import { copyOf, type Dialect, leafOf, slotsOf, type Tree } from './tree.js';

/** Whether bytes still fail in the way that is being shrunk. */
export type StillFails = (bytes: Uint8Array) => boolean;

/** The smallest failing bytes found within so many attempts. */
export function shrink({ bytes, format }: Input, stillFails: StillFails, attempts = 1500): Uint8Array {
  const budget = { left: attempts };
  const fails: StillFails = (candidate) => budget.left-- > 0 && stillFails(candidate);
  const structured = shrinkFormat(bytes, format, fails);
  return shrinkBytes(structured, fails);
}

function shrinkFormat(bytes: Uint8Array, format: WireFormat | null, fails: StillFails): Uint8Array {
  if (messagePackDialect.parse(bytes) !== null && format !== 'native-json') {
    return shrinkTree(messagePackDialect, bytes, fails);
  }
  return utf8Json.parse(bytes) === null ? bytes : shrinkTree(utf8Json, bytes, fails);
}

/** Every print alike: the same choices each time. */
function printPlain<Leaf>(dialect: Dialect<Leaf>, tree: Tree<Leaf>): Uint8Array {
  const never = new Random(0);
  return dialect.print(tree, {
    whole: (from) => from,
    pick: (items) => never.pick(items),
    chance: () => false,
  });
}

/** Removes one item or member after the other, the large ones first, until none can go. */
function shrinkTree<Leaf>(dialect: Dialect<Leaf>, bytes: Uint8Array, fails: StillFails): Uint8Array {
  let best = bytes;
  for (let position = 0; ; ) {
    const tree = dialect.parse(best);
    if (tree === null) return best;
    const candidates = [...smaller(tree, position, dialect)].map((one) => printPlain(dialect, one));
    if (candidates.length === 0) return best;
    const better = candidates.find((candidate) => candidate.length < best.length && fails(candidate));
    if (better === undefined) position++;
    else best = better;
  }
}

/**
 * The tree without what stands at its n-th place (outermost first), or with less there. Empty beyond the
 * last place.
 */
function* smaller<Leaf>(tree: Tree<Leaf>, position: number, dialect: Dialect<Leaf>): Generator<Tree<Leaf>> {
  const root = { key: dialect.text(''), value: copyOf(tree) };
  const slot = slotsOf(root).sort((a, b) => a.depth - b.depth)[position];
  if (slot === undefined) return;
  const { value } = slot;
  if (value.kind === 'leaf') {
    slot.put(leafOf(dialect.text('')));
    yield copyOf(root.value);
    return;
  }
  for (const half of halves(value.kind === 'list' ? value.items.length : value.members.length)) {
    if (value.kind === 'list') slot.put({ kind: 'list', items: value.items.filter((_, i) => !half(i)) });
    else slot.put({ kind: 'map', members: value.members.filter((_, i) => !half(i)) });
    yield copyOf(root.value);
  }
}

/** What to leave out of so many: everything, either half, each quarter …, each single one. */
function* halves(count: number): Generator<(i: number) => boolean> {
  for (let size = count; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < count; start += size) yield (i) => i >= start && i < start + size;
  }
}

function shrinkBytes(bytes: Uint8Array, fails: StillFails): Uint8Array {
  let best = bytes;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let start = 0; start < best.length; ) {
      const shorter = Buffer.concat([best.subarray(0, start), best.subarray(start + size)]);
      if (shorter.length < best.length && fails(shorter)) best = new Uint8Array(shorter);
      else start += size;
    }
  }
  return best;
}
