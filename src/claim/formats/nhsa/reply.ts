/**
 * What the national answer repeats of its request. Kept apart from the claim: it holds the patient's number.
 */
import type { Claim, Line } from '../../claim.js';
import { noReply, type ReplyContext, type ReplyLine } from '../../unreadable.js';
import { type Fields, isFields } from '../structure.js';
import { echo, node } from './nodes.js';
import type { NationalMessage } from './read-national.js';

/** `line`: how an answer finds what was sent of a line; see `sentLines`. */
export function replyTo({ visit, root, data }: NationalMessage, line: ReplyContext['line']): ReplyContext {
  const { patient, main } = visit;
  return {
    ...identifyNational(root),
    taskId: echo(node(data, 'task_id')),
    patientId: echo(node(patient, 'patn_id')),
    encounterId: main.id ?? echo(node(patient, 'curr_mdtrt_id')),
    line,
  };
}

/** The lines of a message that was read into plain values. Nothing is made before an answer names a line. */
export function sentLines(message: NationalMessage, claim: Claim): ReplyContext['line'] {
  let lines: ReadonlyMap<string, ReplyLine> | null = null;
  return (id) => {
    lines ??= new Map(claim.lines.map((line, i) => [line.id, sentLine(message, line, i)]));
    return lines.get(id);
  };
}

function sentLine({ visit, claim }: NationalMessage, line: Line, index: number): ReplyLine {
  const raw = claim.lines[index];
  const encounterId = raw === undefined ? null : (visit.encounters[raw.encounter]?.id ?? null);
  return { lineId: echo(raw?.id), encounterId, netAmountFen: line.netAmountFen };
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
