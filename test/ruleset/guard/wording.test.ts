/** PG-08 and PG-10 on sentences. */
import { describe, expect, it } from 'vitest';
import { judge } from './verdicts.js';

function said(sentence: string) {
  const keys = { when: 'line.unitPrice > line.listPrice', say: JSON.stringify(sentence) };
  const { refused, warned } = judge({ keys });
  return [...refused, ...warned];
}

describe('words that refuse care', () => {
  it.each([
    '本月总额已用完',
    '额度不足，请择期',
    '请患者尽快办理出院',
    '建议转院治疗',
    '请患者转其他医院就诊',
    '不得收治该患者',
    '暂停收治此类患者',
    '请立即停药',
    '下月再来开药',
    '額度已用完，請出院',
    '建議患者儘快辦理轉院',
    '请患者回家休养',
    '请腾出床位',
    '建议尽快结束住院',
    '请出院带药',
    '请\u200b出\u3000院',
    '请·出·院',
    "{line.kind == 'drug' ? '请出院' : '请核对'}",
    "请{line.kind == 'drug' ? '出院' : '核对'}",
  ])('%s', (sentence) => {
    expect(said(sentence)).toEqual(['CG-P108']);
  });

  it.each([
    '从本机构出院后十日内再次入院，供事后核查',
    '出院带药超出的部分医保不予支付',
    '不得据此要求患者出院',
    '不得據此要求患者出院，不影響治療',
    '需出院带药的，超出部分医保不予支付',
    '不得要求患者腾出床位',
    '空床期间收取的床位费医保不予支付',
    '因转院重复检查的请说明',
    '外院转院患者请注明',
    '医保基金不予支付，不影响治疗',
  ])('are not: %s', (sentence) => {
    expect(said(sentence)).toEqual([]);
  });
});

describe('words that forbid what is only not paid', () => {
  it.each(['{line.itemName}禁止使用', '{line.itemName}不能使用'])('%s', (sentence) => {
    expect(said(sentence)).toEqual(['CG-P110']);
  });
});
