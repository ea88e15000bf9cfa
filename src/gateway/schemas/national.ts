/** The national envelopes of 3101 and 3102, as far as OpenAPI should explain them. */
import { decisionSchema } from './native.js';
import { answerHeaderSchemas, requestHeaders, type Schema } from './schema.js';

const text = { type: 'string' } as const;
const loose = { type: ['string', 'integer'] } as const;

const request: Schema = {
  type: 'object',
  description:
    'As hospital systems send it today. Unknown keys are ignored; usual deviations are understood.',
  properties: {
    infno: { type: 'string', description: '交易编号: 3101 or 3102.' },
    msgid: { type: 'string', description: '发送方报文ID; answered in inf_refmsgid.' },
    infver: text,
    inf_time: { type: 'string', description: '交易时间.' },
    mdtrtarea_admvs: { type: 'string', description: '就医地医保区划.' },
    insuplc_admdvs: { type: 'string', description: '参保地医保区划.' },
    fixmedins_code: { type: 'string', description: '定点医药机构编号.' },
    input: {
      type: 'object',
      properties: {
        data: {
          type: 'object',
          properties: {
            syscode: text,
            task_id: { type: 'string', description: '任务ID; repeated in every result.' },
            trig_scen: { type: 'string', description: '触发场景 1–10.' },
            patient_dtos: {
              type: 'array',
              description: '参保人信息, with fsi_encounter_dtos, fsi_diagnose_dtos, fsi_order_dtos.',
              items: { type: 'object', additionalProperties: true },
            },
          },
        },
      },
    },
  },
};

const resultSchema: Schema = {
  type: 'object',
  properties: {
    jr_id: { type: 'string', description: '违规标识: the findingId.' },
    rule_id: text,
    rule_name: text,
    vola_cont: { type: 'string', description: '违规内容, for the doctor.' },
    patn_id: text,
    mdtrt_id: text,
    judge_result_detail_dtos: { type: 'array', items: { type: 'object', additionalProperties: true } },
    vola_amt: { type: 'number', description: '违规金额, yuan.' },
    vola_amt_stas: text,
    sev_deg: { type: 'string', description: '1 明确违规, 2 高度可疑, 3 轻度可疑.' },
    vola_evid: { type: 'string', description: '违规依据.' },
    vola_bhvr_type: text,
    task_id: text,
  },
};

const answer: Schema = {
  type: 'object',
  properties: {
    infcode: { ...loose, description: '0: screened (read result). -1: not screened (read err_msg).' },
    inf_refmsgid: text,
    refmsg_time: text,
    respond_time: text,
    warn_msg: { type: 'string', description: '部分规则未筛查: coverage is incomplete.' },
    err_msg: text,
    output: {
      type: ['object', 'null'],
      properties: { result: { type: 'array', items: resultSchema }, decision: decisionSchema },
    },
  },
};

/** The description of one national route. */
export function nationalSchema(call: { readonly infno: string; readonly summary: string }) {
  return {
    summary: `${call.infno} ${call.summary}`,
    description:
      'Always HTTP 200 with the national answer; our decision stands in output.decision. ' +
      'GBK is understood and answered in GBK.',
    tags: ['national interface'],
    headers: requestHeaders,
    consumes: ['application/json', 'application/json; charset=GBK'],
    body: request,
    response: {
      200: {
        description: 'The national answer.',
        headers: answerHeaderSchemas,
        content: { 'application/json': { schema: answer } },
      },
    },
  };
}
