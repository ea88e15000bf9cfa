/**
 * Chaos in small, on every run of the tests: the compiled service as two processes, a real broker, seven kills. The seed
 * is another one each time; a failure prints it, and `node dist/test/chaos/long.js --seed …` repeats the load.
 */
import { expect, test } from 'vitest';
import { drawSeed } from '../judge/seed.js';
import { runChaos } from './run.js';

const seed = drawSeed();

test(`nothing is lost and nothing counts twice through seven kills (seed ${seed})`, async () => {
  const lines: string[] = [];
  const outcome = await runChaos({
    seed,
    kills: 7,
    events: 700,
    nodes: 2,
    twin: false,
    disks: false,
    slowDisks: false,
    say: (line) => lines.push(line),
  });
  const report = [...lines, `kept in ${outcome.folder}`].join('\n');
  expect(outcome.disagreements.slice(0, 5), report).toEqual([]);
  expect(outcome.kills).toBe(7);
  expect(outcome.messages).toBeGreaterThanOrEqual(420);
});
