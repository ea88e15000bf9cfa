/** A seeded hospital that sends claims at a set rate, whoever looks. Used by `simulate` and by `demo`. */
import { join } from 'node:path';
import { ClaimGenerator, type GeneratedClaim, usualOptions } from '../../bench/claims/generate.js';
import { render, type SimulatedFormat } from '../../bench/claims/render.js';
import { type LoopResult, openLoop } from '../../bench/load/loops.js';
import type { Tally } from '../../bench/load/tally.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Reply, Sender } from './sender.js';

export interface SimulationPlan {
  readonly generator: ClaimGenerator;
  /** Claims a second. */
  readonly rate: number;
  /** Infinity: until stopped. */
  readonly seconds: number;
  readonly format: SimulatedFormat;
}

export interface Watchers {
  /** Every answer, with the claim that it answers. */
  answered?(generated: GeneratedClaim, reply: Reply): void;
  /** Why a claim has no answer. */
  failed?(reason: string): void;
}

/** Claims that wait for an answer at once; more means that the service has stopped, not that it is slow. */
const inFlightMax = 2_000;

/** The hospital of a seed, with the codes of a rules folder. Fails with a sentence where it has no tables. */
export function openHospital(rulesDir: string, seed: number): Result<ClaimGenerator, string> {
  const tablesDir = join(rulesDir, 'tables');
  try {
    return ok(new ClaimGenerator({ ...usualOptions, seed, tablesDir }));
  } catch (error) {
    return fail(
      `the knowledge tables in ${tablesDir} cannot be read (${reasonOf(error)}); set CLAIMGATE_RULES`,
    );
  }
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** Runs the plan; what fails is counted in the tally and told to the watchers. Never rejects. */
export async function simulate(
  plan: SimulationPlan,
  sender: Sender,
  tally: Tally,
  stop: AbortSignal,
  watchers: Watchers = {},
): Promise<LoopResult> {
  const send = async (index: number): Promise<string> => {
    const generated = plan.generator.claim(index);
    const reply = await sender.send(render(generated.claim, plan.format));
    if (!reply.ok) {
      watchers.failed?.(reply.error);
      throw new Error(reply.error);
    }
    watchers.answered?.(generated, reply.value);
    return reply.value.status;
  };
  const { rate, seconds } = plan;
  return openLoop({ rate, seconds, inFlightMax }, send, tally, stop);
}
