/** Where the generated claims come from: another seed each run, or the one of a failure that is to be seen again. */
import { randomInt } from 'node:crypto';

export function drawSeed(): number {
  const wanted = process.env['CLAIMGATE_JUDGE_SEED'];
  return wanted === undefined ? randomInt(2 ** 32 - 1) : Number(wanted);
}
