/** The rule sets of a replay that a command runs, and the replay with its bars. */
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { startOfDay } from '../base/calendar.js';
import type { Result } from '../base/result.js';
import type { Settings } from '../config/settings.js';
import { sourceOfFiles } from '../replay/from-files.js';
import type { Known } from '../replay/known-modes.js';
import type { Edition } from '../replay/known-then.js';
import type { Period } from '../replay/period.js';
import type { Report } from '../replay/report.js';
import type { Phase } from '../replay/run-replay.js';
import type { ReplaySource } from '../replay/source.js';
import { sourceOfStream } from '../replay-desk/from-stream.js';
import { judge } from '../replay-desk/judge.js';
import {
  editionsAs,
  type Found,
  findRuleset,
  type NamedRuleset,
  type RulesetProblem,
} from '../replay-desk/named-rulesets.js';
import { renderDiagnostics } from '../ruleset/build-ruleset.js';
import type { Desk } from '../ruleset/release/desk.js';
import { openBroker } from './broker-access.js';
import { refuse } from './exit.js';
import { openProgress, type ProgressBar } from './progress-bar.js';
import { refuseRelease, withDesk } from './ruleset-desk.js';

export interface SideTerms {
  readonly known: Known;
  readonly period: Period;
}

type Sides = readonly (readonly Edition[])[];

/** In the order of the names; null: one of them cannot be replayed, which is said, and the exit code set. */
export async function sidesNamed(
  names: readonly NamedRuleset[],
  { known, period }: SideTerms,
): Promise<Sides | null> {
  const found = await findAll(names);
  if (found === null) return null;
  const sides: (readonly Edition[])[] = [];
  for (const one of found) {
    const editions = editionsAs(one, known, period);
    if (!editions.ok) return complain(editions.error);
    sides.push(editions.value);
  }
  return sides;
}

/** Only versions need the broker. */
async function findAll(names: readonly NamedRuleset[]): Promise<readonly Found[] | null> {
  if (names.every((name) => typeof name === 'object')) return await findEach(names, null);
  let found: readonly Found[] | null = null;
  await withDesk(async (desk) => {
    found = await findEach(names, desk);
  });
  return found;
}

async function findEach(names: readonly NamedRuleset[], desk: Desk | null): Promise<readonly Found[] | null> {
  const all: Found[] = [];
  for (const name of names) {
    const found = await findRuleset(name, desk);
    if (!found.ok) return complain(found.error);
    all.push(found.value);
  }
  return all;
}

function complain(problem: RulesetProblem): null {
  if (problem.is === 'refused') refuseRelease(problem.refusal);
  else refuse(problem.is === 'missing' ? problem.message : renderDiagnostics(problem.diagnostics), 1);
  return null;
}

export interface ClaimsTerms extends SideTerms {
  /** NDJSON; none: the stream CLAIMS. */
  readonly files: readonly string[];
  readonly settings: Settings;
  readonly threads?: number;
}

/**
 * Judges claims under a bar. Null: they cannot be read, which is said. Rejects as `runReplay` does.
 */
export async function replayClaims(sides: Sides, terms: ClaimsTerms): Promise<Report | null> {
  const use = (source: ReplaySource) => judgeWithBars(source, sides, terms);
  if (terms.files.length > 0) return await unlessRefused(await sourceOfFiles(terms.files), use);
  const broker = await openBroker(terms.settings);
  if (!broker.ok) {
    refuse(broker.error, 2);
    return null;
  }
  try {
    const until = startOfDay(terms.period.to + 1);
    return await unlessRefused(await sourceOfStream(broker.value.link, until), use);
  } finally {
    await broker.value.close();
  }
}

async function unlessRefused(
  source: Result<ReplaySource, string>,
  use: (source: ReplaySource) => Promise<Report>,
): Promise<Report | null> {
  if (source.ok) return await use(source.value);
  refuse(source.error, 1);
  return null;
}

/** Of what is free, so much for history in memory; the rest of it goes to disk. */
const shareForHistory = 0.25;
const megabyte = 1024 * 1024;

async function judgeWithBars(
  source: ReplaySource,
  sides: Sides,
  { known, period, threads = availableParallelism() }: ClaimsTerms,
): Promise<Report> {
  const bars = new PhaseBars(source);
  const memoryBytes = Math.max(64 * megabyte, (freemem() * shareForHistory) / threads);
  const onProgress = (phase: Phase, done: number) => bars.update(phase, done);
  try {
    const terms = { period, known, threads, memoryBytes, heapMb: 1_024, scratch: tmpdir(), onProgress };
    return await judge(source, sides, terms);
  } finally {
    bars.end();
  }
}

/** A bar for each reading of the source. */
class PhaseBars {
  readonly #source: ReplaySource;
  #phase: Phase | null = null;
  #bar: ProgressBar | null = null;

  constructor(source: ReplaySource) {
    this.#source = source;
  }

  update(phase: Phase, done: number): void {
    const { total, unit, name } = this.#source;
    const [shownDone, shownTotal] = unit === 'bytes' ? [done / 1_024, total / 1_024] : [done, total];
    if (phase !== this.#phase) {
      this.end();
      this.#phase = phase;
      this.#bar = openProgress(`${phase} ${name}${unit === 'bytes' ? ' (KiB)' : ''}`, shownTotal);
    }
    this.#bar?.update(Math.round(shownDone), Math.round(shownTotal));
  }

  end(): void {
    this.#bar?.end();
  }
}
