/** Messages that share a record, straight or through others, have one part. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Links } from '../../src/replay/links.js';
import { isPatientName } from '../../src/replay/record-names.js';
import { allTies, tie } from '../../src/replay/ties.js';

const messages = fc.array(
  fc.array(
    fc.integer({ min: 0, max: 60 }).map((n) => n * 0x1_0000_0001),
    { maxLength: 4 },
  ),
  {
    maxLength: 80,
  },
);

/** The slow twin: groups by looking until nothing changes any more. */
function groupsOf(all: readonly (readonly number[])[]): readonly number[] {
  const groups = all.map((_, i) => i);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [i, names] of all.entries()) {
      for (const [k, others] of all.entries()) {
        if (groups[i] === groups[k] || !names.some((name) => others.includes(name))) continue;
        const [low, high] = [Math.min(groups[i]!, groups[k]!), Math.max(groups[i]!, groups[k]!)];
        for (const [n, group] of groups.entries()) if (group === high) groups[n] = low;
        changed = true;
      }
    }
  }
  return groups;
}

describe('links', () => {
  test('keep every group together, and deal the same way each time', () => {
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 6 }), (all, parts) => {
        const links = new Links();
        for (const names of all) links.add(names, true);
        const [deal, again] = [links.deal(parts), links.deal(parts)];
        const partOfGroup = new Map<number, number>();
        for (const [i, group] of groupsOf(all).entries()) {
          const part = deal(i);
          expect(part).toBe(again(i));
          expect(part >= 0 && part < parts).toBe(true);
          expect(partOfGroup.get(group) ?? part).toBe(part);
          partOfGroup.set(group, part);
        }
      }),
    );
  });

  test('spread many groups evenly, and count what they were given', () => {
    const links = new Links();
    for (let i = 0; i < 9_000; i++) links.add([i % 3_000], true);
    const loads = [0, 0, 0];
    const deal = links.deal(3);
    for (let i = 0; i < links.count; i++) loads[deal(i)]! += 1;
    expect(links.count).toBe(9_000);
    expect(loads).toEqual([3_000, 3_000, 3_000]);
  });

  test('know which messages share a record, and whose patient comes again', () => {
    fc.assert(
      fc.property(messages, (all) => {
        const links = new Links();
        for (const names of all) links.add(names, true);
        for (const [i, names] of all.entries()) {
          const isSaid = (name: number, by: typeof all) => by.some((others) => others.includes(name));
          const shared = names.some((name) => !isPatientName(name) && isSaid(name, all.toSpliced(i, 1)));
          const followed = names.some((name) => isPatientName(name) && isSaid(name, all.slice(i + 1)));
          expect(links.ties.of(i)).toBe((shared ? tie.shared : 0) | (followed ? tie.followed : 0));
        }
        const before = all.map((_, i) => links.ties.of(i));
        links.deal(2);
        const groups = groupsOf(all);
        const isMixed = (group: number | undefined) =>
          before.some((ties, i) => groups[i] === group && (ties & tie.shared) !== 0);
        for (const [i, ties] of before.entries())
          expect(links.ties.of(i)).toBe(ties | (isMixed(groups[i]) ? tie.mixed : 0));
      }),
    );
  });

  test('take a message that is not plain for one that shares', () => {
    const links = new Links();
    links.add([1], false);
    links.add([3], true);
    expect([links.ties.of(0), links.ties.of(1)]).toEqual([tie.shared, 0]);
  });

  test('know of many messages that nothing ties them, be they the last ones', () => {
    const links = new Links();
    // Each patient comes twice, the second time in the last half: of those nothing is ever marked.
    for (let i = 0; i < 6_000; i++) links.add([2 * (i % 3_000)], true);
    links.deal(2);
    const ties = Array.from({ length: links.count }, (_, i) => links.ties.of(i));
    expect(ties.slice(0, 3_000).every((one) => one === tie.followed)).toBe(true);
    expect(ties.slice(3_000).every((one) => one === 0)).toBe(true);
  });

  test('say of a message that they do not know that it has all ties', () => {
    expect(new Links().ties.of(2_000)).toBe(allTies);
  });
});
