/** The routes of rule sets, as OpenAPI shows them. */
import { refusalReasons } from '../../ruleset/release/refusal.js';
import { problemType } from '../problem.js';
import { problemResponses, type Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const object = { type: 'object' } as const;

const tags = ['rule sets'];

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

function orNull(...types: readonly string[]): Schema {
  return { type: [...types, 'null'] };
}

export const diagnostic: Schema = {
  ...object,
  properties: {
    code: { ...text, description: 'CG-E… a mistake, CG-P… the policy guard.' },
    severity: { ...text, enum: ['error', 'warning'] },
    message: text,
    advice: { ...orNull('string'), description: 'What may be written instead.' },
    file: text,
    line: whole,
    column: { ...whole, description: 'From 1; the caret stands here.' },
    sourceLine: text,
  },
};

const example: Schema = {
  ...object,
  properties: { rule: text, name: text, file: text, line: whole, problems: listOf(text) },
};

const refused: Schema = {
  ...object,
  description: 'RFC 9457 problem details; with the mistakes where the rules are the reason.',
  properties: {
    type: text,
    title: text,
    status: whole,
    detail: text,
    code: { ...text, enum: [...refusalReasons] },
    retryable: { type: 'boolean' },
    diagnostics: listOf(diagnostic),
    examples: listOf(example),
  },
};

const refusalStatuses = {
  400: 'Not signed, tampered with, or malformed',
  403: 'The key may not do this, or is not trusted here',
  404: 'There is no such version',
  409: 'Overtaken, below the floor, or its effect is not known',
  422: 'The rules do not compile, break the guard, or fail their examples',
  503: 'The broker does not answer, or what was worked out has come to no end: ask again',
} as const;

export function responses(status: number, description: string, schema: Schema) {
  const refusals = Object.entries(refusalStatuses).map(([code, words]) => [
    code,
    { description: words, content: { [problemType]: { schema: refused } } },
  ]);
  return {
    ...problemResponses(),
    ...Object.fromEntries(refusals),
    [status]: { description, content: { 'application/json': { schema } } },
  };
}

export const signed: Schema = {
  ...object,
  required: ['statement', 'key', 'signature'],
  properties: {
    statement: { ...text, description: 'Canonical JSON: keys in order, no space.' },
    key: { ...text, description: 'Id of the key: the first 16 hex digits of SHA-256 over its SPKI DER.' },
    signature: {
      ...text,
      description:
        'Ed25519, Base64, over "claimgate manifest 1" (or pointer, overlay, shadow, trial), a line feed, and the ' +
        'statement.',
    },
  },
};

const files: Schema = {
  ...object,
  description:
    'Texts by path within the rules folder: ruleset.yaml, packs/…, tables/…. Others of the folder are left.',
  additionalProperties: text,
};
const notCompared: Schema = {
  ...orNull('string'),
  description:
    'Which version it could not be compared with, as its text is lost, and what follows; null: nothing.',
};
const replay: Schema = { ...object, description: 'Report of `claimgate replay` over this rule set.' };
const manifest: Schema = { ...object, description: 'What a version is; see `statement` of a check.' };
const signer: Schema = { ...object, properties: { key: text, name: text } };
const pointer: Schema = {
  ...object,
  properties: {
    format: { ...whole, enum: [1] },
    serial: { ...whole, description: 'One more than that of the change before.' },
    version: whole,
    rulesetId: text,
    institutions: { type: ['array', 'null'], items: text, description: 'Only these; null: all.' },
    base: { ...orNull('integer'), description: 'The version for all others, and until `notBefore`.' },
    notBefore: orNull('string'),
    floor: whole,
    reason: text,
    signedAt: text,
  },
};
const change: Schema = { ...object, properties: { pointer, activator: signer, approver: signer } };
const version: Schema = {
  ...object,
  properties: { version: whole, manifest, publisher: signer, storedAt: text, refused: object },
};

export const listSchema = {
  summary: 'Versions of the rules, and what is in force',
  description: 'What is signed by nobody who is trusted here is listed with the reason under `refused`.',
  tags,
  response: responses(200, 'Versions, ascending, and the changes of what is in force, oldest first.', {
    ...object,
    properties: {
      versions: listOf(version),
      live: { ...change, description: 'Null: every node runs its own rules folder.' },
      floor: whole,
      changes: listOf(change),
    },
  }),
};

export const versionSchema = {
  summary: 'What a version is',
  tags,
  params: { ...object, properties: { version: { ...text, description: 'Number, or live.' } } },
  response: responses(200, 'The version.', version),
};

export const ruleSchema = {
  summary: 'What the author of a rule says about it, and how to appeal',
  description: 'In the words of a version; `ruleset` of an answer names the one that has judged.',
  tags,
  params: {
    ...object,
    properties: { version: { ...text, description: 'Number, or live.' }, rule: text },
  },
  response: responses(200, 'The rule.', {
    ...object,
    properties: {
      id: text,
      title: text,
      version: whole,
      appeal: { ...text, description: 'How a finding is answered; empty: nothing is said.' },
      document: text,
      basis: {
        ...object,
        properties: { number: orNull('string'), level: orNull('string'), points: listOf(text) },
      },
      owner: text,
      file: text,
      text: { ...text, description: 'The whole rule as it is written.' },
    },
  }),
};

export const diffSchema = {
  summary: 'What differs between two versions',
  description: 'Rules, tables, exceptions; beside each rule what the replays of both versions have shown.',
  tags,
  params: { ...object, properties: { before: text, after: text } },
  response: responses(200, 'The difference.', {
    ...object,
    properties: {
      before: object,
      after: object,
      added: listOf(object),
      removed: listOf(object),
      changed: listOf(object),
      tables: listOf(object),
      exceptions: listOf(object),
      regions: listOf(text),
      replays: object,
    },
  }),
};

export const checkSchema = {
  summary: 'Check a rule set: compiler, policy guard, examples',
  description:
    'Nothing is kept. Where nothing stands in the way `statement` is the manifest to be signed, without a floor of ' +
    'its own; the same `files` and `replay` then go to publish.',
  tags,
  consumes: ['application/json'],
  body: { ...object, required: ['files'], properties: { files, replay } },
  response: responses(200, 'What was found.', {
    ...object,
    properties: {
      sound: { type: 'boolean' },
      obstacle: { type: ['object', 'null'], properties: { reason: text, message: text } },
      next: { ...whole, description: 'The number that ruleset.yaml has to carry.' },
      notCompared,
      diagnostics: listOf(diagnostic),
      examples: { type: ['object', 'null'], properties: { run: whole, failed: listOf(example) } },
      rulesetId: text,
      diff: object,
      statement: text,
    },
  }),
};

export const publishSchema = {
  summary: 'Publish a version',
  description: 'Everything is checked again. It changes nothing yet: somebody else activates it.',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['manifest'],
    properties: {
      manifest: signed,
      files,
      bundle: {
        ...text,
        description: 'Instead of files: the gzipped bundle whose digest was signed, Base64.',
      },
      replay,
    },
  },
  response: responses(201, 'It is published.', {
    ...object,
    properties: { version: whole, manifest, notCompared },
  }),
};

export const draftSchema = {
  summary: 'What an activator would sign',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['reason'],
    properties: {
      version: { ...whole, description: 'Of a rollback: absent for the one before.' },
      institutions: listOf(text),
      notBefore: { ...text, format: 'date-time' },
      reason: { ...text, description: 'Begins with "without replay: " where the effect is not measured.' },
      rollback: { type: 'boolean' },
    },
  },
  response: responses(200, 'The pointer, and its text to be signed.', {
    ...object,
    properties: { pointer, statement: text },
  }),
};

export const activateSchema = {
  summary: 'Put a version in force',
  description:
    'Signed by a key other than the publisher’s. Where the replay has more findings than can be reviewed, a ' +
    'second activator signs the same statement.',
  tags,
  consumes: ['application/json'],
  body: { ...object, required: ['pointer'], properties: { pointer: signed, second: signed } },
  response: responses(200, 'It is in force, or will be.', change),
};

export const rollbackSchema = {
  summary: 'Go back to a version that has been in force',
  description: 'For all and at once; needs no replay.',
  tags,
  consumes: ['application/json'],
  body: { ...object, required: ['pointer'], properties: { pointer: signed } },
  response: responses(200, 'It is in force.', change),
};
