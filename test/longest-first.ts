/**
 * The files that take longest begin first. Vitest begins with the largest, and on a fresh machine knows nothing else; a
 * small file that runs a minute would then end alone, with a core idle beside it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose tests start processes or compile, the slowest first; those that share a process stay together. */
const slow = [
  '/test/chaos/',
  '/test/integration/',
  '/test/cli/',
  '/test/shadow/',
  '/test/brake/',
  '/test/releases/',
  '/test/deploy/',
  '/test/nats/',
  '/test/screening/',
  '/test/replay-desk/',
  '/test/bench/load/',
  '/test/judge/',
  '/test/replay/',
  '/test/overlay/',
  '/test/bench/',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = slow.findIndex((folder) => moduleId.includes(folder));
  return place < 0 ? slow.length : place;
}
