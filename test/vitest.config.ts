import { defineConfig } from 'vitest/config';
import { LongestFirst } from './longest-first.js';

/** Folders most of whose tests start processes and threads, or change what all of a process sees: each file has its own. */
const alone = [
  'brake',
  'chaos',
  'cli',
  'deploy',
  'integration',
  'nats',
  'releases',
  'replay-desk',
  'screening',
  'shadow',
].map((folder) => `test/${folder}/**/*.test.ts`);
/** Its test measures what its process takes. */
const measured = 'test/bench/load/**/*.test.ts';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // Of two cores: a file often waits for a process that it has started. All took 646 s with two, 589 s with three.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Ends what hangs, and nothing else: a busy machine may be ten times slower than a quiet one.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // As long as the test has: what is waited for comes, however busy the machine.
    expect: { poll: { timeout: 180_000 } },
    projects: [
      { extends: true, test: { name: 'alone', include: [...alone, measured] } },
      // A few processes, each with file after file: what they import is loaded once, and stays fast.
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, measured],
          isolate: false,
        },
      },
    ],
  },
});
