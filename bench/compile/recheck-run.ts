/**
 * One change after another to a folder that this process has compiled before. Asked for a proof, it compares each
 * answer of the workbench with that of a first look; asked for times, it takes them and says what was answered, so
 * that it can be held against the proof. Told what to do by BENCH_PLAN; reports one message.
 */
import { deepStrictEqual, notStrictEqual } from 'node:assert/strict';
import {
  type Diagnostic,
  examineRuleset,
  RulesetWorkbench,
  type RulesSource,
  readRulesFolder,
  renderDiagnostics,
} from '../../src/ruleset/build-ruleset.js';
import { startLap } from '../engine/measure.js';
import { type Change, type ChangeKind, changed, changesOf, someOf } from './changes.js';

export interface RecheckPlan {
  readonly folder: string;
  /** Changes of each kind. */
  readonly ofEach: number;
  /** The change to begin with; those before it come last. */
  readonly first: number;
  readonly job: 'prove' | 'time';
}

/** What was answered to a change. */
export interface Answered {
  readonly kind: ChangeKind;
  readonly name: string;
  readonly id: string | null;
  readonly diagnostics: string;
}

export interface Rechecked extends Answered {
  /** Read, checked and guarded. */
  readonly checkMs: number;
  /** Processor time of it, collector included. */
  readonly checkCpuMs: number;
  /** The same and compiled. */
  readonly artifactMs: number;
}

/** The unchanged folder, and its artifact. */
interface Start {
  readonly source: RulesSource;
  readonly id: string | null;
}

export interface RecheckReport {
  /** Of the unchanged folder. */
  readonly id: string | null;
  /** Always in the same order; without times where they were asked for a proof. */
  readonly changes: readonly (Answered | Rechecked)[];
}

/** Throws where the workbench answers anything else than a first look, or where a change changes nothing. */
function prove(workbench: RulesetWorkbench, change: Change, start: Start): Answered {
  const source = changed(start.source, change);
  const what = `${change.kind} of ${change.name}`;
  const { artifact, diagnostics } = examineRuleset(source);
  workbench.check(start.source);
  deepStrictEqual(workbench.check(source), diagnostics, what);
  const examined = workbench.examine(source);
  deepStrictEqual(examined.diagnostics, diagnostics, what);
  deepStrictEqual(examined.artifact, artifact, what);
  notStrictEqual(artifact?.id, start.id, `${what} changes nothing`);
  deepStrictEqual(artifact === null, change.kind === 'mistake', renderDiagnostics(diagnostics));
  return answered(change, artifact?.id ?? null, diagnostics);
}

function answered({ kind, name }: Change, id: string | null, diagnostics: readonly Diagnostic[]): Answered {
  return { kind, name, id, diagnostics: renderDiagnostics(diagnostics) };
}

/** Each clock starts when the workbench has seen the unchanged folder last. */
function time(workbench: RulesetWorkbench, change: Change, start: Start): Rechecked {
  const source = changed(start.source, change);
  workbench.check(start.source);
  const lap = startLap();
  const checked = workbench.check(source);
  const { ms: checkMs, cpuMs: checkCpuMs } = lap();
  workbench.check(start.source);
  const again = startLap();
  const { artifact, diagnostics } = workbench.examine(source);
  const { ms: artifactMs } = again();
  deepStrictEqual(checked, diagnostics);
  return { ...answered(change, artifact?.id ?? null, diagnostics), checkMs, checkCpuMs, artifactMs };
}

const { folder, ofEach, first, job } = JSON.parse(process.env['BENCH_PLAN'] ?? '{}') as RecheckPlan;
const read = await readRulesFolder(folder);
if (!read.ok) throw new Error(renderDiagnostics(read.error));
const workbench = new RulesetWorkbench();
const id = workbench.examine(read.value).artifact?.id ?? null;
const start: Start = { source: read.value, id };
const changes = someOf(changesOf(start.source), ofEach);
const work = { prove, time }[job];
const done = [...changes.slice(first), ...changes.slice(0, first)].map((c) => work(workbench, c, start));
const report: RecheckReport = {
  id,
  changes: [...done.slice(changes.length - first), ...done.slice(0, changes.length - first)],
};
process.send?.(report);
