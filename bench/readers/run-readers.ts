/**
 * One wire form in one process: proves that it says what MessagePack says of the same claims, then times
 * reading and evaluating beside bare parsing. Told what to do by BENCH_PLAN; reports one message.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import type { SimulatedClaim } from '../claims/simulated-claim.js';
import { makeLibrary } from '../engine/make-rules.js';
import type { Timing } from '../engine/measure.js';
import { compileOurs, type OurEngine, type WireFormat } from '../engine/ours.js';
import { rulesSource } from '../engine/rules-source.js';
import { bareParse, bareParseGbk, bareParseText, bareUnpack } from './bare-parsers.js';
import { encode, realClaims } from './bodies.js';
import { type Contestant, type InterleavePlan, interleave } from './interleave.js';

export interface ReadersPlan {
  readonly format: WireFormat;
  readonly lines: readonly number[];
  readonly rules: number;
  readonly rows: number;
  readonly seed: number;
  readonly interleave: InterleavePlan;
}

export interface SizeReport {
  readonly lines: number;
  readonly bytesPerClaim: number;
  readonly timings: Readonly<Record<string, Timing>>;
}

export const contestants = {
  bare: 'bare parse',
  bareOfText: 'bare parse of ready text',
  read: 'read',
  readAndEvaluate: 'read and evaluate',
} as const;

function bareOnes(format: WireFormat, bodies: readonly Buffer[]): Contestant[] {
  const body = (index: number): Buffer => bodies[index] as Buffer;
  if (format === 'native-msgpack') {
    return [{ name: contestants.bare, run: (index) => bareUnpack(body(index)) }];
  }
  const gbk = new TextDecoder('gbk');
  const texts = bodies.map((bytes) => (format === 'nhsa-gbk' ? gbk.decode(bytes) : bytes.toString('utf8')));
  return [
    {
      name: contestants.bare,
      run: format === 'nhsa-gbk' ? (i) => bareParseGbk(body(i)) : (i) => bareParse(body(i)),
    },
    { name: contestants.bareOfText, run: (index) => bareParseText(texts[index] as string) },
  ];
}

/** Throws where this form and MessagePack are not judged alike. Answers how many findings there were. */
function prove(engine: OurEngine, format: WireFormat, claims: readonly SimulatedClaim[]): number {
  const same = encode(claims, 'native-msgpack');
  let hits = 0;
  encode(claims, format).forEach((body, i) => {
    const own = engine.hitTexts(body, format);
    const other = same[i] as Buffer;
    deepStrictEqual(own, engine.hitTexts(other, 'native-msgpack'), `claim ${i} as ${format}`);
    deepStrictEqual(engine.notEvaluated(body, format), engine.notEvaluated(other, 'native-msgpack'));
    hits += own.length;
  });
  return hits;
}

function measureSize(
  engine: OurEngine,
  plan: ReadersPlan,
  lines: number,
  bodies: readonly Buffer[],
): SizeReport {
  const { format } = plan;
  const ours: Contestant[] = [
    { name: contestants.read, run: (index) => engine.read(bodies[index] as Buffer, format) },
    {
      name: contestants.readAndEvaluate,
      run: (index) => engine.readAndScreen(bodies[index] as Buffer, format),
    },
  ];
  // Copies: msgpackr hangs a view of its own on a Buffer, which changes what the scanner is given.
  const copies = bodies.map((body) => Buffer.from(body));
  const timings = interleave([...bareOnes(format, copies), ...ours], plan.interleave);
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  return { lines, bytesPerClaim: bytes / bodies.length, timings: Object.fromEntries(timings) };
}

function run(plan: ReadersPlan): SizeReport[] {
  const { rules, rows, seed } = plan;
  const library = makeLibrary({ rules, rows, seed, tablesDir: 'rules/tables' });
  const engine = compileOurs(rulesSource(library.rules));
  const sizes = plan.lines.map((lines) => {
    const { claims: count } = plan.interleave;
    const timed = realClaims({ lines, count, seed: seed + lines, violationShare: 0.15 }, library);
    const proof = realClaims({ lines, count: 16, seed: seed - lines, violationShare: 1 }, library);
    ok(prove(engine, plan.format, proof) > 0, 'no claim breaks any rule');
    prove(engine, plan.format, timed);
    return { lines, bodies: encode(timed, plan.format) };
  });
  return sizes.map(({ lines, bodies }) => measureSize(engine, plan, lines, bodies));
}

process.send?.(run(JSON.parse(process.env['BENCH_PLAN'] ?? '{}') as ReadersPlan));
