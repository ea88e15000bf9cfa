import { beforeEach, expect, test } from 'vitest';
import { type BrakeEvents, createBrakeEvents } from '../../src/ops/brake-events.js';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import type { OutsideBand } from '../../src/ruleset/release/brake/version-brake.js';

let lines: string[];
let metrics: Metrics;
let events: BrakeEvents;

beforeEach(() => {
  lines = [];
  metrics = new Metrics();
  const sink = { write: (line: string) => void lines.push(line) };
  events = createBrakeEvents(createLogger({ level: 'debug', readable: false, sink }), metrics);
});

const series = async (name: string) =>
  (await metrics.expose()).text.split('\n').filter((line) => line.startsWith(name));
const said = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

const outside: OutsideBand = {
  scene: '2',
  share: 'alert',
  side: 'above',
  claims: 44,
  of: 90,
  bound: 43,
};

test('a stop is an error that names the rules, and how often each was there', () => {
  events.rulesStopped(12, { ...outside, rules: [{ rule: 'bad', claims: 44 }] });
  expect(said()).toMatchObject([
    { level: 'error', version: 12, scene: '2', claims: 44, of: 90, bound: 43, rules: { bad: 44 } },
  ]);
});

test('every braked rule is a series, as long as it is', async () => {
  events.rulesBraked([
    { version: 12, rule: 'bad' },
    { version: 13, rule: 'bad' },
  ]);
  expect(await series('claimgate_braked_rule{')).toEqual([
    'claimgate_braked_rule{version="12",rule="bad"} 1',
    'claimgate_braked_rule{version="13",rule="bad"} 1',
  ]);
  events.rulesBraked([]);
  expect(await series('claimgate_braked_rule{')).toEqual([]);
});

test('a share outside of its band is a series as long as it is, and said once', async () => {
  for (const all of [[outside], [], [outside, { ...outside, side: 'below' as const }]]) {
    events.sharesOutside(all.map((one) => ({ ...one, version: 12 })));
  }
  expect(await series('claimgate_share_outside_band{')).toEqual([
    'claimgate_share_outside_band{version="12",scene="2",share="alert",side="above"} 1',
    'claimgate_share_outside_band{version="12",scene="2",share="alert",side="below"} 1',
  ]);
  expect(said().map(({ side }) => side)).toEqual(['above', 'below']);
});

test('what only this node knows of is a number, from the start on', async () => {
  expect(await series('claimgate_brakes_unwritten')).toEqual(['claimgate_brakes_unwritten 0']);
  events.stopsUnwritten(2);
  expect(await series('claimgate_brakes_unwritten')).toEqual(['claimgate_brakes_unwritten 2']);
});

test('a version that nothing would stop is a warning', () => {
  events.brakeCannotWatch(12, null, 'it was published without a replay');
  events.brakeCannotWatch(12, '6', 'no claim of it');
  expect(said()).toMatchObject([
    { level: 'warn', version: 12, why: 'it was published without a replay' },
    { level: 'warn', version: 12, scene: '6', why: 'no claim of it' },
  ]);
});
