/** What the rules of a replay look at beyond a patient's own records. */
import type { Artifact } from '../ruleset/compile/artifact.js';
import type { SharedRecords } from './record-names.js';

/** By the names that generated code calls; a name that merely stands in a text does no harm. */
export function sharedBy(
  artifacts: readonly Pick<Artifact, 'code' | 'shapes' | 'quickCode'>[],
): Pick<SharedRecords, 'traces' | 'stock'> {
  const texts = artifacts.flatMap(({ code, shapes, quickCode }) => [...code, ...shapes, quickCode]);
  const calls = (name: string) => texts.some((text) => text.includes(name));
  return { traces: calls('trace.soldBefore'), stock: calls('stock.remaining') };
}
