/** Claims that break no rule and know all facts. */

import { nativeObject } from '../claims/render-native.js';
import type { SimulatedClaim } from '../claims/simulated-claim.js';
import { PlainJudge } from '../engine/hits.js';
import { lineFacts, type NativeClaim } from '../engine/line-facts.js';
import { makeClaims } from '../engine/make-claims.js';
import type { Library } from '../engine/make-rules.js';

/** So many of them: three are made for each that is wanted, and the first that pass are kept. */
export function passingClaims(
  lines: number,
  count: number,
  seed: number,
  library: Library,
): SimulatedClaim[] {
  const judge = new PlainJudge(library.rules);
  const made = makeClaims(
    {
      lines,
      count: 3 * count,
      seed,
      tablesDir: 'rules/tables',
      popularity: 'zipf',
      violationShare: 0,
      imperfect: false,
    },
    library,
  );
  const passing = made.filter(
    (claim) => judge.judge(lineFacts(nativeObject(claim) as NativeClaim)).length === 0,
  );
  if (passing.length < count) throw new Error(`only ${passing.length} of ${made.length} claims pass`);
  return passing.slice(0, count);
}
