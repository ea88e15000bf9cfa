import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { packWire, unpackWire } from '../../src/base/wire.js';
import { claimLimits } from '../../src/claim/fields.js';
import { nothingScreened } from '../../src/ruleset/runtime/screened.js';
import type { Envelope } from '../../src/screening/protocol.js';
import { ClaimMeter } from '../../workers/claim-meter.js';
import type { LoadedRuleset } from '../../workers/ruleset-cache.js';
import { type ScreenedClaim, screenClaim } from '../../workers/screen-claim.js';
import {
  claimOf,
  envelope,
  findsItemX,
  jsonOf,
  loadedOf,
  mayRun,
  newProgress,
  spent,
} from './fixtures/rulesets.js';

function screen(
  body: Uint8Array,
  changes: Partial<Envelope> = {},
  loaded: LoadedRuleset = loadedOf(findsItemX),
): ScreenedClaim {
  const meter = new ClaimMeter(newProgress(), systemClock);
  const sent = envelope(changes);
  meter.beginClaim(0, sent.deadlineMs);
  return screenClaim(body, sent, loaded, meter, systemClock);
}

const decisionOf = ({ bytes }: ScreenedClaim) => JSON.parse(Buffer.from(bytes).toString());

describe('a claim that can be read', () => {
  test('is answered with its findings, and the outcome says so without the claim', () => {
    const answer = screen(jsonOf(claimOf(['T000000001', 'T000000003', 'T000000001'])));
    const decision = decisionOf(answer);
    expect([decision.status, decision.excessFen, decision.eventId]).toEqual(['alert', 200, 'E1']);
    expect(answer.outcome).toMatchObject({
      format: 'native-json',
      status: 'alert',
      cause: null,
      decisionId: decision.decisionId,
      rules: ['no-item-x'],
      gaps: [],
    });
  });

  test('is answered in its own encoding', () => {
    const packed = screen(packWire(claimOf(['T000000001'])));
    expect(packed.outcome.format).toBe('native-msgpack');
    const decision = unpackWire(packed.bytes, claimLimits);
    expect(decision.ok && decision.value).toEqual({
      ...decisionOf(screen(jsonOf(claimOf(['T000000001'])))),
      // Named after the bytes that were sent.
      decisionId: packed.outcome.decisionId,
    });
  });

  test('gives the same bytes twice', () => {
    const body = jsonOf(claimOf(['T000000001', 'T000000003']));
    expect(screen(body).bytes).toEqual(screen(body).bytes);
  });

  test('says which fields had notes, each once', () => {
    const claim = claimOf(['T000000003', 'T000000004'], { patient: { sex: '9' } });
    expect(screen(jsonOf(claim)).outcome.notes).toContain('patient.sex');
  });
});

describe('the institution', () => {
  test.each([
    ['another one', { code: 'H35010200009' }],
    ['none', {}],
  ])('a body that names %s than its sender is not screened', (_which, institution) => {
    const answer = screen(jsonOf(claimOf(['T000000001'], { institution })));
    expect(answer.outcome).toMatchObject({ status: 'not_screened', cause: 'wrong-institution', rules: [] });
    expect(decisionOf(answer).findings).toEqual([]);
    // What is counted or copied of it is the sender's, whatever the body says.
    expect(answer.outcome.institution).toBe('H35010200001');
  });

  test('a sender that may speak for all is not compared', () => {
    const { outcome } = screen(jsonOf(claimOf(['T000000001'])), { institution: null });
    expect(outcome).toMatchObject({ status: 'alert', institution: 'H35010200001', decisionAt: null });
  });

  test('decides whether partial is told as a failure', () => {
    const request = (code: string) =>
      jsonOf({ infno: '3102', msgid: 'M1', fixmedins_code: code, input: { data: nationalData(code) } });
    const incomplete = loadedOf((_claim, meter) => {
      mayRun(meter, 0);
      return spent('no-item-y');
    });
    const infcodes = ['H35010200001', 'H35010200002'].map((code) => {
      const answer = screen(request(code), { institution: code }, incomplete);
      expect(answer.outcome.status).toBe('partial');
      return Number(decisionOf(answer).infcode);
    });
    expect(infcodes).toEqual([0, -1]);
  });
});

function nationalData(code: string, orders: readonly object[] = []): object {
  const encounter = { mdtrt_id: 'IP1', medins_id: code, fsi_diagnose_dtos: [], fsi_order_dtos: orders };
  return { trig_scen: '9', patient_dtos: [{ patn_id: 'P1', fsi_encounter_dtos: [encounter] }] };
}

describe('a claim that is not screened', () => {
  test('because it cannot be read: says why', () => {
    const answer = screen(new TextEncoder().encode('{"eventId": '));
    expect(answer.outcome).toMatchObject({ status: 'not_screened', cause: 'unreadable' });
    expect(decisionOf(answer).detail).toMatch(/\./);
  });

  test('because advisory screening is not its way', () => {
    const body = jsonOf(claimOf(['T000000001'], { kind: 'settlement' }));
    expect(screen(body).outcome).toMatchObject({ status: 'not_screened', cause: 'unreadable' });
    expect(screen(body, { path: 'durable' }).outcome.status).toBe('alert');
  });

  test('because its budget is over: the body is not even read', () => {
    const answer = screen(new TextEncoder().encode('{'), { deadlineMs: 0 });
    expect(answer.outcome).toMatchObject({ status: 'not_screened', cause: 'budget' });
  });

  test('because its budget was over before the first rule: with its ids', () => {
    let nowMs = 0;
    const clock = { wallMs: () => 0, tickMs: () => nowMs };
    const loaded = loadedOf((_claim, meter) => {
      nowMs = 100;
      return mayRun(meter, 0) ? nothingScreened : spent('no-item-x');
    });
    const meter = new ClaimMeter(newProgress(), clock);
    meter.beginClaim(0, 50);
    const answer = screenClaim(jsonOf(claimOf([])), envelope({ deadlineMs: 50 }), loaded, meter, clock);
    expect(decisionOf(answer)).toMatchObject({ status: 'not_screened', cause: 'budget', eventId: 'E1' });
  });
});

describe('a claim whose scene only its body tells', () => {
  /** At 70 ms when the rules are asked: later than 事中 allows, sooner than 事前 does. */
  function screenedAt70(scene: number | null, stageDeadlines: Envelope['stageDeadlines']): ScreenedClaim {
    let nowMs = 0;
    const clock = { wallMs: () => 0, tickMs: () => nowMs };
    const loaded = loadedOf((claim, meter) => {
      nowMs = 70;
      return findsItemX(claim, meter);
    });
    const meter = new ClaimMeter(newProgress(), clock);
    const sent = envelope({ deadlineMs: 100, stageDeadlines });
    meter.beginClaim(0, sent.deadlineMs);
    return screenClaim(jsonOf(claimOf(['T000000001'], { scene })), sent, loaded, meter, clock);
  }
  const both = { preMs: 100, midMs: 50 };

  test.each([
    ['before an order', 2, 'alert'],
    ['while settling', 9, 'not_screened'],
    ['at an unknown moment', null, 'not_screened'],
  ])('%s has the budget of that moment', (_which, scene, status) => {
    expect(screenedAt70(scene, both).outcome.status).toBe(status);
  });

  test('keeps the budget of its route where that is known', () => {
    expect(screenedAt70(9, null).outcome.status).toBe('alert');
  });
});

test('what ran before the budget was over is kept, the rest is listed', () => {
  let nowMs = 0;
  const clock = { wallMs: () => 0, tickMs: () => nowMs };
  const loaded = loadedOf((claim, meter) => {
    const first = findsItemX(claim, meter);
    nowMs = 100;
    for (let asked = 0; asked < 8; asked++)
      if (!meter.mayGoOn()) return { ...first, ...spentOf('no-item-y') };
    return first;
  });
  const meter = new ClaimMeter(newProgress(), clock);
  meter.beginClaim(0, 50);
  const answer = screenClaim(
    jsonOf(claimOf(['T000000001'])),
    envelope({ deadlineMs: 50 }),
    loaded,
    meter,
    clock,
  );
  expect(answer.outcome).toMatchObject({ status: 'alert', rules: ['no-item-x'], gaps: ['budget'] });
});

const spentOf = (rule: string) => ({ notEvaluated: spent(rule).notEvaluated });

describe('an answer of more than a message may hold', () => {
  const codes = Array.from({ length: 400 }, () => 'T000000001');
  const everywhere: typeof findsItemX = (claim, meter) => {
    const found = findsItemX(claim, meter);
    const lines = found.findings.flatMap((one) => one.lines);
    // What GBK does not have takes more there than in UTF-8.
    const findings = found.findings.map((one) => ({ ...one, lines, message: '\u{20000}é'.repeat(200) }));
    return { ...found, findings };
  };
  const orders = codes.map((hilist_code, i) => {
    return { rx_id: `L${i}`, hilist_code, hilist_type: '201', cnt: 1, pric: 1, sumamt: 1 };
  });
  const data = nationalData('H35010200001', orders);
  const national = Buffer.from(JSON.stringify({ infno: '3102', input: { data } }));
  const forms: readonly (readonly [string, Uint8Array, Envelope['format']])[] = [
    ['native-json', jsonOf(claimOf(codes)), null],
    ['native-msgpack', packWire(claimOf(codes)), null],
    ['nhsa-json', national, 'nhsa-json'],
    ['nhsa-gbk', national, 'nhsa-gbk'],
  ];

  test.each(forms)('fits, and says how many findings there are: %s', (form, body, format) => {
    const { bytes, outcome } = screen(body, { format }, loadedOf(everywhere));
    expect([outcome.format, outcome.status]).toEqual([form, 'alert']);
    expect(bytes.byteLength).toBeLessThanOrEqual(1024 * 1024 - 64 * 1024);
    // Cut no further than it has to be.
    expect(bytes.byteLength).toBeGreaterThan(600_000);
    expect(Buffer.from(bytes).toString('latin1')).toMatch(/Shows \d+ of 400 findings\./);
  });
});
