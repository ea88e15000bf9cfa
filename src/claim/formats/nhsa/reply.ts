/**
 * What the national answer repeats of its request. Kept apart from the claim: it holds the patient's number.
 */
import type { Claim } from '../../claim.js';
import { noReply, type ReplyContext, type ReplyLine } from '../../unreadable.js';
import { type Fields, isFields } from '../structure.js';
import { echo, node } from './nodes.js';
import type { NationalMessage } from './read-national.js';

export function replyTo(message: NationalMessage, claim: Claim): ReplyContext {
  const { patient, main, encounters } = message.visit;
  const rawLines = message.claim.lines;
  const lines = claim.lines.map((line, i): [string, ReplyLine] => {
    const raw = rawLines[i];
    const encounterId = raw === undefined ? null : (encounters[raw.encounter]?.id ?? null);
    return [line.id, { lineId: echo(raw?.id), encounterId, netAmountFen: line.netAmountFen }];
  });
  return {
    ...identifyNational(message.root),
    taskId: echo(node(message.data, 'task_id')),
    patientId: echo(node(patient, 'patn_id')),
    encounterId: main.id ?? echo(node(patient, 'curr_mdtrt_id')),
    lines: new Map(lines),
  };
}

/** What an unreadable request still says about itself. */
export function identifyNational(root: Fields): ReplyContext {
  const input = node(root, 'input');
  const data = isFields(input) ? node(input, 'data') : undefined;
  return {
    ...noReply,
    infno: echo(node(root, 'infno')),
    messageId: echo(node(root, 'msgid')),
    taskId: isFields(data) ? echo(node(data, 'task_id')) : null,
  };
}
