/** Where and with what a number was measured. A result without it is hearsay. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Machine {
  readonly commit: string;
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly flags: readonly string[];
  /** Load average of the minute before the benchmark began: what else the machine was doing. */
  readonly loadBefore: number;
}

const loadBefore = loadavg()[0] ?? 0;

export function describeMachine(): Machine {
  return {
    commit: commitName(),
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    flags: process.execArgv,
    loadBefore,
  };
}

/** Short hash, with `+` where files differ from it; `unknown` outside a repository. */
function commitName(): string {
  try {
    const git = (...words: string[]): string =>
      execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

/** Writes `bench/results/<name>.json`; the latest run replaces the one before, git keeps the history. */
export function writeResults(name: string, results: object): string {
  const folder = join('bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ machine: describeMachine(), ...results }, null, 2)}\n`);
  return path;
}

/** The middle of several runs, by a number of theirs. */
export function medianBy<T>(runs: readonly T[], number: (run: T) => number): T {
  const sorted = [...runs].sort((a, b) => number(a) - number(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error('no runs');
  return middle;
}
