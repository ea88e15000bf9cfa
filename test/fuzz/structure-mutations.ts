/** Changes to a body's structure and to single values, the same for JSON and MessagePack. */

import { longTexts, strangeKeys, tellingTexts, textsLike } from './telling-texts.js';
import {
  type Choices,
  copyOf,
  type Dialect,
  heightOf,
  type ListNode,
  leafOf,
  type MapNode,
  type Member,
  type Slot,
  sizeOf,
  slotsOf,
  type Tree,
} from './tree.js';

/** What a change is made of. */
interface Change<Leaf> {
  /** The root value hangs in it. */
  readonly root: Member<Leaf>;
  readonly dialect: Dialect<Leaf>;
  readonly choices: Choices;
  /** Another body, for what is copied in; null where there is none that could be parsed. */
  readonly donor: Tree<Leaf> | null;
}

type Mutation = <Leaf>(change: Change<Leaf>) => void;

/** A copied part is no larger, so that bodies do not grow without bound. */
const maxCopied = 400;
/** Just around the deepest nesting that readers accept. */
const depths = [15, 16, 17];
/** Around the limits of lists; rarely, because they are slow to read. */
const crowds = [200, 201, 1000, 1001, 5000, 5001];

function isLeafSlot<Leaf>(slot: Slot<Leaf>): boolean {
  return slot.value.kind === 'leaf';
}

function pickSlot<Leaf>(
  { root, choices }: Change<Leaf>,
  wanted = (_: Slot<Leaf>) => true,
): Slot<Leaf> | null {
  const slots = slotsOf(root).filter(wanted);
  return slots.length === 0 ? null : choices.pick(slots);
}

function pickMap<Leaf>(change: Change<Leaf>): MapNode<Leaf> | null {
  const slot = pickSlot(change, ({ value }) => value.kind === 'map' && value.members.length > 0);
  return slot === null ? null : (slot.value as MapNode<Leaf>);
}

function pickList<Leaf>(change: Change<Leaf>): ListNode<Leaf> | null {
  const slot = pickSlot(change, ({ value }) => value.kind === 'list' && value.items.length > 0);
  return slot === null ? null : (slot.value as ListNode<Leaf>);
}

/** A value of the kind that stood there, of another kind, or none that a sender should write. */
function newLeaf<Leaf>({ dialect, choices }: Change<Leaf>, like: string | null): Leaf {
  if (choices.chance(0.3)) return dialect.strange(choices);
  if (choices.chance(0.004)) return dialect.text(choices.pick(longTexts));
  const texts = choices.chance(0.6) ? textsLike(like) : null;
  return dialect.text(choices.pick(texts ?? choices.pick(Object.values(tellingTexts))));
}

const replaceLeaf: Mutation = (change) => {
  const slot = pickSlot(change, isLeafSlot);
  if (slot?.value.kind !== 'leaf') return;
  slot.put(leafOf(newLeaf(change, change.dialect.say(slot.value.raw))));
};

const respellLeaf: Mutation = (change) => {
  const slot = pickSlot(change, isLeafSlot);
  if (slot?.value.kind !== 'leaf') return;
  slot.put(leafOf(change.dialect.respell(slot.value.raw, change.choices)));
};

const respellKey: Mutation = (change) => {
  const map = pickMap(change);
  if (map === null) return;
  const member = change.choices.pick(map.members);
  member.key = change.dialect.respell(member.key, change.choices);
};

const dropMember: Mutation = (change) => {
  const map = pickMap(change);
  map?.members.splice(change.choices.whole(0, map.members.length - 1), 1);
};

/** The same key again, before or after, with the same value or another. */
const repeatMember: Mutation = (change) => {
  const { choices, dialect } = change;
  const map = pickMap(change);
  if (map === null) return;
  const { key, value } = choices.pick(map.members);
  if (sizeOf(value) > maxCopied) return;
  const said = value.kind === 'leaf' ? dialect.say(value.raw) : null;
  const copy = choices.chance(0.4) ? copyOf(value) : leafOf(newLeaf(change, said));
  const again = choices.chance(0.3) ? dialect.respell(key, choices) : key;
  map.members.splice(choices.whole(0, map.members.length), 0, { key: again, value: copy });
};

const reorderMembers: Mutation = (change) => {
  const map = pickMap(change);
  if (map === null) return;
  const [moved] = map.members.splice(change.choices.whole(0, map.members.length - 1), 1);
  const last = change.choices.chance(0.5);
  if (moved !== undefined && last) map.members.push(moved);
  else if (moved !== undefined) map.members.unshift(moved);
};

const renameKey: Mutation = (change) => {
  const { choices, dialect } = change;
  const [map, other] = [pickMap(change), pickMap(change)];
  if (map === null || other === null) return;
  const known = choices.pick(other.members).key;
  const member = choices.pick(map.members);
  const said = dialect.say(member.key) ?? '';
  const camel = said.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const names = [
    known,
    dialect.text(camel),
    dialect.text(choices.pick(strangeKeys)),
    dialect.strange(choices),
  ];
  member.key = choices.chance(0.5) ? known : choices.pick(names);
};

const addMember: Mutation = (change) => {
  const { choices, dialect } = change;
  const [map, donor] = [pickMap(change), pickPart(change)];
  if (map === null || donor === null) return;
  const key = choices.chance(0.5) ? dialect.text(choices.pick(strangeKeys)) : choices.pick(map.members).key;
  map.members.splice(choices.whole(0, map.members.length), 0, { key, value: donor });
};

/** A part of this body or of the other one, copied. */
function pickPart<Leaf>(change: Change<Leaf>): Tree<Leaf> | null {
  const from = change.donor !== null && change.choices.chance(0.5) ? change.donor : change.root.value;
  const slots = slotsOf({ key: change.root.key, value: from });
  const part = change.choices.pick(slots).value;
  return sizeOf(part) > maxCopied ? null : copyOf(part);
}

const replaceByPart: Mutation = (change) => {
  const part = pickPart(change);
  if (part !== null) pickSlot(change)?.put(part);
};

const swapLeaves: Mutation = (change) => {
  const [one, other] = [pickSlot(change, isLeafSlot), pickSlot(change, isLeafSlot)];
  if (one === null || other === null) return;
  const kept = one.value;
  one.put(copyOf(other.value));
  other.put(copyOf(kept));
};

const wrap: Mutation = (change) => {
  const slot = pickSlot(change);
  if (slot === null) return;
  const { choices, dialect } = change;
  slot.put(wrapped(slot.value, choices.chance(0.6) ? null : dialect.text(choices.pick(strangeKeys))));
};

function wrapped<Leaf>(value: Tree<Leaf>, key: Leaf | null): Tree<Leaf> {
  return key === null ? { kind: 'list', items: [value] } : { kind: 'map', members: [{ key, value }] };
}

const unwrap: Mutation = (change) => {
  const slot = pickSlot(change, ({ value }) => value.kind !== 'leaf');
  if (slot === null || slot.value.kind === 'leaf') return;
  const { value } = slot;
  const inner = value.kind === 'list' ? value.items[0] : value.members[0]?.value;
  if (inner !== undefined) slot.put(inner);
};

/** Wraps a value until the body is as deep as readers just accept, or just do not. */
const deepen: Mutation = (change) => {
  const { choices, dialect } = change;
  const slot = pickSlot(change);
  if (slot === null) return;
  const key = choices.chance(0.5) ? null : dialect.text('a');
  let value = slot.value;
  const missing = choices.pick(depths) - slot.depth - heightOf(value);
  for (let i = 0; i < missing; i++) value = wrapped(value, key);
  slot.put(value);
};

const repeatItem: Mutation = (change) => {
  const { choices } = change;
  const list = pickList(change);
  if (list === null) return;
  const item = choices.pick(list.items);
  const size = sizeOf(item);
  const wanted = choices.chance(0.01) ? choices.pick(crowds) : list.items.length + choices.whole(1, 4);
  if (size * wanted > 20_000) return;
  while (list.items.length < wanted) list.items.splice(choices.whole(0, list.items.length), 0, copyOf(item));
};

const dropItem: Mutation = (change) => {
  const list = pickList(change);
  list?.items.splice(change.choices.whole(0, list.items.length - 1), 1);
};

const emptyContainer: Mutation = (change) => {
  const slot = pickSlot(change, ({ value, depth }) => value.kind !== 'leaf' && depth > 0);
  if (slot === null) return;
  slot.put(change.choices.chance(0.5) ? { kind: 'list', items: [] } : { kind: 'map', members: [] });
};

/** A list as an object with numbered keys, an object as the list of its values. */
const exchangeContainer: Mutation = (change) => {
  const slot = pickSlot(change, ({ value }) => value.kind !== 'leaf');
  if (slot === null || slot.value.kind === 'leaf') return;
  const { value } = slot;
  if (value.kind === 'map') slot.put({ kind: 'list', items: value.members.map((member) => member.value) });
  else {
    const members = value.items.map((item, i) => ({ key: change.dialect.text(String(i)), value: item }));
    slot.put({ kind: 'map', members });
  }
};

const mutations: readonly Mutation[] = [
  ...[replaceLeaf, replaceLeaf, replaceLeaf, replaceLeaf, replaceLeaf, replaceLeaf, replaceLeaf, replaceLeaf],
  ...[
    respellLeaf,
    respellLeaf,
    respellLeaf,
    respellKey,
    dropMember,
    repeatMember,
    repeatMember,
    reorderMembers,
  ],
  ...[renameKey, addMember, replaceByPart, swapLeaves, wrap, unwrap, deepen, repeatItem, dropItem],
  ...[emptyContainer, exchangeContainer],
];

/** Changes a tree in place, up to `times` times. Answers the changed tree; the one given is used up. */
export function mutateTree<Leaf>(
  tree: Tree<Leaf>,
  donor: Tree<Leaf> | null,
  dialect: Dialect<Leaf>,
  choices: Choices,
  times: number,
): Tree<Leaf> {
  const root: Member<Leaf> = { key: dialect.text(''), value: tree };
  for (let i = 0; i < times; i++) choices.pick(mutations)({ root, dialect, choices, donor });
  return root.value;
}
