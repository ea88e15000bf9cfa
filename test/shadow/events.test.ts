/** What an operator sees of a shadow. */
import { expect, test } from 'vitest';
import { createLogger } from '../../src/ops/logger.js';
import { Metrics } from '../../src/ops/metrics.js';
import { createShadowEvents } from '../../src/ops/shadow-events.js';

function stand() {
  const lines: string[] = [];
  const metrics = new Metrics();
  const sink = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'info', readable: false, sink });
  const exposed = async () => (await metrics.expose()).text;
  const logged = () => lines.map((line) => JSON.parse(line) as { level: string | number; msg: string });
  return { events: createShadowEvents(logger, metrics), exposed, logged };
}

const began = { version: 2, rulesetId: 'sha256:two', serial: 1, signer: '规则员', elapsedMs: 1 };

test('a shadow stands in the metrics for as long as it is tried', async () => {
  const { events, exposed } = stand();
  events.shadowBegan(began);
  expect(await exposed()).toContain('claimgate_shadow_info{id="sha256:two",version="2"} 1\n');
  events.shadowEnded({ version: 2, why: '看过了' });
  expect(await exposed()).not.toContain('claimgate_shadow_info{');
});

test('one that costs its thread is counted and said as an error', async () => {
  const { events, exposed, logged } = stand();
  events.shadowBegan(began);
  events.shadowLost({ version: 2, cause: 'hung', rule: 'sex-drug' });
  expect(await exposed()).toContain('claimgate_shadows_lost_total 1\n');
  const [before, last] = logged();
  expect(last).toMatchObject({
    msg: 'shadow ended: it has cost its thread',
    cause: 'hung',
    rule: 'sex-drug',
  });
  expect(last?.level).not.toBe(before?.level);
});

test('claims are counted by what became of them, findings by rule', async () => {
  const { events, exposed } = stand();
  const rule = { rule: 'sex-drug', live: 1, candidate: 3, gained: 3, lost: 1, otherEffect: 0 };
  const failure = { rule: 'sex-item', error: 'TypeError', at: '' };
  const rest = { scene: '2', rules: [rule], failure: null } as const;
  const claims = [
    { ...rest, live: 'pass', candidate: 'alert' },
    { ...rest, live: 'alert', candidate: 'alert' },
    { scene: '2', live: 'pass', candidate: 'not_screened', rules: [], failure },
  ] as const;
  events.shadowCompared({ claims, liveMs: 1, candidateMs: 1 });
  events.shadowDropped('busy', 5);
  const text = await exposed();
  for (const line of [
    'claimgate_shadow_claims_total{result="compared"} 3',
    'claimgate_shadow_claims_total{result="busy"} 5',
    'claimgate_shadow_claims_total{result="stale"} 0',
    'claimgate_shadow_changed_total 2',
    'claimgate_shadow_failures_total 1',
    'claimgate_shadow_findings_total{change="gained",rule="sex-drug"} 6',
    'claimgate_shadow_findings_total{change="lost",rule="sex-drug"} 2',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

test('refusals are counted by their reason', async () => {
  const { events, exposed } = stand();
  events.shadowRefused({ reason: 'failing-examples', message: 'two examples do not hold' });
  expect(await exposed()).toContain('claimgate_shadows_refused_total{reason="failing-examples"} 1\n');
});
