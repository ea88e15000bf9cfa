/** The routes of knowledge, as OpenAPI shows them. */
import { listStates } from '../../ruleset/knowledge/list-rows.js';
import { replayJob } from './replays.js';
import { listOf, responses } from './rulesets.js';
import type { Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const object = { type: 'object' } as const;
const texts: Schema = { ...object, additionalProperties: text };
const tags = ['knowledge'];

const points: Schema = {
  description:
    'All published points: a list, or CSV with the names of its members as header, codes apart by blanks.',
  oneOf: [listOf(object), text],
};
const ownTexts = {
  readings: { ...texts, description: 'CSV of knowledge/ by name, in place of the node’s own.' },
  lists: { ...texts, description: 'CSV of knowledge/lists/ by name, likewise.' },
} as const;

const cells: Schema = { ...object, additionalProperties: text };
const changedRow: Schema = { ...object, properties: { point: text, before: cells, after: cells } };

const table: Schema = {
  ...object,
  properties: {
    table: text,
    added: listOf(cells),
    superseded: { ...listOf(changedRow), description: 'Rows that get an end.' },
    removed: listOf(cells),
    changed: listOf(changedRow),
    newestDay: { type: ['string', 'null'] },
  },
};

const problem: Schema = {
  ...object,
  properties: {
    message: { ...text, description: 'Names the point, or file and line.' },
    contradiction: {
      type: ['object', 'null'],
      description: 'Two points that give one code different parameters at one time.',
      properties: { table: text, code: text, points: listOf(text) },
    },
  },
};

export const importSchema = {
  summary: 'What a batch of official points would change',
  description:
    'Nothing is written or published. With `effect` a replay begins: the rules as they are against the rules as if ' +
    'the batch had been published when the period began; its report says which findings come and go.',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['points'],
    properties: {
      points,
      ...ownTexts,
    },
  },
  querystring: {
    ...object,
    properties: {
      against: {
        ...text,
        description: 'What it is compared with: a version, live, or folder, the node’s own.',
      },
      effect: { type: 'boolean', description: 'In the claims of last month, too.' },
      from: { ...text, format: 'date', description: 'Of the effect: the first day.' },
      to: { ...text, format: 'date' },
      texts: { type: 'boolean', description: 'The tables that would change, too.' },
    },
  },
  response: responses(200, 'What was found.', {
    ...object,
    properties: {
      sound: { type: 'boolean' },
      problems: listOf(problem),
      asOf: { type: ['string', 'null'], description: 'Up to when the rule set knows.' },
      newestDay: { type: ['string', 'null'], description: 'New rows count once `asOf` comes to it.' },
      tables: listOf(table),
      endedBy: { ...texts, description: 'Of each point that has ended: the point that ended it.' },
      linked: whole,
      covered: listOf(text),
      classes: listOf(object),
      files: texts,
      replay: { ...replayJob, type: ['object', 'null'] },
    },
  }),
};

const ruleset = { ...text, description: 'A version, live, or folder, which is where absent.' } as const;

const counts = { open: whole, unreviewed: whole, reviewed: whole } as const;

const row: Schema = {
  ...object,
  properties: {
    point: text,
    state: {
      ...text,
      enum: [...listStates],
      description: 'Of rows that are not reviewed rules only record.',
    },
    codes: listOf(text),
    lists: { ...object, additionalProperties: listOf(text), description: 'Beginnings of codes, by column.' },
    reviewedBy: { type: ['string', 'null'] },
    reviewedOn: { type: ['string', 'null'] },
    validFrom: text,
  },
};

export const showListsSchema = {
  summary: 'How far the lists have come that people author',
  tags,
  querystring: { ...object, properties: { ruleset } },
  response: responses(200, 'Rows in force by state.', {
    ...object,
    properties: { tables: listOf({ ...object, properties: { table: text, rule: text, ...counts } }) },
  }),
};

const params: Schema = { ...object, properties: { table: text } };

export const showListSchema = {
  summary: 'The lists of a table: what nobody has authored, what nobody has reviewed',
  tags,
  params,
  querystring: { ...object, properties: { ruleset, state: { ...text, enum: [...listStates] } } },
  response: responses(200, 'The rows.', {
    ...object,
    properties: { table: text, rule: text, ...counts, rows: listOf(row) },
  }),
};

const file: Schema = {
  ...object,
  properties: {
    sound: { type: 'boolean' },
    problems: listOf(text),
    text: { ...text, description: 'CSV.' },
    rows: whole,
    target: { ...text, description: 'Where it belongs within the rules folder.' },
  },
};

export const draftListsSchema = {
  summary: 'A file to be filled in: points whose list nobody has authored, beside their text',
  tags,
  params,
  consumes: ['application/json'],
  body: { ...object, required: ['points'], properties: { points, ...ownTexts } },
  response: responses(200, 'The file.', file),
};

export const enterListsSchema = {
  summary: 'The file of lists with rows entered, checked',
  description: 'Nothing is kept: the file goes to the rules folder, and the import takes it into the table.',
  tags,
  params,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['rows'],
    properties: {
      rows: listOf({
        ...object,
        required: ['point'],
        properties: {
          point: text,
          reviewedBy: text,
          reviewedOn: { ...text, format: 'date' },
        },
        additionalProperties: { oneOf: [listOf(text), text], description: 'A list, by column of the table.' },
      }),
      ...ownTexts,
    },
  },
  response: responses(200, 'The file, or what is wrong with the rows.', file),
};
