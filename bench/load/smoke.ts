/**
 * Every benchmark in its tiny size: shows in CI that none has rotted, and that the guard bites. Three at a
 * time, as nobody reads their numbers and each waits for something now and then; what one prints is shown when it has
 * ended.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

interface Smoke {
  /** Compiled file, from the folder of this one. */
  readonly file: string;
  readonly words?: readonly string[];
  readonly exitCode?: number;
}

/** The longest first. */
const smokes: readonly Smoke[] = [
  { file: '../durable/main.js' },
  { file: './nats.js' },
  { file: '../releases/swap.js' },
  { file: '../shadow/main.js' },
  { file: '../durable/take-over.js' },
  { file: './http.js' },
  { file: './whole.js' },
  { file: '../engine/main.js' },
  { file: '../engine/growth.js' },
  { file: '../readers/main.js' },
  { file: '../readers/allocation.js' },
  { file: '../history/main.js' },
  { file: '../replay/main.js' },
  { file: '../compile/main.js' },
  // Limits that nobody can keep: a guard that is satisfied by them guards nothing.
  {
    file: '../guard.js',
    words: ['--tries', '1', '--floors', 'bench/guard-unreachable.json'],
    exitCode: 3,
  },
];

const waiting = [...smokes];
const failed: string[] = [];

/** Runs what waits, one after the other; after a failure nobody begins another one. */
async function runInTurn(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined && failed.length === 0; next = waiting.shift()) {
    await run(next);
  }
}

async function run({ file, words = [], exitCode = 0 }: Smoke): Promise<void> {
  const startedMs = performance.now();
  const path = fileURLToPath(new URL(file, import.meta.url));
  // One pipe for both, so that lines stay in their order.
  const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, path, '--smoke', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`\n${[file, ...words].join(' ')} (${seconds} s)\n${printed.trimEnd()}`);
  if (code !== exitCode) failed.push(`${file} ended with ${code}, not ${exitCode}`);
}

await Promise.all([runInTurn(), runInTurn(), runInTurn()]);
for (const sentence of failed) console.error(sentence);
if (failed.length > 0) process.exit(1);
