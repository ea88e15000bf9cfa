/** Findings and inputs for the decision's tests. */
import type { Claim } from '../../src/claim/claim.js';
import type { DecideInput } from '../../src/decision/decide.js';
import type { Finding, RulesetName } from '../../src/decision/decision.js';
import { mustRead, payload } from '../claim/settings.js';

export const stay = mustRead(payload('05_3102_request_inpatient_presettle.json'));
export const ruleset: RulesetName = { id: 'sha256:00', name: 'national', version: 1, overlay: 0 };

export const finding: Finding = {
  findingId: `F${'1'.repeat(31)}`,
  rule: 'duplicate-item-charge',
  title: '医疗服务项目重复收费',
  national: 'GZ10000102012000',
  severity: 'definite',
  effect: 'justify',
  excessFen: 220_000,
  lines: [
    { id: 'F42-0102', role: 'violating' },
    { id: 'F42-0101', role: 'involved' },
  ],
  message: '冠状动脉造影术已包含在支架置入术中，重复部分医保不予支付',
  basis: { document: '国家医保智能监管规则库、知识库（2025年版）', batch: 7, point: 'KP-7-0012' },
  facts: { 'line.quantity': 1, 'claim.scene': 9 },
};

/** About a whole claim: how many lines it holds is counted. */
export function decideInput(
  change: Partial<Omit<DecideInput, 'lineCount' | 'claim'>> & { readonly claim?: Claim } = {},
): DecideInput {
  return {
    claim: stay.claim,
    lineCount: (change.claim ?? stay.claim).lines.length,
    contentHash: 'ab'.repeat(32),
    findings: [],
    notEvaluated: [],
    excessByLine: new Map(),
    ruleset,
    path: 'advisory',
    ...change,
  };
}

export function withLines(claim: Claim, ids: readonly string[]): Claim {
  const [line] = claim.lines;
  if (line === undefined) throw new Error('a claim without lines');
  return { ...claim, lines: ids.map((id) => ({ ...line, id })) };
}
