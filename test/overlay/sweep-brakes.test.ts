import { expect, test } from 'vitest';
import { sweptBrakes } from '../../src/ruleset/overlay/sweep-brakes.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import { manifestOf, pointerTo } from '../ruleset/release/people.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { activator, author, brakeOf, nowMs, trusted } from './documents.js';

/** Each of these versions has changed the rules `a` and `b`, and left `old` as version 2 had it. */
async function shelfAt(inForce: number, ...versions: readonly number[]): Promise<Shelf> {
  const shelf = shelfInMemory(nowMs);
  for (const version of versions) {
    const since = { a: version, b: version, old: 2 };
    const manifest = manifestOf(version, { changed: ['a', 'b'], since });
    await shelf.put(`version.${version}`, signManifest(manifest, author.signing), 0);
  }
  await shelf.put('live', signPointer(pointerTo(inForce, { serial: 1 }), activator.signing), 0);
  return shelf;
}

async function swept(shelf: Shelf, ...brakes: Parameters<typeof sweptBrakes>[1]) {
  const left = await sweptBrakes(new Desk(shelf, trusted), brakes, nowMs);
  return left.ok ? left.value : left.error;
}

test('what holds nothing any more goes, and what nobody has published', async () => {
  const shelf = await shelfAt(5, 3, 4, 5);
  const brakes = [brakeOf(3, 'a'), brakeOf(5, 'a', 'old', 'a'), brakeOf(2, 'old'), brakeOf(9, 'a')];
  expect(await swept(shelf, ...brakes)).toEqual([brakeOf(5, 'a'), brakeOf(2, 'old')]);
});

test('what was braked in a version that was gone back from is still held when its rules come again', async () => {
  const shelf = await shelfAt(4, 3, 4, 6, 7);
  expect(await swept(shelf, brakeOf(6, 'a'), brakeOf(7, 'b'))).toEqual([brakeOf(6, 'a'), brakeOf(7, 'b')]);
});
