/** The routes of replays, as OpenAPI shows them. */
import { knownModes } from '../../replay/known-modes.js';
import { diagnostic } from './rulesets.js';
import { problemResponses, type Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const object = { type: 'object' } as const;
const day = { ...text, format: 'date' } as const;
const tags = ['replays'];

function orNull(schema: Schema, type: string): Schema {
  return { ...schema, type: [type, 'null'] };
}

const ruleset: Schema = {
  description: 'A version, "live" for the one in force, "folder" for the rules folder of the node, or texts.',
  oneOf: [
    { ...whole, minimum: 1 },
    { ...text, enum: ['live', 'folder'] },
    {
      ...object,
      required: ['files'],
      properties: {
        files: { ...object, additionalProperties: text, description: 'As for /v1/rulesets/check.' },
      },
    },
  ],
};

const shownRuleset: Schema = { description: 'Texts are called "files".', oneOf: [whole, text] };

export const replayJob: Schema = {
  ...object,
  properties: {
    id: text,
    state: { ...text, enum: ['running', 'done', 'failed', 'cancelled'] },
    startedAt: text,
    endedAt: orNull(text, 'string'),
    order: {
      ...object,
      properties: {
        from: day,
        to: day,
        known: text,
        ruleset: shownRuleset,
        against: shownRuleset,
        threads: whole,
      },
    },
    progress: orNull(
      {
        ...object,
        description: 'Null: there is nothing to say yet, or no more.',
        properties: {
          phase: {
            ...text,
            enum: ['surveying', 'replaying'],
            description: 'Claims are read up to three times.',
          },
          done: whole,
          total: whole,
          secondsLeft: { ...orNull(whole, 'integer'), description: 'Of this reading.' },
        },
      },
      'object',
    ),
    problem: orNull(
      {
        ...object,
        properties: {
          reason: { ...text, description: 'A reason of /v1/rulesets, no-claims, or failed.' },
          message: text,
          diagnostics: { type: 'array', items: diagnostic },
        },
      },
      'object',
    ),
    outcome: orNull(
      {
        ...object,
        properties: {
          claims: whole,
          digest: { ...text, description: 'SHA-256 of the report.' },
          rulesets: { type: 'array', items: object },
        },
      },
      'object',
    ),
  },
};

function responses(status: number, description: string, schema: Schema, type = 'application/json') {
  return { ...problemResponses(), [status]: { description, content: { [type]: { schema } } } };
}

const params: Schema = { ...object, properties: { id: text } };

export const listReplaysSchema = {
  summary: 'Replays of this node, newest first',
  description: 'The last twenty that have ended are kept.',
  tags,
  response: responses(200, 'The replays.', {
    ...object,
    properties: { replays: { type: 'array', items: replayJob } },
  }),
};

export const startReplaySchema = {
  summary: 'Judge claims of a period again',
  description:
    'Claims of the stream CLAIMS, with one rule set or with two beside each other; what came before the period ' +
    'only fills the history. One at a time on a node, behind all that answers claims.',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['from', 'to', 'ruleset'],
    properties: {
      from: { ...day, description: 'The first day that is judged.' },
      to: { ...day, description: 'The last one.' },
      ruleset,
      against: { ...ruleset, description: 'What it is compared with.' },
      known: { ...text, enum: [...knownModes], description: 'Knowledge as of today, or as of each claim.' },
      threads: { ...whole, minimum: 1, description: 'That judge; 1 where absent.' },
    },
  },
  response: responses(202, 'It runs; ask for it where Location says.', replayJob),
};

export const showReplaySchema = {
  summary: 'How far a replay has come',
  tags,
  params,
  response: responses(200, 'The replay.', replayJob),
};

export const removeReplaySchema = {
  summary: 'Cancel a replay, or forget one that has ended',
  tags,
  params,
  response: responses(200, 'What it was.', replayJob),
};

export const replayReportSchema = {
  summary: 'What a replay has shown',
  description: 'The very bytes whose digest a release names; `replay` of /v1/rulesets/check and publish.',
  tags,
  params,
  response: responses(200, 'The report.', object),
};

export const replayPageSchema = {
  summary: 'What a replay has shown, as a page',
  tags,
  params,
  response: responses(200, 'A page that loads nothing.', text, 'text/html'),
};
