/**
 * The guard: short versions of the NATS and HTTP benchmarks, their ratios compared with `bench/floors.json`.
 * Ends with 1 where no try of three keeps them all. `--floors <file>`: other limits; `--tries <n>`;
 * `--smoke`: tiny runs.
 */
import { parseArgs } from 'node:util';
import { bestOf, type Measured, readFloors } from './guard-floors.js';
import { guardSize, runSeed, smokeSize } from './load/arguments.js';
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
    return { ...(await measureNats(responders)), ...(await measureHttp(responders)) };
  } finally {
    await responders.stop();
  }
}

async function measureNats(responders: Responders): Promise<Omit<Measured, 'httpOfBare'>> {
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
  const bare = await startBareRoute();
  try {
    const runs = await runHttpInTurn(
      httpTargets(bare, service),
      { kind: 'closed' },
      size,
      httpBodies(size, seed),
    );
    assertNoneFailed([runs]);
    return { httpOfBare: httpRatio(runs, ({ rate }) => rate).value };
  } finally {
    await bare.stop();
  }
}

const kept = await bestOf(Number(values.tries), readFloors(values.floors), measure, (line) => {
  console.log(line);
});
console.log(kept ? 'the guard is satisfied' : `no try kept all limits of ${values.floors}`);
process.exitCode = kept ? 0 : 1;
