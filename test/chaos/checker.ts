/**
 * The judge: holds what the streams and the nodes say after a run against the model. Reports every disagreement and
 * decides nothing away; a run passes where the list is empty.
 */
import { checkAnswer } from './check-answers.js';
import { checkParts, checkSales } from './check-parts.js';
import { checkDeadLetters, checkMessageIds, checkOrder, checkRepetitions } from './check-streams.js';
import { type Disagreement, firstEntries } from './entries.js';
import type { Message } from './meaning.js';
import { modelAt } from './model.js';
import { differences, type Export, stateOf } from './state.js';
import type { Entry } from './streams.js';

export interface History {
  readonly messages: readonly Message[];
  readonly decisions: readonly Entry[];
  readonly deadLetters: readonly Entry[];
  /** Exports at any time of the run; each is compared at its own position. */
  readonly exports: readonly Export[];
}

export function check(history: History): Disagreement[] {
  const { messages, decisions, deadLetters, exports } = history;
  const model = modelAt(messages, Number.POSITIVE_INFINITY);
  const first = firstEntries(decisions);
  return [
    ...model.unclear.map((detail) => ({ rule: 'the contract does not say', detail })),
    ...model.answers.flatMap((answer) => checkAnswer(answer, first)),
    ...checkParts(messages),
    ...checkSales(messages, first),
    ...checkRepetitions(decisions, first, messages),
    ...checkOrder(decisions, first),
    ...checkMessageIds(decisions),
    ...checkDeadLetters(model, messages, deadLetters),
    ...checkExports(messages, exports),
  ];
}

/** Every node remembers what the model does at the node's position; equal positions, equal digests. */
export function checkExports(messages: readonly Message[], exports: readonly Export[]): Disagreement[] {
  const positions = [...new Set(exports.map(({ position }) => position))];
  return positions.flatMap((position) => {
    const group = exports.filter((one) => one.position === position);
    const expected = stateOf(modelAt(messages, position));
    // Said once of several nodes that agree with each other against the model.
    const tellers = new Map<string, Set<string>>();
    for (const { node, state } of group) {
      for (const detail of differences(expected, state)) {
        tellers.set(detail, (tellers.get(detail) ?? new Set()).add(node));
      }
    }
    const states = [...tellers].map(([detail, nodes]) => {
      return { rule: 'state', detail: `${[...nodes].join(', ')} at ${position}: ${detail}` };
    });
    const digests = new Set(group.map(({ digest }) => digest));
    if (digests.size <= 1) return states;
    const who = group.map(({ node, digest }) => `${node} ${digest}`).join(', ');
    return [...states, { rule: 'digests', detail: `at ${position}: ${who}` }];
  });
}
