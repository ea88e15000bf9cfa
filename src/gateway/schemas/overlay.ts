/** The routes of the overlay, as OpenAPI shows them. */
import { longestSnoozeDays } from '../../ruleset/overlay/change-overlay.js';
import { mostReason } from '../../ruleset/release/reason.js';
import { responses, signed } from './rulesets.js';
import type { Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const instant = { type: 'string', format: 'date-time' } as const;
const object = { type: 'object' } as const;
const tags = ['rule sets'];

function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

const place = {
  institution: { type: ['string', 'null'], description: 'Code; null: everywhere.' },
} as const;
const department = { type: ['string', 'null'], description: 'Of the encounter; null: all.' } as const;
const reason = { ...text, maxLength: mostReason } as const;
const author = { by: text, reason, at: instant } as const;
const signer: Schema = { ...object, properties: { key: text, name: text } };

const word = { ...text, description: 'Id of a rule, or the `killSwitch` that rules share.' } as const;
const killed = { rule: word, ...place, ...author } as const;
const kill: Schema = { ...object, properties: killed };
const snooze = { rule: text, ...place, department, until: instant, ...author } as const;
const unbraked: Schema = { ...object, properties: { version: whole, rule: text } };
const brake = { version: whole, rules: listOf(text), scene: text, ...author } as const;
const serial = { ...whole, description: 'One more than that of the change before.' } as const;

const operatorOverlay: Schema = {
  ...object,
  description: 'All that operators want done; it replaces what they wanted before.',
  properties: {
    format: { ...whole, enum: [1] },
    serial,
    switches: listOf(kill),
    snoozes: listOf({ ...object, properties: snooze }),
    unbraked: listOf(unbraked),
    reason,
    signedAt: instant,
  },
};

const operator: Schema = {
  type: ['object', 'null'],
  description: 'The last change by an operator.',
  properties: { serial, by: signer, reason, signedAt: instant },
};

export const showOverlaySchema = {
  summary: 'What is switched off, snoozed and braked',
  description:
    'A rule that is switched off counts as not applying; what a snoozed or braked rule finds is kept in DECISIONS ' +
    'and counted, and shown to nobody. Decisions name the number under `ruleset.overlay`.',
  tags,
  response: responses(200, 'The overlay.', {
    ...object,
    properties: {
      number: { ...whole, description: '0: nobody has ever changed anything.' },
      operator,
      switches: listOf({
        ...object,
        properties: {
          ...killed,
          stops: {
            type: ['array', 'null'],
            items: text,
            description: 'Rules in force that it switches off; null: they are not all known.',
          },
        },
      }),
      snoozes: listOf({ ...object, properties: { ...snooze, isOver: { type: 'boolean' } } }),
      brakes: listOf({
        ...object,
        properties: {
          ...brake,
          released: { ...listOf(text), description: 'Rules that an operator has taken off the brake.' },
          ignored: {
            ...listOf(text),
            description: 'Rules that the version has neither brought nor changed.',
          },
        },
      }),
      changes: {
        ...listOf(object),
        description: 'Oldest first; what nobody believes carries the reason under `refused`.',
      },
    },
  }),
};

export const draftOverlaySchema = {
  summary: 'What an operator would sign',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['do', 'key', 'reason'],
    properties: {
      do: { ...text, enum: ['kill', 'revive', 'snooze', 'wake', 'release'] },
      key: {
        ...text,
        description: 'Id of the key that will sign; the change carries the name of its owner.',
      },
      reason,
      rule: {
        ...text,
        description: 'Id; of everything but `release`. Of `kill` and `revive` also a `killSwitch`.',
      },
      ...place,
      department,
      until: {
        ...instant,
        description: `Of a snooze: with an offset, at most ${longestSnoozeDays} days from now.`,
      },
      version: { ...whole, description: 'Of `release`: whose rules come off the brake, for good.' },
      rules: { ...listOf(text), description: 'Of `release`; absent: all that are braked.' },
    },
  },
  response: responses(200, 'The overlay of operators, and its text to be signed.', {
    ...object,
    properties: { overlay: operatorOverlay, statement: text },
  }),
};

export const changeOverlaySchema = {
  summary: 'Switch off, snooze, or take off the brake',
  description: 'In force on every node within a second. One operator is enough.',
  tags,
  consumes: ['application/json'],
  body: {
    ...object,
    required: ['overlay'],
    properties: {
      overlay: signed,
      unknownRules: { type: 'boolean', description: 'Rules may be named that are not in force (yet).' },
    },
  },
  response: responses(200, 'It is written; nodes go by it at once.', {
    ...object,
    properties: { number: whole, overlay: operatorOverlay, operator: signer },
  }),
};
