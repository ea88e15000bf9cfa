/**
 * The claims of a benchmark, on the wire: made once, before any clock, the same for everything that is
 * measured.
 */
import { ClaimGenerator, usualOptions } from '../claims/generate.js';
import { type RenderedClaim, render, type SimulatedFormat } from '../claims/render.js';

export interface BodyPlan {
  readonly format: SimulatedFormat;
  readonly count: number;
  readonly seed: number;
  /** Lines per claim; 0: as visits and stays are. */
  readonly lines: number;
}

export function makeBodies(plan: BodyPlan): RenderedClaim[] {
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: plan.seed,
    tablesDir: 'rules/tables',
    ...(plan.lines > 0 ? { lines: plan.lines } : {}),
  });
  return Array.from({ length: plan.count }, (_, index) => render(generator.claim(index).claim, plan.format));
}
