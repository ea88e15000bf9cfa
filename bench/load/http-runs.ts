/** Runs of the HTTP benchmark: claimgate and the bare route take turns, one fresh generator process a run. */
import type { RunSize } from './arguments.js';
import type { BodyPlan } from './bodies.js';
import { type Child, runChild, startChild } from './children.js';
import type { HttpLoadPlan, HttpLoop, HttpReport } from './http-load.js';
import { pairedRatio, type Ratio } from './ratios.js';
import type { ServiceUnderTest } from './service-under-test.js';

export const httpNames = ['bare', 'service'] as const;
export type HttpName = (typeof httpNames)[number];
export type HttpRuns = Readonly<Record<HttpName, readonly HttpReport[]>>;
export type HttpTargets = Readonly<Record<HttpName, Pick<HttpLoadPlan, 'origin' | 'route' | 'watched'>>>;

/** Connections that send at once. */
export const connections = 32;
/** After so many without an answer nobody waits for one any more. */
const patientRuns = 100;

/** autocannon keeps a copy of every body for every connection, so there are not more than a hundred. */
export function httpBodies(size: RunSize, seed: number): BodyPlan {
  return { format: 'nhsa', count: Math.min(100, size.claims), seed, lines: 30 };
}

/** The bare route in a process of its own. */
export function startBareRoute(): Promise<Child<{ url: string }>> {
  return startChild<{ url: string }>('./http-bare.js', {});
}

export function httpTargets(bare: Child<{ url: string }>, service: ServiceUnderTest): HttpTargets {
  const { origin, pathname } = new URL(bare.ready.url);
  return {
    bare: { origin, route: pathname, watched: { responder: bare.pid } },
    service: { origin: service.url, route: null, watched: { responder: service.pid } },
  };
}

/**
 * Has each of them answer so many claims that nobody counts. New code is slow: the service's first thousand claims take
 * several times what one of a thousand takes after some ten thousand; the bare route has less to warm.
 */
export async function warmUpHttp(
  targets: HttpTargets,
  answers: number,
  { seconds, warmSeconds }: Pick<RunSize, 'seconds' | 'warmSeconds'>,
  bodies: BodyPlan,
): Promise<void> {
  for (const name of httpNames) {
    for (let [answered, runs] = [0, 1]; answered < answers; runs++) {
      const loop = { kind: 'closed' } as const;
      const plan = { ...targets[name], bodies, connections, seconds, warmSeconds, loop };
      const report = await runChild<HttpReport>('./http-load.js', { BENCH_PLAN: JSON.stringify(plan) });
      // On a busy machine a short run may be over before anything is answered.
      if (report.answered === 0 && runs >= patientRuns) throw new Error('nothing is answered');
      answered += report.answered;
    }
  }
}

export async function runHttpInTurn(
  targets: HttpTargets,
  loop: HttpLoop,
  size: Pick<RunSize, 'runs' | 'seconds' | 'warmSeconds'>,
  bodies: BodyPlan,
): Promise<HttpRuns> {
  const runs: Record<HttpName, HttpReport[]> = { bare: [], service: [] };
  const { seconds, warmSeconds } = size;
  for (let round = 0; round < size.runs; round++) {
    for (const name of httpNames) {
      const plan: HttpLoadPlan = { ...targets[name], bodies, connections, seconds, warmSeconds, loop };
      const environment = { BENCH_PLAN: JSON.stringify(plan) };
      runs[name].push(await runChild<HttpReport>('./http-load.js', environment));
    }
  }
  return runs;
}

export function httpRatio({ bare, service }: HttpRuns, number: (report: HttpReport) => number): Ratio {
  return pairedRatio(service.map(number), bare.map(number));
}

/** Throws where requests failed: such a run measures something else. */
export function assertNoneFailed(all: readonly HttpRuns[]): void {
  const failed = all
    .flatMap(({ bare, service }) => [...bare, ...service])
    .reduce((sum, report) => sum + report.failed, 0);
  if (failed > 0) throw new Error(`${failed} requests failed`);
}
