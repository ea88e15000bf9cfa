/**
 * On demand: `node dist/test/chaos/long.js [--kills 200] [--seed n] [--events n] [--nodes 2] [--disks]
 * [--slow-disk]`.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './run.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string' },
    events: { type: 'string' },
    disks: { type: 'boolean', default: false },
    'slow-disk': { type: 'boolean', default: false },
    nodes: { type: 'string', default: '2' },
  },
});
const kills = Number(values.kills);
const startedMs = performance.now();
const say = (line: string): void => {
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)}  ${line}`);
};
const { disagreements, ...outcome } = await runChaos({
  seed: Number(values.seed ?? randomInt(2 ** 31)),
  kills,
  events: Number(values.events ?? kills * 150),
  nodes: Number(values.nodes),
  twin: true,
  disks: values.disks,
  slowDisks: values['slow-disk'],
  say,
});
say(
  `${outcome.kills} kills, ${outcome.workersLost} threads lost at work, ${outcome.messages} messages, ${outcome.answers} answers, ` +
    `${outcome.deadLetters} dead letters, ${outcome.exports.length} states compared`,
);
for (const { rule, detail } of disagreements.slice(0, 40)) say(`✗ ${rule}: ${detail}`);
say(
  disagreements.length === 0
    ? '✓ no disagreement'
    : `${disagreements.length} disagreements; ${outcome.folder}`,
);
process.exitCode = disagreements.length === 0 ? 0 : 1;
