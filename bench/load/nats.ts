/**
 * Screening over NATS beside a bare echo, and beside the services that a team would write in an afternoon, in
 * the same run. Closed loop: how much of the echo's rate is left. Open loop at half of the measured maximum
 * and at fixed rates: latency from the intended send time, all at the same rate.
 */
import { peerEngines } from '../peers/engines.js';
import { type RunSize, runSeed, runSize } from './arguments.js';
import { writeResults } from './machine.js';
import {
  betterPeer,
  closedLoop,
  everybody,
  natsRatios,
  type OpenRuns,
  printRatios,
  printRuns,
} from './nats-report.js';
import { assertAnswered, middleRun, type Runs, rateOf, runInTurn } from './nats-runs.js';
import { type ResponderName, type Responders, startResponders } from './responders.js';
import { verifyAnswers } from './verify-answers.js';
import { verifyPeers } from './verify-peers.js';

const size = runSize();
const smoke = size.name === 'smoke';
const bodies = { format: 'native-msgpack', count: size.claims, seed: runSeed(size), lines: 30 } as const;
const fixedRates = smoke ? [200] : [500, 1_000, 2_000];
/** Three rates for three responders: shorter runs, or the whole would take too long. */
const fixedSize: RunSize = smoke ? size : { ...size, runs: 3, seconds: 2, warmSeconds: 1 };

async function main(): Promise<void> {
  const responders = await startResponders();
  try {
    const verified = await verify(responders);
    const closed = await runInTurn(responders, everybody, closedLoop, size, bodies);
    const rate = Math.max(100, Math.floor(rateOf(middleRun(closed, 'service', closedLoop)) / 2));
    const half = await runInTurn(responders, ['echo', 'service'], { kind: 'open', rate }, size, bodies);
    const fixed = await runFixed(responders, closed);
    const ratios = natsRatios(closed, half);
    printRuns(closed, { rate, runs: half }, fixed);
    printRatios(ratios);
    const about = { size, fixedSize, bodies, broker: responders.brokerVersion, verified };
    const results = { ...about, ratios, rate, runs: { closed, half, fixed } };
    assertAnswered([closed, half, ...fixed.map(({ runs }) => runs)]);
    if (size.name === 'full') console.log(`written: ${writeResults('nats', results)}`);
  } finally {
    await responders.stop();
  }
}

async function verify({ natsUrl, responder }: Responders): Promise<object> {
  const answers = await verifyAnswers(natsUrl, { ...bodies, count: Math.min(200, size.claims) });
  console.log(`verified: ${answers.claims} claims answered alike`, answers.statuses);
  const subjects = peerEngines.map((engine) => responder(engine).subject ?? '');
  // In fewer claims there may be nothing to find.
  const claims = Math.max(300, size.claims);
  const hits = await verifyPeers(natsUrl, { ...bodies, count: claims }, subjects);
  console.log(`verified: the afternoon services find the same in ${claims} claims`, hits);
  return { answers, claims, hits };
}

/**
 * A rate near a responder's maximum shows its queue, not its latency: whoever would be beyond 80 % is left
 * out.
 */
async function runFixed(responders: Responders, closed: Runs): Promise<OpenRuns[]> {
  const shown: readonly ResponderName[] = ['echo', 'service', betterPeer(closed)];
  const all: OpenRuns[] = [];
  for (const rate of fixedRates) {
    const able = shown.filter((name) => rateOf(middleRun(closed, name, closedLoop)) * 0.8 >= rate);
    const runs = await runInTurn(responders, able, { kind: 'open', rate }, fixedSize, bodies);
    all.push({ rate, runs });
  }
  return all;
}

await main();
