import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import { createOverlayEvents, type OverlayEvents, tellTogether } from '../../src/ops/overlay-events.js';

let lines: string[];
let metrics: Metrics;
let numbers: number[];
let events: OverlayEvents;

beforeEach(() => {
  lines = [];
  numbers = [];
  metrics = new Metrics();
  const log = createLogger({
    level: 'debug',
    readable: false,
    sink: { write: (line) => void lines.push(line) },
  });
  events = createOverlayEvents(log, metrics, (number) => numbers.push(number));
});

const series = async (name: string) =>
  (await metrics.expose()).text.split('\n').filter((line) => line.startsWith(name) && !line.endsWith(' 0'));

const off = { rule: 'a', institution: null, kind: 'kill', rulesetId: null } as const;
const braked = { ...off, kind: 'brake', rulesetId: 'sha256:c' } as const;
const snooze = { rule: 'b', institution: null, department: null, until: '2026-07-03T08:00:00.000Z' };

test('what is in force is counted by kind, and its number told', async () => {
  const overlay = { number: 7, switches: [off, braked, braked], snoozes: [snooze] };
  events.overlayInForce({ overlay, serial: 4, operator: '运维丁' });
  expect(await series('claimgate_overlay')).toEqual([
    'claimgate_overlay_number 7',
    'claimgate_overlay_entries{kind="kill"} 1',
    'claimgate_overlay_entries{kind="brake"} 2',
    'claimgate_overlay_entries{kind="snooze"} 1',
  ]);
  expect(numbers).toEqual([7]);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    msg: 'overlay in force',
    number: 7,
    operator: '运维丁',
  });
  events.overlayInForce({ overlay: { number: 8, switches: [], snoozes: [] }, serial: 5, operator: '运维丁' });
  expect(await series('claimgate_overlay_entries')).toEqual([]);
});

test('claims whose findings are held back are counted by rule', async () => {
  events.findingsHeldBack(['a', 'b']);
  events.findingsHeldBack(['a']);
  expect(await series('claimgate_findings_held_back_total')).toEqual([
    'claimgate_findings_held_back_total{rule="a"} 2',
    'claimgate_findings_held_back_total{rule="b"} 1',
  ]);
});

test('what is refused is counted by its reason, and says its sentence', async () => {
  events.overlayRefused({ reason: 'tampered', message: 'the signature does not fit' });
  events.brakeIgnored({ version: 12, rules: ['a'], why: 'version 12 did not change them' });
  events.overlayUnreadable('no route');
  expect(await series('claimgate_overlays_refused')).toEqual([
    'claimgate_overlays_refused_total{reason="tampered"} 1',
  ]);
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error', 'error', 'warn']);
});

test('the rule set and the overlay are told of together, whichever changes', () => {
  const told: object[] = [];
  const { rulesetInForce, numbered } = tellTogether((both) => told.push(both));
  const twelve = { id: 'sha256:c', name: 'national', version: 12, rules: 20 };
  numbered(3);
  expect(told).toEqual([]);
  rulesetInForce(twelve);
  numbered(4);
  expect(told).toEqual([
    { ...twelve, overlay: 3 },
    { ...twelve, overlay: 4 },
  ]);
});
