/** 3505 and 3505A, as far as OpenAPI should explain them. */
import { requestHeaders, type Schema } from './schema.js';

const text = { type: 'string' } as const;
const { 'Claimgate-Budget-Ms': _budget, ...headers } = requestHeaders.properties;

const row: Schema = {
  type: 'object',
  properties: {
    setl_id: {
      type: 'string',
      description: '结算ID: what a sale is known by; else the visit, else the document.',
    },
    mdtrt_sn: text,
    rtal_docno: text,
    med_list_codg: text,
    fixmedins_bchno: text,
    sel_retn_cnt: { type: ['number', 'string'] },
    sel_retn_time: text,
    drugtracinfo: { type: 'array', items: { type: 'object', properties: { drug_trac_codg: text } } },
  },
};

const result = {
  retRslt: { type: 'string', description: '1: taken; 0: not, and msgRslt says why.' },
  msgRslt: text,
} as const;

export const goodsSellSchema = {
  summary: '3505, 3505A 商品销售',
  description:
    'Goods sold, of one sale (3505) or of several sales and persons in one message (3505A). Always HTTP 200 with ' +
    'the national answer: infcode 0 once it is stored and sure to be decided exactly once, sale by sale; −1 where ' +
    'nothing is stored. Each row has an answer of its own: a row that cannot be taken leaves the other sales alone. ' +
    'Each of several sales is an event of its own, <msgid>/<setl_id>, with its own decision in the stream DECISIONS; ' +
    'sent again, with the same msgid or another, it counts once. GBK is answered in GBK.',
  tags: ['national interface'],
  headers: { type: 'object', properties: headers },
  consumes: ['application/json', 'application/json; charset=GBK'],
  body: {
    type: 'object',
    properties: {
      infno: { type: 'string', description: '交易编号: 3505 or 3505A.' },
      msgid: { type: 'string', description: '发送方报文ID; answered in inf_refmsgid.' },
      fixmedins_code: { type: 'string', description: '定点医药机构编号.' },
      input: {
        type: 'object',
        properties: { selinfo: row, selinfoDetail: { type: 'array', items: row } },
      },
    },
  },
  response: {
    200: {
      description: 'The national answer.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              infcode: text,
              inf_refmsgid: text,
              err_msg: text,
              output: {
                type: 'object',
                properties: {
                  result: { type: 'object', properties: result },
                  selinfoDetail: {
                    type: 'array',
                    description: 'In the order of the rows.',
                    items: {
                      type: 'object',
                      properties: {
                        fixmedins_bchno: text,
                        med_list_codg: text,
                        setl_id: text,
                        mdtrt_sn: text,
                        rtal_docno: text,
                        ...result,
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
