/** What is in force on a node, for a broker that has lost it: the versions first, as the pointer names them. */
import type { Result } from '../../base/result.js';
import type { Release } from './read-release.js';
import type { Shelf, ShelfProblem } from './shelf.js';

/** `textOf`: null where it is not kept. `over`: revision of what lies there instead. Fails where that has changed. */
export async function putBack(
  { signed, manifests, published, base }: Release,
  shelf: Shelf,
  textOf: (digest: string) => Promise<Uint8Array | null>,
  over: number,
): Promise<Result<number, ShelfProblem>> {
  for (const one of [base, published]) {
    if (one === null) continue;
    const { version, sourceDigest } = one.manifest;
    const text = await textOf(sourceDigest);
    if (text !== null) await shelf.putText(sourceDigest, text);
    // What is there already stays as it is.
    await shelf.put(`version.${version}`, manifests[version] as object, 0);
  }
  return await shelf.put('live', signed, over);
}
