import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import {
  createReleaseEvents,
  type ReleaseEvents,
  type RulesetInForce,
} from '../../src/ops/release-events.js';

const twelve = { id: 'sha256:c', name: 'national', version: 12, rules: 20 };
let lines: string[];
let metrics: Metrics;
let common: RulesetInForce[];
let events: ReleaseEvents;

beforeEach(() => {
  lines = [];
  common = [];
  metrics = new Metrics();
  const log = createLogger({
    level: 'debug',
    readable: false,
    sink: { write: (line) => void lines.push(line) },
  });
  events = createReleaseEvents(log, metrics, (ruleset) => common.push(ruleset));
});

const series = async (name: string) =>
  (await metrics.expose()).text.split('\n').filter((line) => line.startsWith(name) && !line.endsWith(' 0'));

test('rule sets of single institutions are series beside the one of all others, as long as they are', async () => {
  events.rulesetsInForce({ ...twelve, version: 11 }, [{ ...twelve, institutions: 3 }]);
  expect(common).toEqual([{ ...twelve, version: 11 }]);
  expect(await series('claimgate_ruleset_institutions{')).toEqual([
    'claimgate_ruleset_institutions{id="sha256:c",name="national",version="12"} 3',
  ]);
  events.rulesetsInForce(twelve, []);
  expect(await series('claimgate_ruleset_institutions{')).toEqual([]);
});

test('a change in force is counted by its number, with the time it took', async () => {
  const release = { version: 12, rulesetId: 'sha256:c', serial: 7, activator: '审核乙' };
  events.releaseInForce({ ...release, elapsedMs: 2_500 });
  expect(await series('claimgate_release_s')).toEqual([
    'claimgate_release_serial 7',
    'claimgate_release_swap_seconds 2.5',
  ]);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'release in force', ...release });
});

test('what cannot be kept on disk is said by what it is', () => {
  events.releaseNotKept('no room');
  events.newestVersionNotKept('no room');
  events.ownFolderNotKept('no room');
  expect(lines.map((line) => JSON.parse(line)).map(({ level, msg }) => `${level}: ${msg}`)).toEqual([
    'error: the release in force cannot be kept on disk',
    'error: the newest version seen cannot be kept on disk',
    'error: that the rules folder counts cannot be kept on disk',
  ]);
});

test('what is refused is counted by its reason, and says its sentence', async () => {
  events.releaseRefused({ reason: 'same-signer', message: '甲 has published it' });
  events.releasesUnreadable('no route');
  expect(await series('claimgate_releases_')).toEqual([
    'claimgate_releases_refused_total{reason="same-signer"} 1',
    'claimgate_releases_unreadable_total 1',
  ]);
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['error', 'warn']);
});
