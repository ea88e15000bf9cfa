/**
 * The national answer to 3101 and 3102, for clients that know nothing else; encode.ts puts our whole decision beside
 * it as `output.decision`. No name of a person is in it; the patient's number is repeated because the interface
 * demands it.
 */
import { yuan } from '../../base/money.js';
import { nationalStamp } from '../../claim/dates.js';
import type { ReplyContext } from '../../claim/unreadable.js';
import type { Decision, Finding, FindingLine, NotScreenedCause, Severity } from '../decision.js';

export interface NationalOptions {
  /** Answers a partial screening without findings as a failure, where an institution wants no quiet gap. */
  readonly partialAsFailure: boolean;
}

const severityCodes: Readonly<Record<Severity, string>> = {
  definite: '1',
  highly_suspicious: '2',
  suspicious: '3',
};
const partialMessage = '部分规则未筛查';
const causeMessages: Readonly<Record<NotScreenedCause, string>> = {
  overload: '系统繁忙',
  budget: '超出时限',
  worker: '筛查程序异常',
  unreadable: '请求无法读取',
  'too-large': '请求过大',
  'wrong-institution': '机构不一致',
  unauthorised: '未授权',
  stopping: '服务正在停止',
};
/** 违规内容, 违规依据 and the messages of the envelope. */
const maxText = 500;
const maxName = 200;

/** The answer as plain data, keys in the interface's order, `output` the last and without our decision. */
export function nationalAnswer(
  decision: Decision,
  reply: ReplyContext,
  receivedAtMs: number | null,
  options: NationalOptions,
): unknown {
  const stamp = receivedAtMs === null ? '' : nationalStamp(receivedAtMs);
  const partial = decision.status === 'partial' && decision.findings.length === 0;
  const refused = partial && options.partialAsFailure;
  const failed = decision.status === 'not_screened' || refused;
  return {
    infcode: failed ? '-1' : '0',
    inf_refmsgid: reply.messageId ?? '',
    refmsg_time: stamp,
    respond_time: stamp,
    enctype: '',
    signtype: '',
    cainfo: '',
    warn_msg: partial ? partialMessage : '',
    err_msg: refused ? partialMessage : failureMessage(decision),
    output: { result: decision.findings.map((finding) => resultOf(finding, reply)) },
  };
}

function failureMessage({ cause, detail }: Decision): string {
  if (cause === null) return '';
  return cut(`未筛查：${causeMessages[cause]}${detail === null ? '' : `。${detail}`}`, maxText);
}

function resultOf(finding: Finding, reply: ReplyContext): unknown {
  const shares = shareExcess(finding, reply);
  return {
    jr_id: finding.findingId,
    rule_id: finding.national ?? finding.rule,
    rule_name: cut(finding.title, maxName),
    vola_cont: cut(finding.message, maxText),
    patn_id: reply.patientId ?? '',
    mdtrt_id: reply.encounterId ?? '',
    judge_result_detail_dtos: finding.lines.map((line, i) => detailOf(finding, line, i, shares, reply)),
    vola_amt: yuan(finding.excessFen),
    vola_amt_stas: '1',
    sev_deg: severityCodes[finding.severity],
    vola_evid: cut(evidenceOf(finding), maxText),
    // Its dictionary is not published; a made-up value would be read as a classification.
    vola_bhvr_type: '',
    task_id: reply.taskId ?? '',
  };
}

function detailOf(
  finding: Finding,
  line: FindingLine,
  index: number,
  shares: ReadonlyMap<string, number>,
  reply: ReplyContext,
): unknown {
  const sent = reply.line(line.id);
  return {
    jrd_id: `${finding.findingId}-${index + 1}`,
    patn_id: reply.patientId ?? '',
    mdtrt_id: sent?.encounterId ?? reply.encounterId ?? '',
    rx_id: sent === undefined ? line.id : (sent.lineId ?? ''),
    vola_item_type: line.role === 'violating' ? '1' : '2',
    vola_amt: yuan(shares.get(line.id) ?? 0),
  };
}

/**
 * A finding's excess over its violating lines in order, each up to what is left of it; the details add up.
 */
function shareExcess(finding: Finding, reply: ReplyContext): ReadonlyMap<string, number> {
  const violating = finding.lines.filter((line) => line.role === 'violating');
  const shares = new Map<string, number>();
  let left = finding.excessFen;
  violating.forEach((line, i) => {
    const bound = reply.line(line.id)?.netAmountFen ?? left;
    const share = i === violating.length - 1 ? left : Math.min(left, Math.max(bound, 0));
    shares.set(line.id, share);
    left -= share;
  });
  return shares;
}

function evidenceOf({ basis }: Finding): string {
  const batch = basis.batch === null ? '' : `·第${basis.batch}批`;
  const point = basis.point === null ? '' : `·${basis.point}`;
  return `${basis.document}${batch}${point}`;
}

/** At most `limit` UTF-16 units, no character halved. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.slice(0, limit - 1);
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}
