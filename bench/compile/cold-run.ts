/**
 * From a process that knows nothing to an artifact: as a service or a release has it that starts from a folder.
 * Told what to do by BENCH_PLAN; reports one message. Imports the compiler and nothing of these benchmarks, as
 * what is loaded is on the clock.
 */
import { cpuUsage } from 'node:process';
import { examineRuleset, readRulesFolder } from '../../src/ruleset/build-ruleset.js';

export interface ColdPlan {
  readonly folder: string;
}

/** Each from the start of the process on. */
export interface ColdReport {
  readonly loadedMs: number;
  readonly readMs: number;
  /** Parsed, checked, guarded, planned, compiled and named. */
  readonly artifactMs: number;
  /** Processor time of all of it. */
  readonly cpuMs: number;
  readonly heapMegabytes: number;
  readonly id: string | null;
  readonly diagnostics: number;
}

const { folder } = JSON.parse(process.env['BENCH_PLAN'] ?? '{}') as ColdPlan;
const loadedMs = performance.now();
const source = await readRulesFolder(folder);
if (!source.ok) throw new Error(`${folder} cannot be read`);
const readMs = performance.now();
const { artifact, diagnostics } = examineRuleset(source.value);
const artifactMs = performance.now();
const { user, system } = cpuUsage();
const report: ColdReport = {
  loadedMs,
  readMs,
  artifactMs,
  cpuMs: (user + system) / 1_000,
  heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20,
  id: artifact?.id ?? null,
  diagnostics: diagnostics.length,
};
process.send?.(report);
