import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackWire } from '../../src/base/wire.js';
import { claimLimits } from '../../src/claim/fields.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import type { ReplyContext } from '../../src/claim/read-claim.js';
import { decide, notScreened } from '../../src/decision/decide.js';
import { type Decision, notScreenedCauses } from '../../src/decision/decision.js';
import { encodeAnswer, encodeDecision, encodeNotScreened } from '../../src/decision/encode.js';
import { encodeGbkJson } from '../../src/decision/encoders/gbk.js';
import { payload } from '../claim/settings.js';
import { decideInput, finding, ruleset, stay } from './findings.js';

const receivedAtMs = Date.parse('2026-03-18T02:21:40.208Z');
const alert = decide(decideInput({ findings: [finding], excessByLine: new Map([['F42-0102', 220_000]]) }));
const gap = { rule: 'sex-limited', cause: 'fact' as const, facts: ['patient.sex'], lines: [] };
const partial = decide(decideInput({ notEvaluated: [gap] }));

interface Answer {
  infcode: string;
  warn_msg: string;
  err_msg: string;
  output: { result: Record<string, unknown>[]; decision: Decision };
}

function answer(
  decision: Decision,
  reply: ReplyContext | null = stay.reply,
  format: WireFormat = 'nhsa-json',
) {
  const bytes = encodeDecision(decision, reply, format, receivedAtMs);
  return JSON.parse(new TextDecoder(format === 'nhsa-gbk' ? 'gbk' : 'utf-8').decode(bytes)) as Answer;
}

describe('the native answer', () => {
  it('is the decision, in JSON and in MessagePack', () => {
    const json = encodeDecision(alert, stay.reply, 'native-json', receivedAtMs);
    expect(JSON.parse(new TextDecoder().decode(json))).toEqual(alert);
    expect(unpackWire(encodeDecision(alert, null, 'native-msgpack', null), claimLimits)).toEqual({
      ok: true,
      value: alert,
    });
  });

  it('has the contract’s keys in the contract’s order', () => {
    const json = JSON.parse(new TextDecoder().decode(encodeDecision(alert, null, 'native-json', null)));
    expect(Object.keys(json).join(' ')).toBe(
      'decisionId kind claimId eventId status cause detail coverage retracts findings excessFen ruleset',
    );
    expect(Object.keys(json.findings[0]).join(' ')).toBe(
      'findingId rule title national severity effect excessFen lines message basis facts',
    );
    expect(Object.keys(json.findings[0].facts)).toEqual(['claim.scene', 'line.quantity']);
  });

  it('gives equal bytes for equal decisions, in whatever order they were built', () => {
    const shuffled = {
      ...Object.fromEntries(Object.entries(alert).reverse()),
      findings: [{ ...finding, facts: { 'claim.scene': 9, 'line.quantity': 1 } }],
    } as unknown as Decision;
    for (const format of ['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const) {
      const first = encodeDecision(alert, stay.reply, format, receivedAtMs);
      expect(encodeDecision(shuffled, stay.reply, format, receivedAtMs)).toEqual(first);
    }
  });
});

describe('an encoded answer', () => {
  it.each(['nhsa-json', 'nhsa-gbk'] as const)(
    'in %s says where the native decision stands, which names nobody',
    (format) => {
      for (const decision of [alert, partial, notScreened('overload', null, {}, null)]) {
        const { bytes, decisionAt } = encodeAnswer(decision, stay.reply, format, receivedAtMs);
        const charset = format === 'nhsa-gbk' ? 'gbk' : 'utf-8';
        const text = new TextDecoder(charset).decode(bytes.subarray(decisionAt?.from, decisionAt?.to));
        expect(JSON.parse(text)).toEqual(decision);
        const whole = JSON.parse(new TextDecoder(charset).decode(bytes));
        expect(whole.output.decision).toEqual(decision);
        expect(text).not.toContain(stay.reply?.patientId);
      }
    },
  );

  it.each(['native-json', 'native-msgpack'] as const)('in %s is the decision and nothing else', (format) => {
    const { bytes, decisionAt } = encodeAnswer(alert, stay.reply, format, receivedAtMs);
    expect(decisionAt).toBeNull();
    expect(bytes).toEqual(encodeDecision(alert, stay.reply, format, receivedAtMs));
  });
});

describe('the national answer', () => {
  it('carries a finding as the interface has it', () => {
    const result = answer(alert);
    expect(result).toMatchObject({
      infcode: '0',
      inf_refmsgid: 'H35010200417202603181021400044',
      refmsg_time: '20260318102140208',
      respond_time: '20260318102140208',
      warn_msg: '',
      err_msg: '',
    });
    expect(result.output.result).toEqual([
      {
        jr_id: finding.findingId,
        rule_id: 'GZ10000102012000',
        rule_name: '医疗服务项目重复收费',
        vola_cont: finding.message,
        patn_id: '35000011000099005678',
        mdtrt_id: 'IP202603110042',
        judge_result_detail_dtos: [
          {
            jrd_id: `${finding.findingId}-1`,
            patn_id: '35000011000099005678',
            mdtrt_id: 'IP202603110042',
            rx_id: 'F42-0102',
            vola_item_type: '1',
            vola_amt: 2200,
          },
          {
            jrd_id: `${finding.findingId}-2`,
            patn_id: '35000011000099005678',
            mdtrt_id: 'IP202603110042',
            rx_id: 'F42-0101',
            vola_item_type: '2',
            vola_amt: 0,
          },
        ],
        vola_amt: 2200,
        vola_amt_stas: '1',
        sev_deg: '1',
        vola_evid: '国家医保智能监管规则库、知识库（2025年版）·第7批·KP-7-0012',
        vola_bhvr_type: '',
        task_id: 'T20260318-004410',
      },
    ]);
    expect(result.output.decision).toEqual(alert);
  });

  it.each(['02_3101_response_violations.json', '06_3102_response_violations.json'])(
    'has the fields of a real one: %s',
    (name) => {
      const real = JSON.parse(new TextDecoder().decode(payload(name)));
      const ours = answer(alert) as unknown as Record<string, unknown>;
      const keysOf = (value: unknown) => Object.keys(value as object);
      expect(keysOf(ours)).toEqual(keysOf(real));
      const [result] = (ours['output'] as Answer['output']).result;
      expect(keysOf(result).toSorted()).toEqual(keysOf(real.output.result[0]).toSorted());
      const [detail] = (result as { judge_result_detail_dtos: unknown[] }).judge_result_detail_dtos;
      const realDetail = real.output.result[0].judge_result_detail_dtos[0];
      expect(keysOf(detail).toSorted()).toEqual(keysOf(realDetail).toSorted());
    },
  );

  it('of a pass is clean', () => {
    const clean = answer(decide(decideInput()));
    expect(clean).toMatchObject({ infcode: '0', warn_msg: '', err_msg: '', output: { result: [] } });
  });

  it('of a gap warns, or fails where the institution wants that', () => {
    expect(answer(partial)).toMatchObject({
      infcode: '0',
      warn_msg: '部分规则未筛查',
      output: { result: [] },
    });
    const bytes = encodeDecision(partial, stay.reply, 'nhsa-json', receivedAtMs, { partialAsFailure: true });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({
      infcode: '-1',
      err_msg: '部分规则未筛查',
      output: { decision: { status: 'partial' } },
    });
  });

  it('with findings and a gap does not fail', () => {
    const both = decide(decideInput({ findings: [finding], notEvaluated: [gap] }));
    const bytes = encodeDecision(both, stay.reply, 'nhsa-json', receivedAtMs, { partialAsFailure: true });
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ infcode: '0' });
  });

  it('of what was not screened fails, and says why', () => {
    const decision = notScreened('unreadable', 'Expected a list at lines.', {}, ruleset);
    expect(answer(decision, null)).toMatchObject({
      infcode: '-1',
      inf_refmsgid: '',
      err_msg: '未筛查：请求无法读取。Expected a list at lines.',
      output: { result: [], decision: { status: 'not_screened' } },
    });
  });

  it.each(notScreenedCauses)('answers %s without having read the body', (cause) => {
    for (const format of ['nhsa-json', 'nhsa-gbk'] as const) {
      const text = new TextDecoder(format === 'nhsa-gbk' ? 'gbk' : 'utf-8').decode(
        encodeNotScreened(format, cause),
      );
      const parsed = JSON.parse(text);
      expect(parsed.infcode).toBe('-1');
      expect(parsed.err_msg).toMatch(/^未筛查：\p{Script=Han}+$/u);
      expect(parsed.output.decision).toMatchObject({
        status: 'not_screened',
        cause,
        eventId: null,
        claimId: null,
      });
    }
    const native = unpackWire(encodeNotScreened('native-msgpack', cause), claimLimits);
    expect(native).toMatchObject({ ok: true, value: { cause } });
  });

  it('shares an excess over the violating lines, so that the details add up', () => {
    const lines = ['F42-0101', 'F42-0102', 'F42-0201'].map((id) => ({ id, role: 'violating' as const }));
    const decision = decide(decideInput({ findings: [{ ...finding, lines, excessFen: 580_050 }] }));
    const details = answer(decision).output.result[0]?.['judge_result_detail_dtos'] as { vola_amt: number }[];
    expect(details.map((detail) => detail.vola_amt)).toEqual([3500, 2200, 100.5]);
  });

  it('names lines as they were sent, and those of other encounters with theirs', () => {
    const lines = new Map([
      ['A#2', { lineId: 'A', encounterId: 'IP1', netAmountFen: 100 }],
      ['#3', { lineId: null, encounterId: null, netAmountFen: null }],
    ]);
    const involved = [...lines.keys()].map((id) => ({ id, role: 'violating' as const }));
    const decision = decide(decideInput({ findings: [{ ...finding, lines: involved }] }));
    const reply = { ...stay.reply, line: (id: string) => lines.get(id) };
    const details = answer(decision, reply).output.result[0]?.['judge_result_detail_dtos'];
    expect(details).toMatchObject([
      { rx_id: 'A', mdtrt_id: 'IP1' },
      { rx_id: '', mdtrt_id: 'IP202603110042' },
    ]);
  });

  it('cuts long texts without halving a character', () => {
    const message = `${'药'.repeat(498)}😀😀`;
    const [result] = answer(decide(decideInput({ findings: [{ ...finding, message }] }))).output.result;
    expect(result?.['vola_cont']).toBe(`${'药'.repeat(498)}…`);
  });

  it('uses a local rule’s own name where it has no national number', () => {
    const decision = decide(
      decideInput({ findings: [{ ...finding, national: null, severity: 'suspicious' }] }),
    );
    expect(answer(decision).output.result[0]).toMatchObject({
      rule_id: 'duplicate-item-charge',
      sev_deg: '3',
    });
  });

  it('in GBK says the same as in UTF-8, whatever the characters', () => {
    const message = 'Ⅰ级护理 𠮷 ümlaut € 한국 😀 ①㎎·—…「」\u2028';
    const decision = decide(decideInput({ findings: [{ ...finding, message }] }));
    expect(answer(decision, stay.reply, 'nhsa-gbk')).toEqual(answer(decision));
  });
});

describe('JSON in GBK', () => {
  it('reads back as what it was, for any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const decoder = new TextDecoder('gbk', { fatal: true });
    fc.assert(
      fc.property(text, (value) => {
        const json = JSON.stringify({ value });
        expect(JSON.parse(decoder.decode(encodeGbkJson(json)))).toEqual({ value });
      }),
      { numRuns: 500 },
    );
  });

  it('reads back every character of the basic plane', () => {
    const decoder = new TextDecoder('gbk', { fatal: true });
    for (let start = 0x20; start < 0xd800; start += 0x400) {
      const value = String.fromCharCode(
        ...Array.from({ length: 0x400 }, (_, i) => Math.min(start + i, 0xd7ff)),
      );
      const read = JSON.parse(decoder.decode(encodeGbkJson(JSON.stringify({ value }))));
      expect(read).toEqual({ value });
    }
  });

  it('writes Chinese as two bytes', () => {
    expect(encodeGbkJson('"张"')).toEqual(new Uint8Array([0x22, 0xd5, 0xc5, 0x22]));
  });
});
