/**
 * A body taken apart so far that it can be changed and put together again: containers as they were sent,
 * repeated keys included, and leaves as their own bytes or text. One form for JSON and MessagePack, so that
 * what changes the structure is written once.
 */
export type Tree<Leaf> = LeafNode<Leaf> | ListNode<Leaf> | MapNode<Leaf>;

export interface LeafNode<Leaf> {
  readonly kind: 'leaf';
  raw: Leaf;
}

export interface ListNode<Leaf> {
  readonly kind: 'list';
  items: Tree<Leaf>[];
}

export interface MapNode<Leaf> {
  readonly kind: 'map';
  members: Member<Leaf>[];
}

export interface Member<Leaf> {
  key: Leaf;
  value: Tree<Leaf>;
}

export function leafOf<Leaf>(raw: Leaf): Tree<Leaf> {
  return { kind: 'leaf', raw };
}

/** A place where a value stands. */
export interface Slot<Leaf> {
  readonly value: Tree<Leaf>;
  /** Containers around it. */
  readonly depth: number;
  put(value: Tree<Leaf>): void;
}

/** Every place of a tree that hangs in `root.value`, the root's own first. */
export function slotsOf<Leaf>(root: Member<Leaf>): Slot<Leaf>[] {
  const slots: Slot<Leaf>[] = [];
  const visit = (value: Tree<Leaf>, depth: number, put: Slot<Leaf>['put']): void => {
    slots.push({ value, depth, put });
    if (value.kind === 'list') {
      value.items.forEach((item, i) => {
        visit(item, depth + 1, (other) => {
          value.items[i] = other;
        });
      });
    } else if (value.kind === 'map') {
      for (const member of value.members) {
        visit(member.value, depth + 1, (other) => {
          member.value = other;
        });
      }
    }
  };
  visit(root.value, 0, (other) => {
    root.value = other;
  });
  return slots;
}

export function copyOf<Leaf>(tree: Tree<Leaf>): Tree<Leaf> {
  if (tree.kind === 'leaf') return { kind: 'leaf', raw: tree.raw };
  if (tree.kind === 'list') return { kind: 'list', items: tree.items.map(copyOf) };
  return { kind: 'map', members: tree.members.map(({ key, value }) => ({ key, value: copyOf(value) })) };
}

export function sizeOf<Leaf>(tree: Tree<Leaf>): number {
  if (tree.kind === 'leaf') return 1;
  const children = tree.kind === 'list' ? tree.items : tree.members.map((member) => member.value);
  return children.reduce((sum, child) => sum + sizeOf(child), 1);
}

/** How many containers stand within each other. */
export function heightOf<Leaf>(tree: Tree<Leaf>): number {
  if (tree.kind === 'leaf') return 0;
  const children = tree.kind === 'list' ? tree.items : tree.members.map((member) => member.value);
  return 1 + children.reduce((height, child) => Math.max(height, heightOf(child)), 0);
}

/** What the changes need to know of a format. */
export interface Dialect<Leaf> {
  /** Null where the bytes are not well-formed. */
  parse(bytes: Uint8Array): Tree<Leaf> | null;
  print(tree: Tree<Leaf>, choices: Choices): Uint8Array;
  /** A leaf that says a text. */
  text(value: string): Leaf;
  /** The text that a leaf says, numbers as decimals; null for other leaves. */
  say(raw: Leaf): string | null;
  /** A leaf that few senders write: another type, an extreme number, an ill-formed one. */
  strange(choices: Choices): Leaf;
  /** The same value, mostly, written in another way. */
  respell(raw: Leaf, choices: Choices): Leaf;
}

/** Where chance comes from. */
export interface Choices {
  whole(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}
