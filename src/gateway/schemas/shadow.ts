/** The routes of shadows, as OpenAPI shows them. */
import { dropReasons } from '../../shadow/tally.js';
import { responses, signed } from './rulesets.js';
import type { Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const object = { type: 'object' } as const;
const tags = ['rule sets'];

const order: Schema = {
  ...object,
  properties: {
    format: { ...whole, enum: [1] },
    serial: { ...whole, description: 'One more than that of the order before.' },
    version: { type: ['integer', 'null'], description: 'Null: none any more.' },
    rulesetId: { type: ['string', 'null'] },
    reason: text,
    signedAt: text,
  },
};

const signer: Schema = { ...object, properties: { key: text, name: text } };

function sides(of: Schema): Schema {
  return { ...object, properties: { live: of, candidate: of } };
}

const scene: Schema = {
  ...object,
  properties: {
    scene: text,
    claims: whole,
    changed: { ...whole, description: 'Claims with another status.' },
    alerts: sides(whole),
    holds: sides(whole),
    gained: { ...whole, description: 'Findings, by line, that only the candidate has.' },
    lost: { ...whole, description: 'Findings, by line, that only the version in force has.' },
    screened: { ...whole, description: 'Claims that the candidate has screened.' },
    found: { ...object, description: 'Of these, with a finding of the candidate, by rule.' },
    per10000: { ...object, description: 'Of 10,000 compared claims of this scene.' },
  },
};

const rule: Schema = {
  ...object,
  properties: {
    rule: text,
    findings: sides(whole),
    claims: sides(whole),
    gained: whole,
    lost: whole,
    gainedClaims: whole,
    lostClaims: whole,
    otherEffect: { ...whole, description: 'Findings that both have, with different effects.' },
    per10000: { ...object, description: 'Of 10,000 compared claims.' },
  },
};

const figures: Schema = {
  type: ['object', 'null'],
  properties: {
    since: {
      ...text,
      description: 'Figures begin anew when something else comes into force, and with the node.',
    },
    seen: { ...whole, description: 'Advisory claims that were screened.' },
    compared: whole,
    dropped: { ...object, properties: Object.fromEntries(dropReasons.map((reason) => [reason, whole])) },
    changed: whole,
    failed: { ...whole, description: 'Claims that the candidate could not judge.' },
    milliseconds: sides(number),
    scenes: { type: 'array', items: scene },
    rules: { type: 'array', items: rule },
  },
};

export const showShadowSchema = {
  summary: 'What this node has seen of the version that is tried',
  description:
    'Each node compares the claims that it screens, as far as it has time, and shows its own figures.',
  tags,
  response: responses(200, 'State and figures.', {
    ...object,
    properties: {
      state: { ...text, enum: ['none', 'preparing', 'comparing', 'ended', 'refused', 'unreachable'] },
      problem: { type: ['string', 'null'] },
      order: { type: ['object', 'null'] },
      against: { type: 'array', items: text, description: 'Ids of the rule sets it is compared with.' },
      figures,
    },
  }),
};

export const draftShadowSchema = {
  summary: 'What whoever tries a version would sign',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['reason'],
    properties: { version: { ...whole, description: 'Absent: none any more.' }, reason: text },
  },
  response: responses(200, 'The order, and its text to be signed.', {
    ...object,
    properties: { order, statement: text },
  }),
};

export const orderShadowSchema = {
  summary: 'Try a version beside the one in force, or end that',
  description:
    'Signed, as "claimgate shadow 1", by a key that may publish or activate. No answer comes of it.',
  tags,
  consumes: ['application/json'],
  body: { ...object, required: ['order'], properties: { order: signed } },
  response: responses(200, 'Every node tries it from now on.', {
    ...object,
    properties: { order, signer },
  }),
};

const trialFigures: Schema = {
  ...object,
  properties: {
    format: { ...whole, enum: [1] },
    serial: { ...whole, description: 'One more than that of the figures before.' },
    version: whole,
    rulesetId: text,
    claims: { ...whole, description: 'Claims that the version has screened.' },
    bands: { type: 'array', items: object, description: 'Of scenes with enough claims.' },
    signedAt: text,
  },
};

export const draftFiguresSchema = {
  summary: 'What whoever activates a version would sign of its shadow',
  description:
    'Of what this node has seen and of what `reports` say that others have. The brake holds scenes to it that the ' +
    'replay has no claims of.',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['version'],
    properties: {
      version: whole,
      reports: {
        type: 'array',
        items: object,
        description: 'What other nodes answer to GET; of each, `order` and `figures.scenes` are enough.',
      },
    },
  },
  response: responses(200, 'The figures, and their text to be signed.', {
    ...object,
    properties: {
      figures: trialFigures,
      thin: { type: 'array', items: object, description: 'Scenes with too few claims for a band.' },
      statement: text,
    },
  }),
};

export const putFiguresSchema = {
  summary: 'Keep what its shadow has shown beside a version',
  description:
    'Signed, as "claimgate trial 1", by a key that may activate and has not published the version. Before the ' +
    'version is activated: nodes read them when it comes into force.',
  tags,
  consumes: ['application/json'],
  body: { ...object, required: ['version', 'figures'], properties: { version: whole, figures: signed } },
  response: responses(200, 'They are kept.', { ...object, properties: { figures: trialFigures } }),
};
