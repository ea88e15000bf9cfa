/** The routes that store, as OpenAPI shows them. */
import { dispositions, feedbackLimits, feedbackStages } from '../../claim/feedback/feedback.js';
import { header } from '../../screening/terms.js';
import { claimSchema } from './native.js';
import { problemResponses, requestHeaders, type Schema } from './schema.js';

const text = { type: 'string' } as const;

const stored: Schema = {
  type: 'object',
  required: ['sequence', 'duplicate'],
  properties: {
    sequence: { type: 'integer', description: 'In the stream; decisions name it in Claimgate-Sequence.' },
    duplicate: { type: 'boolean', description: 'It was there already, under the same Nats-Msg-Id.' },
  },
};

const { [header.budget]: _budget, ...durableHeaders } = requestHeaders.properties;
const headers: Schema = {
  type: 'object',
  required: [header.institution],
  properties: {
    ...durableHeaders,
    'Nats-Msg-Id': {
      type: 'string',
      description:
        'Optional: <institution>:<eventId>:<first 16 hex digits of the SHA-256 of the body>. ' +
        'What has an id that was there in the last two minutes is not stored again.',
    },
  },
};

const responses = {
  202: {
    description: 'The stream has confirmed it.',
    content: { 'application/json': { schema: stored } },
  },
  503: { description: 'The broker has not confirmed it: send the same again.' },
  ...problemResponses(),
};

export const settlementsSchema = {
  summary: 'Hand in a settled claim, or another event that changes history',
  description:
    'Fees, settlements, sales, reversals, refunds, returns, stock. Answered when it is stored and sure to be ' +
    'decided exactly once; the decision appears in the stream DECISIONS. What cannot be read becomes a dead letter.',
  tags: ['screening'],
  headers,
  consumes: ['application/json', 'application/msgpack', 'application/json; charset=GBK'],
  body: claimSchema(),
  response: responses,
};

export const feedbackSchema = {
  summary: 'Say what became of findings',
  description:
    'A doctor’s disposition or the result of an appeal; answered when it is stored. What is named here is ' +
    'stored and nothing else, and long numbers in reasons are blotted out. At most 128 KiB. The same may be ' +
    'published as JSON on claimgate.feedback.<institution>; there it is stored as it is.',
  tags: ['screening'],
  headers,
  consumes: ['application/json'],
  body: {
    type: 'object',
    required: ['findings'],
    properties: {
      eventId: {
        type: 'string',
        description: 'Your id of it. The same under one id within two minutes is one.',
      },
      sentAt: { type: 'string', format: 'date-time' },
      institution: { type: 'string', description: 'Where it is named, the one that the request speaks for.' },
      decisionId: { type: 'string', description: 'The decision that is answered, where you know it.' },
      claimId: text,
      stage: { type: 'string', enum: [...feedbackStages], description: 'pre 事前, mid 事中.' },
      findings: {
        type: 'array',
        minItems: 1,
        maxItems: feedbackLimits.findings,
        items: {
          type: 'object',
          required: ['findingId', 'disposition'],
          properties: {
            findingId: { type: 'string', description: 'As in the decision; jr_id of the national answer.' },
            lines: {
              type: 'array',
              items: text,
              description: 'Ids of the lines that it is about; absent or empty: all of the finding.',
            },
            disposition: { type: 'string', enum: [...dispositions] },
            code: { type: 'string', description: 'What your system calls it, where it is other.' },
            reason: { type: 'string', description: 'Cut after 500 characters.' },
          },
        },
      },
    },
  },
  response: responses,
};

export const nationalFeedbackSchema = {
  summary: '3103 事前事中服务反馈服务',
  description:
    'Always HTTP 200 with the national answer; infcode 0 once it is stored, −1 where it is not: err_msg says why. ' +
    'Of the request the institution, msgid, inf_time, warn_type and warns are kept, and no person. At most 128 KiB. ' +
    'GBK is answered in GBK.',
  tags: ['national interface'],
  headers: requestHeaders,
  consumes: ['application/json', 'application/json; charset=GBK'],
  body: {
    type: 'object',
    properties: {
      infno: { type: 'string', description: '交易编号: 3103.' },
      msgid: { type: 'string', description: '发送方报文ID; answered in inf_refmsgid.' },
      fixmedins_code: { type: 'string', description: '定点医药机构编号.' },
      input: {
        type: 'object',
        properties: {
          data: {
            type: 'object',
            properties: {
              warn_type: text,
              warns: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: { warn_rslt_id: text, dspo_way: text, dspo_way_rea: text },
                },
              },
            },
          },
        },
      },
    },
  },
  response: {
    200: {
      description: 'The national answer.',
      content: {
        'application/json': {
          schema: { type: 'object', properties: { infcode: text, inf_refmsgid: text, err_msg: text } },
        },
      },
    },
  },
};
