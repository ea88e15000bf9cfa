/**
 * The guard: short versions of the NATS, HTTP and allocation benchmarks, compared with `bench/floors.json`.
 * Ends with 3 where no try of three keeps them all, so that a guard that is broken is not taken for one that bites.
 * `--floors <file>`: other limits; `--tries <n>`; `--smoke`: tiny runs.
 */
import { parseArgs } from 'node:util';
import { bestOf, type Floors, type Measured, readFloors } from './guard-floors.js';
import { guardSize, runSeed, smokeSize } from './load/arguments.js';
import { runChild } from './load/children.js';
import {
  assertNoneFailed,
  httpBodies,
  httpRatio,
  httpTargets,
  runHttpInTurn,
  startBareRoute,
} from './load/http-runs.js';
import { assertAnswered, middleRun, p50Of, p99Of, rateOf, ratioOf, runInTurn } from './load/nats-runs.js';
import { type Responders, startResponders } from './load/responders.js';
import { verifyAnswers } from './load/verify-answers.js';
import { verifyNational } from './load/verify-national.js';
import type { AllocationReport } from './readers/allocation.js';

const { values } = parseArgs({
  options: {
    floors: { type: 'string', default: 'bench/floors.json' },
    tries: { type: 'string', default: '3' },
    smoke: { type: 'boolean', default: false },
  },
});
const size = values.smoke ? smokeSize : guardSize;
const seed = runSeed(size);

/** Everything fresh in every try, so that nothing that went wrong in one is left in the next. */
async function measure(): Promise<Measured> {
  const responders = await startResponders([]);
  try {
    const nats = await measureNats(responders);
    return { ...nats, ...(await measureHttp(responders)), bytesPerLine };
  } finally {
    await responders.stop();
  }
}

async function measureNats(responders: Responders): Promise<Omit<Measured, 'httpOfBare' | 'bytesPerLine'>> {
  const bodies = { format: 'native-msgpack', count: size.claims, seed, lines: 30 } as const;
  await verifyAnswers(responders.natsUrl, { ...bodies, count: 50 });
  const both = ['echo', 'service'] as const;
  const closedLoop = { kind: 'closed', width: 128 } as const;
  const closed = await runInTurn(responders, both, closedLoop, size, bodies);
  const rate = Math.max(50, Math.floor(rateOf(middleRun(closed, 'service', closedLoop)) / 2));
  const half = await runInTurn(responders, both, { kind: 'open', rate }, size, bodies);
  assertAnswered([closed, half]);
  return {
    natsOfEcho: ratioOf(closed, 'service', 'echo', rateOf).value,
    natsOpenP50: ratioOf(half, 'service', 'echo', p50Of).value,
    natsOpenP99: ratioOf(half, 'service', 'echo', p99Of).value,
  };
}

async function measureHttp({ service }: Responders): Promise<Pick<Measured, 'httpOfBare'>> {
  const bodies = httpBodies(size, seed);
  await verifyNational(service.url, { ...bodies, count: Math.min(50, bodies.count) });
  const bare = await startBareRoute();
  try {
    const runs = await runHttpInTurn(httpTargets(bare, service), { kind: 'closed' }, size, bodies);
    assertNoneFailed([runs]);
    return { httpOfBare: httpRatio(runs, ({ rate }) => rate).value };
  } finally {
    await bare.stop();
  }
}

/** What one more line of a claim that passes leaves on the heap; no other load of the machine changes it. */
async function measureAllocation(): Promise<number> {
  const module = new URL('./readers/allocation.js', import.meta.url).href;
  const plan = JSON.stringify({ isForGuard: true });
  const { perLine } = await runChild<AllocationReport>(module, { BENCH_PLAN: plan });
  return perLine;
}

function floorsOrEnd(): Floors {
  try {
    return readFloors(values.floors);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const floors = floorsOrEnd();
const bytesPerLine = await measureAllocation();
const kept = await bestOf(Number(values.tries), floors, measure, (line) => {
  console.log(line);
});
console.log(kept ? 'the guard is satisfied' : `no try kept all limits of ${values.floors}`);
process.exitCode = kept ? 0 : 3;
