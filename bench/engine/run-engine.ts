/**
 * One engine, one size of claim, one process: builds the library, proves that the engine agrees, then
 * times it. Told what to do by BENCH_PLAN; reports one message.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { bareUnpack } from '../readers/bare-parsers.js';
import { ours, type PeerName, peers } from './engines.js';
import { type HitTexts, hitTexts, PlainJudge } from './hits.js';
import { lineFacts, type NativeClaim } from './line-facts.js';
import { type Pace, type Timing, timePerClaim } from './measure.js';
import { compileOurs } from './ours.js';
import { rulesSource } from './rules-source.js';
import { makeWorkload, type Workload, type WorkloadPlan } from './workload.js';

export interface EnginePlan {
  readonly engine: PeerName | typeof ours;
  readonly workload: WorkloadPlan;
  readonly pace: Pace;
  /** What ours says about the proof claims; null for ours itself, which the plain judge checks. */
  readonly expected: readonly HitTexts[] | null;
}

export interface EngineReport {
  /** On a claim that is already read (ours) or unpacked and prepared (theirs). */
  readonly evaluate: Timing;
  /** From MessagePack bytes: read and evaluate; theirs: bare unpack, facts, evaluate. */
  readonly fromBytes: Timing;
  readonly reached: number;
  readonly codes: number;
  /** Ours only: the hits of the proof claims. */
  readonly hits: readonly HitTexts[] | null;
}

const format = 'native-msgpack';
async function runOurs(workload: Workload, pace: Pace): Promise<EngineReport> {
  const { library, timed, proof, reached, codes } = workload;
  const engine = compileOurs(rulesSource(library.rules));
  const judge = new PlainJudge(library.rules);
  for (const { native, bytes } of [...proof, ...timed]) {
    const lines = lineFacts(native);
    deepStrictEqual(engine.hitTexts(bytes, format), hitTexts(judge.judge(lines), lines, library.rules));
    deepStrictEqual(engine.notEvaluated(bytes, format), 0);
  }
  const read = timed.map(({ bytes }) => engine.keep(bytes, format));
  const bodies = timed.map(({ bytes }) => bytes);
  return {
    evaluate: await timePerClaim((i) => engine.screen(read[i] as (typeof read)[number]), read.length, pace),
    fromBytes: await timePerClaim(
      (i) => engine.readAndScreen(bodies[i] as Uint8Array, format),
      bodies.length,
      pace,
    ),
    reached,
    codes,
    hits: proof.map(({ bytes }) => engine.hitTexts(bytes, format)),
  };
}

async function runPeer(name: PeerName, plan: EnginePlan, workload: Workload): Promise<EngineReport> {
  const { library, timed, proof, reached, codes } = workload;
  const make = await peers[name].load();
  const contender = make(library.rules);
  for (const [i, { native }] of proof.slice(0, peers[name].proof).entries()) {
    const lines = lineFacts(native);
    const hits = await contender.screen(contender.prepare(lines));
    deepStrictEqual(hitTexts(hits, lines, library.rules), plan.expected?.[i], `${name} disagrees with ours`);
  }
  const prepared = timed.map(({ native }) => contender.prepare(lineFacts(native)));
  const bodies = timed.map(({ bytes }) => bytes);
  const fromBytes = (i: number) =>
    contender.screen(contender.prepare(lineFacts(bareUnpack(bodies[i] as Uint8Array) as NativeClaim)));
  return {
    evaluate: await timePerClaim(
      (i) => contender.screen(prepared[i] as (typeof prepared)[number]),
      prepared.length,
      plan.pace,
    ),
    fromBytes: await timePerClaim(fromBytes, bodies.length, plan.pace),
    reached,
    codes,
    hits: null,
  };
}

const plan = JSON.parse(process.env['BENCH_PLAN'] ?? '{}') as EnginePlan;
const workload = makeWorkload(plan.workload);
process.send?.(
  plan.engine === ours ? await runOurs(workload, plan.pace) : await runPeer(plan.engine, plan, workload),
);
