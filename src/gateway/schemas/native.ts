/** The native claim and the decision, as OpenAPI shows them. The claim comes from the field table. */
import { claimFields, claimLimits, type FieldSpec } from '../../claim/fields.js';
import { gapCauses, notScreenedCauses, statuses } from '../../decision/decision.js';
import { answerHeaderSchemas, problemResponses, requestHeaders, type Schema } from './schema.js';

const lists = {
  diagnoses: claimLimits.diagnoses,
  procedures: claimLimits.procedures,
  lines: claimLimits.lines,
};

/** The claim's schema: `claim.*` at the root, the other groups as objects or as lists. */
export function claimSchema(): Schema {
  const groups = new Map<string, Record<string, Schema>>();
  for (const [path, spec] of Object.entries<FieldSpec>(claimFields)) {
    const [group = '', name = ''] = path.split('.');
    groups.set(group, { ...groups.get(group), [name]: fieldSchema(spec) });
  }
  const parts = [...groups].filter(([group]) => group !== 'claim');
  const properties = {
    ...groups.get('claim'),
    reverses: {
      type: ['object', 'null'],
      properties: { claimId: { type: 'string' } },
      description: 'The claim that a reversal, refund or return undoes.',
    },
    ...Object.fromEntries(parts.map(([group, fields]) => [group, groupSchema(group, fields)])),
  };
  return { type: 'object', properties, examples: [exampleClaim] };
}

function groupSchema(group: string, properties: Record<string, Schema>): Schema {
  const object = { type: 'object', properties };
  const maxItems = lists[group as keyof typeof lists];
  return maxItems === undefined ? object : { type: 'array', maxItems, items: object };
}

/** Every fact may be null or absent: unknown stays unknown. */
function fieldSchema({ type, values, maxLength, min, max, national, doc }: FieldSpec): Schema {
  const description = national === undefined ? doc : `${doc} National field: ${national}.`;
  const bounds = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
  const length = maxLength === undefined ? {} : { maxLength };
  switch (type) {
    case 'text':
      return { type: ['string', 'null'], ...length, description };
    case 'flag':
      return { type: ['boolean', 'null'], description };
    case 'integer':
      return { type: ['integer', 'null'], ...bounds, description };
    case 'quantity':
      return { type: ['number', 'string', 'null'], description: `${description} Up to 4 decimals.` };
    case 'money':
    case 'price':
      return { type: ['string', 'number', 'null'], description: `${description} Yuan.` };
    case 'instant':
      return { type: ['string', 'null'], format: 'date-time', description };
    case 'day':
      return { type: ['string', 'null'], format: 'date', description };
    case 'enumeration':
      return { type: ['string', 'null'], enum: [...(values ?? []), null], description };
    case 'texts':
      return { type: ['array', 'null'], items: { type: 'string', ...length }, description };
  }
}

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const whole = { type: 'integer' } as const;
const texts = { type: 'array', items: text } as const;

const findingSchema: Schema = {
  type: 'object',
  properties: {
    findingId: text,
    rule: text,
    title: text,
    national: textOrNull,
    severity: { type: 'string', enum: ['definite', 'highly_suspicious', 'suspicious'] },
    effect: { type: 'string', enum: ['record', 'remind', 'justify', 'hold'] },
    excessFen: whole,
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: text, role: { type: 'string', enum: ['violating', 'involved'] } },
      },
    },
    message: text,
    basis: {
      type: 'object',
      properties: { document: text, batch: { type: ['integer', 'null'] }, point: textOrNull },
    },
    facts: { type: 'object', additionalProperties: true },
  },
};

/** Every key of a decision, in the order of ARCHITECTURE §3. */
export const decisionSchema: Schema = {
  type: 'object',
  properties: {
    decisionId: textOrNull,
    kind: { type: 'string', enum: [...claimFields['claim.kind'].values] },
    claimId: textOrNull,
    eventId: textOrNull,
    status: { type: 'string', enum: [...statuses] },
    cause: { type: ['string', 'null'], enum: [...notScreenedCauses, null] },
    detail: {
      ...textOrNull,
      description:
        'A sentence for a person: what was unreadable, what failed, how many findings are not shown.',
    },
    coverage: {
      type: 'object',
      properties: {
        complete: { type: 'boolean' },
        notEvaluated: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              rule: text,
              cause: { type: 'string', enum: [...gapCauses] },
              facts: texts,
              lines: texts,
            },
          },
        },
      },
    },
    retracts: texts,
    findings: { type: 'array', items: findingSchema },
    excessFen: whole,
    ruleset: {
      type: ['object', 'null'],
      properties: { id: text, name: text, version: whole, overlay: whole },
    },
  },
};

/** An invented claim: an out-patient with one drug. */
const exampleClaim = {
  eventId: 'EV-20260312-000118',
  kind: 'screening',
  scene: 2,
  sentAt: '2026-03-12T09:41:07+08:00',
  institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
  patient: {
    id: '35000011000099000001',
    sex: 'male',
    birthDate: '1962-05-03',
    insurance: 'employee',
    region: '350100',
  },
  encounter: { id: 'OP20260312000118', type: 'outpatient', emergency: false, department: 'A03' },
  diagnoses: [{ code: 'I10.x00', main: true }],
  lines: [
    {
      id: 'RX118-1',
      itemCode: 'ZA05BAA0224010100486',
      itemName: '艾附暖宫丸',
      kind: 'drug',
      quantity: 2,
      unitPrice: '24.60',
      amount: '49.20',
      at: '2026-03-12T09:40:00+08:00',
      current: true,
    },
  ],
};

const encodings = ['application/json', 'application/msgpack'] as const;

export const screeningsSchema = {
  summary: 'Screen a native claim',
  description:
    'Answers inside the latency budget. HTTP 200 for all five statuses, also when nothing was screened; ' +
    'problem details only where the request itself is at fault. MessagePack is answered in MessagePack.',
  tags: ['screening'],
  headers: requestHeaders,
  consumes: [...encodings],
  body: claimSchema(),
  response: {
    200: {
      description: 'The decision.',
      headers: answerHeaderSchemas,
      content: Object.fromEntries(encodings.map((type) => [type, { schema: decisionSchema }])),
    },
    ...problemResponses(),
  },
};
