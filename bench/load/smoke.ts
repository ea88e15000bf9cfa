/**
 * Every benchmark in its tiny size, one after the other: shows in CI that none has rotted, and that the guard
 * bites.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface Smoke {
  /** Compiled file, from the folder of this one. */
  readonly file: string;
  readonly words?: readonly string[];
  readonly exitCode?: number;
}

const smokes: readonly Smoke[] = [
  { file: '../engine/main.js' },
  { file: '../engine/growth.js' },
  { file: '../readers/main.js' },
  { file: '../readers/allocation.js' },
  { file: './nats.js' },
  { file: './http.js' },
  { file: './whole.js' },
  // Limits that nobody can keep: a guard that is satisfied by them guards nothing.
  {
    file: '../guard.js',
    words: ['--tries', '1', '--floors', 'bench/guard-unreachable.json'],
    exitCode: 1,
  },
];

for (const { file, words = [], exitCode = 0 } of smokes) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  console.log(`\n${[file, ...words].join(' ')}`);
  const child = spawn(process.execPath, [path, '--smoke', ...words], { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== exitCode) {
    console.error(`${file} ended with ${code}, not ${exitCode}`);
    process.exit(1);
  }
}
