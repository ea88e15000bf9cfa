/**
 * 3103 as it is really sent. Of the envelope only institution, message id and time are read; who operated and who
 * signed is dropped.
 */
import { fail, type Result } from '../../base/result.js';
import { isBlank, node, nodeList, nodeObject } from '../formats/nhsa/nodes.js';
import { decodeNational, parseJson } from '../formats/plain.js';
import { type Fields, isFields, WrongStructure, wrongShape } from '../formats/structure.js';
import type { StructureProblem } from '../unreadable.js';
import { type Disposition, type Feedback, type FindingFeedback, feedbackLimits } from './feedback.js';
import { idAt, idOf, instantOf, reasonOf } from './feedback-facts.js';
import { structured } from './structured.js';

export interface NationalFeedback {
  readonly feedback: Result<Feedback, StructureProblem>;
  /** For the answer, also where the rest cannot be read. */
  readonly messageId: string | null;
  readonly charset: 'utf-8' | 'gbk';
}

const transaction = '3103';
const stages: ReadonlyMap<string, Feedback['stage']> = new Map([
  ['1', 'pre'],
  ['2', 'mid'],
]);
/** 继续执行医嘱, 返回修改医嘱. */
const ways: ReadonlyMap<string, Disposition> = new Map([
  ['1', 'continued'],
  ['2', 'revised'],
]);

/** `declared`: what the sender says the charset is. */
export function readNationalFeedback(body: Uint8Array, declared: 'gbk' | null): NationalFeedback {
  const decoded = decodeNational(body, declared);
  if (!decoded.ok) return { feedback: decoded, messageId: null, charset: declared ?? 'utf-8' };
  const { text, charset } = decoded.value;
  const parsed = parseJson(text);
  if (!parsed.ok) return { feedback: parsed, messageId: null, charset };
  const root = parsed.value;
  if (!isFields(root)) {
    const problem = { code: 'wrong-shape', message: 'Expected an object at the body.' } as const;
    return { feedback: fail(problem), messageId: null, charset };
  }
  return { feedback: structured(() => feedbackIn(root)), messageId: idOf(node(root, 'msgid')), charset };
}

function feedbackIn(root: Fields): Feedback {
  const infno = node(root, 'infno');
  if (!isBlank(infno) && idOf(infno) !== transaction) {
    throw new WrongStructure('transaction', `Expected transaction ${transaction} at infno.`);
  }
  // Some senders write what belongs into `data` beside it.
  const input = nodeObject(node(root, 'input'), 'input');
  const data = nodeObject(node(input, 'data'), 'input.data');
  const inData = (name: string): unknown => node(data, name) ?? node(input, name);
  const warns = nodeList(inData('warns'), 'input.data.warns', feedbackLimits.findings);
  if (warns.length === 0) wrongShape('input.data.warns', 'at least one entry');
  return {
    eventId: idOf(node(root, 'msgid')),
    sentAt: instantOf(node(root, 'inf_time')),
    institution: idOf(node(root, 'fixmedins_code')),
    decisionId: null,
    claimId: null,
    stage: stages.get(idOf(inData('warn_type')) ?? '') ?? null,
    findings: warns.map((warn, i) => findingIn(warn, `input.data.warns[${i}]`)),
  };
}

function findingIn(warn: Fields, place: string): FindingFeedback {
  const way = idOf(node(warn, 'dspo_way'));
  const disposition = ways.get(way ?? '');
  return {
    findingId: idAt(node(warn, 'warn_rslt_id'), `${place}.warn_rslt_id`),
    lines: [],
    disposition: disposition ?? 'other',
    code: disposition === undefined ? way : null,
    reason: reasonOf(node(warn, 'dspo_way_rea')),
  };
}
